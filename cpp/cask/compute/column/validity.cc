#include "cask/compute/column/validity.h"

#include <arrow/util/bit_util.h>
#include <arrow/util/bitmap_ops.h>

#include "cask/compute/loops/loops.h"

namespace cask {

void UnpackBits(const uint8_t* bits, int64_t offset, int64_t n, uint8_t* bytes) {
  int64_t i = 0;
  for (; i < n && (offset + i) % 8 != 0; ++i) bytes[i] = arrow::bit_util::GetBit(bits, offset + i);
  for (; i + 8 <= n; i += 8) {
    // Spreads eight bits to eight bytes: each byte keeps one bit of the copy that it got.
    const uint64_t copies = bits[(offset + i) / 8] * 0x0101010101010101u & 0x8040201008040201u;
    const uint64_t spread = ((copies + 0x7f7f7f7f7f7f7f7fu) | copies) >> 7 & 0x0101010101010101u;
    std::memcpy(bytes + i, &spread, 8);
  }
  for (; i < n; ++i) bytes[i] = arrow::bit_util::GetBit(bits, offset + i);
}

void PackBits(const uint8_t* bytes, int64_t n, uint8_t* bits) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    uint64_t eight;
    std::memcpy(&eight, bytes + i, 8);
    bits[i / 8] = static_cast<uint8_t>((eight * 0x0102040810204080u) >> 56);
  }
  if (i < n) bits[i / 8] = 0;
  for (; i < n; ++i) bits[i / 8] |= static_cast<uint8_t>(bytes[i] << (i % 8));
}

Result<Validity> ValidityFromBytes(const uint8_t* valid, int64_t n, arrow::MemoryPool* pool) {
  Kind out;
  int64_t present;
  FindReduceLoop(Reduction::kCountNonzero, Kind::kBool, &out)(valid, n, &present);
  if (present == n) return Validity{};
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bitmap, arrow::AllocateBitmap(n, pool));
  PackBits(valid, n, bitmap->mutable_data());
  return Validity{std::move(bitmap), n - present};
}

Status WriteValidBytes(const Column& column, const DType& type, int64_t n, uint8_t* out) {
  Kind kind;
  if (type.kind() == Kind::kNull) {
    std::memset(out, 0, n);
  } else if (type.is_temporal()) {
    FindBinaryLoop(Operation::kNotEqual, Kind::kInt64, &kind)(Values<int64_t>(column), 1, &kNaT, 0, out, n);
  } else if (type.has_bitmap()) {
    if (column->buffers[0]) {
      UnpackBits(column->buffers[0]->data(), column->offset, n, out);
    } else {
      std::memset(out, 1, n);
    }
  } else if (type.is_float()) {
    const void* values = column->buffers[1]->data() + column->offset * type.width();
    FindBinaryLoop(Operation::kEqual, type.kind(), &kind)(values, 1, values, 1, out, n);
  } else {
    std::memset(out, 1, n);
  }
  return Status::OK();
}

Result<Validity> ValidityOf(const Column& column, const DType& type, arrow::MemoryPool* pool) {
  const int64_t n = column->length;
  if (type.has_bitmap()) {
    if (!column->buffers[0] || column->GetNullCount() == 0) return Validity{};
    if (column->offset == 0) return Validity{column->buffers[0], column->GetNullCount()};
    ARROW_ASSIGN_OR_RAISE(auto copy, arrow::internal::CopyBitmap(pool, column->buffers[0]->data(), column->offset, n));
    return Validity{std::move(copy), column->GetNullCount()};
  }
  ARROW_ASSIGN_OR_RAISE(auto bytes, arrow::AllocateBuffer(n, pool));
  ARROW_RETURN_NOT_OK(WriteValidBytes(column, type, n, bytes->mutable_data()));
  return ValidityFromBytes(bytes->data(), n, pool);
}

Result<Validity> CombineBitmaps(const std::vector<Argument>& arguments, int64_t num_rows, arrow::MemoryPool* pool) {
  Validity result;
  for (const Argument& argument : arguments) {
    if (const auto* literal = std::get_if<Literal>(&argument)) {
      if (!literal->is_missing()) continue;
      ARROW_ASSIGN_OR_RAISE(result.bitmap, arrow::AllocateEmptyBitmap(num_rows, pool));
      result.null_count = num_rows;
      return result;
    }
    const Column& column = std::get<Column>(argument);
    if (column->buffers.empty() || !column->buffers[0] || column->GetNullCount() == 0) continue;
    const uint8_t* bits = column->buffers[0]->data();
    if (result.bitmap) {
      ARROW_ASSIGN_OR_RAISE(result.bitmap, arrow::internal::BitmapAnd(pool, result.bitmap->data(), 0, bits, column->offset, num_rows, 0));
    } else if (column->offset == 0) {
      result.bitmap = column->buffers[0];
    } else {
      ARROW_ASSIGN_OR_RAISE(result.bitmap, arrow::internal::CopyBitmap(pool, bits, column->offset, num_rows));
    }
    result.null_count = arrow::kUnknownNullCount;
  }
  if (result.bitmap) {
    result.null_count = num_rows - arrow::internal::CountSetBits(result.bitmap->data(), 0, num_rows);
    if (result.null_count == 0) result.bitmap = nullptr;
  }
  return result;
}

}  // namespace cask
