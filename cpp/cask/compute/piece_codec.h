// Bytes of pieces, as they go from worker to worker:
//
//   header    what kind of piece, and its types and sizes (base/codec.h)
//   zeros     up to a multiple of 64
//   values    of a table: an Arrow IPC stream of its batches; of a chunk: its elements without gaps, the axes in the order in which they lay
//             in memory, so that whoever reads it goes through it in the same order; of a reduction's state: its planes, each from a
//             multiple of 64 on; of a function's value: its bytes
//
// Columns lie at multiples of 8, so that what is read is used where it lies.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "cask/base/error.h"
#include "cask/data/piece.h"

namespace cask {

inline constexpr int64_t kPieceAlignment = 64;

/// Of a Table, an ArrayChunk, a ReductionState or a ValuePiece; NotImplementedError of any other piece. Slices are written as what they show.
Result<std::shared_ptr<arrow::Buffer>> EncodePiece(const Piece& piece);

/// The piece that all of `bytes` stand for; its values are in their memory, which it keeps alive. Bytes at an address that is no multiple of
/// kPieceAlignment are copied first. ValueError if they are no piece: no value of what is returned leads outside of the memory (CheckColumn),
/// and no more memory is taken than the bytes' own size.
Result<std::shared_ptr<const Piece>> DecodePiece(std::shared_ptr<arrow::Buffer> bytes);

}  // namespace cask
