// Leaf: an array that a program of element-wise calls starts from: memory, numbers that follow from their position, or the chunks
// that other tasks made.
#pragma once

#include <memory>
#include <vector>

#include "cask/compute/array/chunk.h"
#include "cask/compute/array/chunk_grid.h"
#include "cask/compute/array/generator.h"
#include "cask/compute/array/view.h"
#include "cask/compute/task_context.h"

namespace cask {

/// All chunks of an array that has been computed, in the order of its grid.
using HeldChunks = std::shared_ptr<const std::vector<std::shared_ptr<const Piece>>>;

/// Exactly one of `memory`, `generator`, `held` and `input` says where the elements are.
struct Leaf {
  Kind kind = Kind::kFloat64;
  View view;                                   // from positions in the program's array to positions in this one
  std::shared_ptr<const ArrayChunk> memory;    // the whole array
  std::shared_ptr<const Generator> generator;  // numbered in row-major order of `shape`
  Shape shape;                                 // of the generated array
  HeldChunks held;
  int input = -1;                              // the group of the task's inputs that holds the chunks that the box needs
  ChunkGrid grid;                              // of `held` and `input`
};

/// A leaf as one task sees it: for each axis of the task's box a stride, in bytes or, for a generator, in numbers.
struct BoundLeaf {
  const uint8_t* data = nullptr;
  const Generator* generator = nullptr;
  int64_t first = 0;  // the number of the box's first element
  std::vector<int64_t> strides;
  std::shared_ptr<const void> keeps_alive;
};

/// Positions [first, last] of one axis of a leaf; the range of chunks that hold them.
struct ChunkRange {
  int64_t first;
  int64_t last;
};

/// The chunks along one axis of an array cut as `chunks` that the positions [begin, begin + length) of a result need.
ChunkRange NeededChunks(const AxisChunks& chunks, const AxisView& view, int64_t begin, int64_t length);

/// The part of a leaf that `box` needs. Where it lies in several chunks, they are copied together.
Result<BoundLeaf> BindLeaf(const Leaf& leaf, const Box& box, const InputGroups& inputs, arrow::MemoryPool* pool);

}  // namespace cask
