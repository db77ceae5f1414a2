// ArrayChunk: elements of one kind in memory, n-dimensional and strided as NumPy's arrays are: a chunk of a lazy array, or all of it.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "cask/compute/array/shape.h"
#include "cask/data/dtype.h"
#include "cask/data/piece.h"

namespace cask {

struct ArrayChunk final : Piece {
  Kind kind = Kind::kFloat64;
  Shape shape;
  std::vector<int64_t> strides;           // bytes between neighbours along each axis; may be negative or 0
  const uint8_t* data = nullptr;          // the first element, aligned to its width
  std::shared_ptr<arrow::Buffer> buffer;  // keeps `data` alive

  int64_t num_bytes() const override;
  bool is_contiguous() const;
};

int WidthOf(Kind kind);

/// A contiguous chunk of that shape, its elements not set.
Result<std::shared_ptr<ArrayChunk>> AllocateChunk(Kind kind, Shape shape, arrow::MemoryPool* pool);

/// Copies the elements of one strided region to another. Strides are in bytes, one an axis.
void CopyStrided(const uint8_t* from, const std::vector<int64_t>& from_strides, uint8_t* to, const std::vector<int64_t>& to_strides,
                 const Shape& shape, int width);

/// Copies n values of `width` bytes that lie `stride` bytes apart to contiguous memory.
void GatherRow(const uint8_t* from, int64_t stride, int width, uint8_t* to, int64_t n);

/// Copies n values of `width` bytes from and to memory where they lie that many bytes apart.
void CopyRow(const uint8_t* from, int64_t from_stride, uint8_t* to, int64_t to_stride, int64_t n, int width);

/// A contiguous copy.
Result<std::shared_ptr<ArrayChunk>> CopyChunk(const ArrayChunk& chunk, arrow::MemoryPool* pool);

/// The part of a chunk from `begin` on, `shape` long; shares its memory.
std::shared_ptr<ArrayChunk> SliceChunk(const ArrayChunk& chunk, const std::vector<int64_t>& begin, const Shape& shape);

}  // namespace cask
