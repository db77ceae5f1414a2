// What the records of all expressions that are sent share (expression_codec.h, array_codec.h).
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <optional>

#include "cask/base/codec.h"
#include "cask/base/origin.h"
#include "cask/data/piece.h"

namespace cask {

/// The place of a node in the list of them.
using NodeNumber = uint32_t;

/// What all that has a line of the user's shares.
struct LineOfRecord {
  std::optional<NodeNumber> line;
};

/// A piece as EncodePiece gives it.
struct PieceBytes {
  std::shared_ptr<arrow::Buffer> buffer;
};
void AddTo(Encoder* encoder, const PieceBytes& piece);
bool ReadFrom(Decoder* decoder, PieceBytes* piece);

}  // namespace cask
