// Task bodies that only move elements: parts of other arrays' chunks become a chunk of a concatenation or of a reshaped array.
#pragma once

#include <memory>

#include "cask/compute/array/chunk.h"
#include "cask/compute/array/chunk_grid.h"
#include "cask/compute/task_body.h"

namespace cask {

/// A concatenation, cut where its parts are: of the task's input groups one has a chunk, which is the result.
std::shared_ptr<const TaskBody> MakeConcatenateBody();

/// The elements of an array in row-major order under another shape. Both are cut along one axis only, those before it being of
/// length 1, so that every chunk is a range of the elements; the input group has the chunks that hold the range, in order.
std::shared_ptr<const TaskBody> MakeReshapeBody(ChunkGrid from, ChunkGrid to, Kind kind);

/// The elements [first, last) in row-major order of chunk `chunk` of such an array.
std::pair<int64_t, int64_t> ElementRange(const ChunkGrid& grid, int64_t chunk);

/// All of an array in one contiguous chunk, from the chunks of its grid in order.
Result<std::shared_ptr<const ArrayChunk>> GatherChunks(const ChunkGrid& grid, Kind kind,
                                                       const std::vector<std::shared_ptr<const Piece>>& pieces, arrow::MemoryPool* pool);

}  // namespace cask
