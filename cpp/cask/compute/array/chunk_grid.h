// ChunkGrid: how an array is cut into chunks: one AxisChunks an axis, the chunks numbered in row-major order.
// Values, cheap to copy. An axis cut at regular steps is held in three numbers however many chunks it has.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cask/compute/array/shape.h"

namespace cask {

/// How one axis is cut. There is at least one chunk; an axis of length 0 has one chunk of size 0.
class AxisChunks {
 public:
  AxisChunks() : AxisChunks(1, 1, 1) {}
  /// Chunks of `size`, the last one smaller where the length is not a multiple.
  static AxisChunks Regular(int64_t length, int64_t size) { return {length, size, size}; }
  /// The same with a first chunk of another size, at most `size`.
  static AxisChunks Shifted(int64_t length, int64_t first, int64_t size) { return {length, first, size}; }
  /// Sizes of 0 are left out.
  static AxisChunks FromSizes(std::vector<int64_t> sizes);

  int64_t length() const { return length_; }
  int64_t num_chunks() const { return num_chunks_; }
  int64_t Begin(int64_t chunk) const;
  int64_t End(int64_t chunk) const { return Begin(chunk + 1); }
  int64_t Size(int64_t chunk) const { return End(chunk) - Begin(chunk); }
  /// The chunk that holds a position; -1 before the first position and `num_chunks()` after the last.
  int64_t Find(int64_t position) const;
  int64_t max_size() const;
  /// Whether all chunks but the first and the last are of one size, and none is larger than they but the first.
  bool is_regular() const { return begins_ == nullptr; }
  std::vector<int64_t> Sizes() const;

  /// Whether both cut at the same places.
  bool operator==(const AxisChunks& other) const;

 private:
  AxisChunks(int64_t length, int64_t first, int64_t size);

  int64_t length_;
  int64_t first_;
  int64_t size_;
  int64_t num_chunks_;
  std::shared_ptr<const std::vector<int64_t>> begins_;  // num_chunks + 1 positions; null where the chunks are regular
};

/// A part of an array: the half-open range [begin, begin + shape) along every axis.
struct Box {
  std::vector<int64_t> begin;
  Shape shape;
};

class ChunkGrid {
 public:
  ChunkGrid() = default;
  explicit ChunkGrid(std::vector<AxisChunks> axes) : axes_(std::move(axes)) {}
  /// The whole array as one chunk.
  static ChunkGrid Whole(const Shape& shape);

  const std::vector<AxisChunks>& axes() const { return axes_; }
  int num_axes() const { return static_cast<int>(axes_.size()); }
  Shape shape() const;
  /// Chunks along each axis.
  Shape num_blocks() const;
  int64_t num_chunks() const;

  /// The position of a chunk along each axis, and back.
  std::vector<int64_t> Locate(int64_t chunk) const;
  int64_t Number(const std::vector<int64_t>& location) const;
  Box BoxOf(int64_t chunk) const;

  bool operator==(const ChunkGrid&) const = default;

 private:
  std::vector<AxisChunks> axes_;
};

/// Chunk sizes for a shape where nothing is asked: as even as can be, each of at most `limit_bytes`.
/// `fixed` gives the chunks of some axes; the others (null) are to be chosen.
ChunkGrid AutoChunks(const Shape& shape, const std::vector<const AxisChunks*>& fixed, int64_t width, int64_t limit_bytes);

}  // namespace cask
