// ArraySink: what becomes of a program's value once a tile of it has been computed: it is stored, or reduced.
#pragma once

#include <memory>
#include <string>

#include "cask/compute/array/array_program.h"

namespace cask {

/// The work of one task on one value; used by one thread.
class ArraySinkState {
 public:
  virtual ~ArraySinkState() = default;
  /// Where a call is to write this tile, or null where the sink reads it from scratch.
  virtual uint8_t* Destination(const TileRange& tile) { return nullptr; }
  /// Takes all elements of the box at once from where they lie in memory, if the sink can; false if it takes tiles only.
  virtual bool TakeAll(const uint8_t* data, const std::vector<int64_t>& strides) { return false; }
  /// Takes `tile.size()` contiguous elements, which may lie at the destination already.
  virtual Status Consume(const TileRange& tile, const uint8_t* values) = 0;
  virtual Result<std::shared_ptr<const Piece>> Finish() = 0;
};

/// Immutable; shared by the tasks of a layer.
class ArraySink {
 public:
  virtual ~ArraySink() = default;
  /// The strides, one an axis of the box, by which the sink tells elements apart; axes are joined only where these allow it.
  virtual std::vector<std::vector<int64_t>> Strides(const Box& box) const { return {}; }
  /// `first_operand`: the number in the nest of the first of `Strides`.
  virtual Result<std::unique_ptr<ArraySinkState>> Open(const Box& box, const LoopNest& nest, int first_operand,
                                                       arrow::MemoryPool* pool) const = 0;
  virtual std::string Describe() const = 0;
};

/// Keeps the elements: an ArrayChunk.
std::shared_ptr<const ArraySink> MakeStoreSink(Kind kind);

/// Keeps the elements of all chunks of `grid` in one contiguous array, allocated by the first of the tasks; each task's ArrayChunk is its
/// part of that. For results that are wanted whole; GatherChunks then has nothing to copy. Serves one run of one plan.
std::shared_ptr<const ArraySink> MakeWholeSink(Kind kind, ChunkGrid grid);

}  // namespace cask
