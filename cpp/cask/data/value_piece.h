// ValuePiece: what a user's function gave, as bytes that only Python reads.
#pragma once

#include <arrow/buffer.h>

#include <memory>

#include "cask/data/piece.h"

namespace cask {

struct ValuePiece final : Piece {
  explicit ValuePiece(std::shared_ptr<arrow::Buffer> bytes) : bytes(std::move(bytes)) {}

  const std::shared_ptr<arrow::Buffer> bytes;

  int64_t num_bytes() const override { return bytes->size(); }
};

}  // namespace cask
