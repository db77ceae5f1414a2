#include "cask/compute/array/chunk.h"

#include <arrow/buffer.h>

#include "cask/base/check.h"
#include "cask/compute/array/loop_nest.h"

namespace cask {
namespace {

template <typename T>
void GatherTyped(const uint8_t* from, int64_t stride, uint8_t* to, int64_t n) {
  auto* out = reinterpret_cast<T*>(to);
  for (int64_t i = 0; i < n; ++i) out[i] = *reinterpret_cast<const T*>(from + i * stride);
}

template <typename T>
void ScatterTyped(const uint8_t* from, int64_t from_stride, uint8_t* to, int64_t to_stride, int64_t n) {
  for (int64_t i = 0; i < n; ++i) *reinterpret_cast<T*>(to + i * to_stride) = *reinterpret_cast<const T*>(from + i * from_stride);
}

}  // namespace

int WidthOf(Kind kind) { return DType(kind).width(); }

int64_t ArrayChunk::num_bytes() const { return buffer ? buffer->capacity() : NumElements(shape) * WidthOf(kind); }

bool ArrayChunk::is_contiguous() const {
  int64_t stride = WidthOf(kind);
  for (size_t i = shape.size(); i-- > 0;) {
    if (shape[i] == 0) return true;
    if (shape[i] != 1 && strides[i] != stride) return false;
    stride *= shape[i];
  }
  return true;
}

Result<std::shared_ptr<ArrayChunk>> AllocateChunk(Kind kind, Shape shape, arrow::MemoryPool* pool) {
  auto chunk = std::make_shared<ArrayChunk>();
  chunk->kind = kind;
  chunk->strides = RowMajorStrides(shape, WidthOf(kind));
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<arrow::Buffer> buffer, arrow::AllocateBuffer(NumElements(shape) * WidthOf(kind), pool));
  chunk->buffer = std::move(buffer);
  chunk->data = chunk->buffer->data();
  chunk->shape = std::move(shape);
  return chunk;
}

void GatherRow(const uint8_t* from, int64_t stride, int width, uint8_t* to, int64_t n) {
  if (stride == width) {
    std::memcpy(to, from, n * width);
    return;
  }
  switch (width) {
    case 1: return GatherTyped<uint8_t>(from, stride, to, n);
    case 2: return GatherTyped<uint16_t>(from, stride, to, n);
    case 4: return GatherTyped<uint32_t>(from, stride, to, n);
    default: return GatherTyped<uint64_t>(from, stride, to, n);
  }
}

void CopyRow(const uint8_t* from, int64_t from_stride, uint8_t* to, int64_t to_stride, int64_t n, int width) {
  if (to_stride == width) return GatherRow(from, from_stride, width, to, n);
  switch (width) {
    case 1: return ScatterTyped<uint8_t>(from, from_stride, to, to_stride, n);
    case 2: return ScatterTyped<uint16_t>(from, from_stride, to, to_stride, n);
    case 4: return ScatterTyped<uint32_t>(from, from_stride, to, to_stride, n);
    default: return ScatterTyped<uint64_t>(from, from_stride, to, to_stride, n);
  }
}

namespace {

void CopyRows(const LoopNest& nest, const uint8_t* from, uint8_t* to, int width) {
  const TileRange rows{0, nest.num_rows(), 0, nest.row_length()};
  std::vector<int64_t> to_offsets;
  std::vector<int64_t> from_offsets;
  RowOffsets(nest, 0, rows, &to_offsets);
  RowOffsets(nest, 1, rows, &from_offsets);
  for (int64_t r = 0; r < rows.num_rows; ++r) {
    CopyRow(from + from_offsets[r], nest.strides[1].back(), to + to_offsets[r], nest.strides[0].back(), nest.row_length(), width);
  }
}

// The axis other than the innermost along which the source lies contiguous; -1 if there is none, so that no order suits it better.
int OtherContiguousAxis(const LoopNest& nest, int width) {
  const int innermost = static_cast<int>(nest.shape.size()) - 1;
  if (std::abs(nest.strides[1][innermost]) <= width) return -1;
  for (int i = 0; i < innermost; ++i) {
    if (std::abs(nest.strides[1][i]) == width && nest.shape[i] > 1) return i;
  }
  return -1;
}

}  // namespace

void CopyStrided(const uint8_t* from, const std::vector<int64_t>& from_strides, uint8_t* to, const std::vector<int64_t>& to_strides,
                 const Shape& shape, int width) {
  if (NumElements(shape) == 0) return;
  const LoopNest nest = MakeLoopNest(shape, {to_strides, from_strides});
  const int other = OtherContiguousAxis(nest, width);
  if (other < 0) return CopyRows(nest, from, to, width);
  // A transposition goes block by block, each of whose cache lines is used whole while it is at hand.
  constexpr int64_t kEdge = 64;
  const int innermost = static_cast<int>(nest.shape.size()) - 1;
  LoopNest block = nest;
  for (int64_t i = 0; i < nest.shape[other]; i += kEdge) {
    block.shape[other] = std::min(kEdge, nest.shape[other] - i);
    for (int64_t k = 0; k < nest.shape[innermost]; k += kEdge) {
      block.shape[innermost] = std::min(kEdge, nest.shape[innermost] - k);
      CopyRows(block, from + i * nest.strides[1][other] + k * nest.strides[1][innermost],
               to + i * nest.strides[0][other] + k * nest.strides[0][innermost], width);
    }
  }
}

Result<std::shared_ptr<ArrayChunk>> CopyChunk(const ArrayChunk& chunk, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(auto copy, AllocateChunk(chunk.kind, chunk.shape, pool));
  CopyStrided(chunk.data, chunk.strides, const_cast<uint8_t*>(copy->data), copy->strides, chunk.shape, WidthOf(chunk.kind));
  return copy;
}

std::shared_ptr<ArrayChunk> SliceChunk(const ArrayChunk& chunk, const std::vector<int64_t>& begin, const Shape& shape) {
  auto part = std::make_shared<ArrayChunk>(chunk);
  part->shape = shape;
  for (size_t i = 0; i < begin.size(); ++i) {
    CASK_CHECK_LE(begin[i] + shape[i], chunk.shape[i]);
    part->data += begin[i] * chunk.strides[i];
  }
  return part;
}

}  // namespace cask
