#include "cask/data/check_column.h"

#include <arrow/buffer.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/bitmap_ops.h>

#include <algorithm>

namespace cask {
namespace {

using arrow::ArrayData;

Status Broken(const DType& type, std::string_view what) { return ValueError("a column of type {} is broken: {}", type.ToString(), what); }

// Whether a buffer holds `count` values of `width` bytes. None is needed for no values.
bool Holds(const std::shared_ptr<arrow::Buffer>& buffer, int64_t count, int64_t width) {
  if (buffer == nullptr || buffer->data() == nullptr) return count == 0;
  return buffer->size() / width >= count && reinterpret_cast<uintptr_t>(buffer->data()) % static_cast<uintptr_t>(width) == 0;
}

size_t NumBuffers(const DType& type) {
  if (type.kind() == Kind::kNull) return 1;
  return type.is_fixed_width() ? 2 : 3;
}

Status CheckBitmap(const ArrayData& column, const DType& type) {
  if (type.kind() == Kind::kNull) return column.buffers[0] == nullptr ? Status::OK() : Broken(type, "it has a bitmap");
  const int64_t said = column.null_count;
  if (column.buffers[0] == nullptr) {
    return said <= 0 ? Status::OK() : Broken(type, "values are missing without a bitmap");
  }
  if (!Holds(column.buffers[0], arrow::bit_util::BytesForBits(column.offset + column.length), 1)) return Broken(type, "its bitmap is too short");
  if (column.length == 0 || said == arrow::kUnknownNullCount) return Status::OK();
  const int64_t present = arrow::internal::CountSetBits(column.buffers[0]->data(), column.offset, column.length);
  return said == column.length - present ? Status::OK() : Broken(type, "its bitmap has other missing values than it says");
}

// Whether all values that are not missing are below `bound`. Beneath missing ones anything may lie.
template <typename T>
bool AreBelow(const ArrayData& column, uint64_t bound) {
  if (column.length == 0) return true;
  const T* values = column.GetValues<T>(1);
  T largest = 0;
  for (int64_t i = 0; i < column.length; ++i) largest = std::max(largest, values[i]);
  if (largest < bound) return true;
  if (column.buffers[0] == nullptr) return false;
  const uint8_t* bitmap = column.buffers[0]->data();
  for (int64_t i = 0; i < column.length; ++i) {
    if (values[i] >= bound && arrow::bit_util::GetBit(bitmap, column.offset + i)) return false;
  }
  return true;
}

Status CheckTexts(const ArrayData& column, const DType& type) {
  if (column.length == 0) return Status::OK();
  if (!Holds(column.buffers[1], column.offset + column.length + 1, sizeof(int64_t))) return Broken(type, "its offsets are too few");
  const int64_t* offsets = column.GetValues<int64_t>(1);
  bool ascends = offsets[0] >= 0;
  for (int64_t i = 0; i < column.length; ++i) ascends &= offsets[i] <= offsets[i + 1];
  if (!ascends) return Broken(type, "its offsets do not ascend");
  return Holds(column.buffers[2], offsets[column.length], 1) ? Status::OK() : Broken(type, "its texts end outside of their bytes");
}

Status CheckFixed(const ArrayData& column, const DType& type) {
  if (!Holds(column.buffers[1], column.offset + column.length, type.width())) return Broken(type, "its values are too few");
  if (type.is_truth() && !AreBelow<uint8_t>(column, 2)) return Broken(type, "a truth value is neither 0 nor 1");
  if (type.kind() != Kind::kCategory) return Status::OK();
  if (column.dictionary == nullptr) return Broken(type, "it has no dictionary");
  ARROW_RETURN_NOT_OK(CheckColumn(*column.dictionary, Kind::kString));
  const bool is_inside = AreBelow<uint32_t>(column, static_cast<uint64_t>(column.dictionary->length));
  return is_inside ? Status::OK() : Broken(type, "a code is outside of its dictionary");
}

}  // namespace

Status CheckColumn(const ArrayData& column, const DType& type) {
  if (column.type == nullptr || !column.type->Equals(*type.arrow_type())) {
    return Broken(type, fmt::format("it is held as {}", column.type == nullptr ? "nothing" : column.type->ToString()));
  }
  if (column.length < 0 || column.length > kMaxRows || column.offset < 0 || column.offset > kMaxRows) return Broken(type, "its length is impossible");
  if (column.buffers.size() != NumBuffers(type) || !column.child_data.empty()) return Broken(type, "it has another number of buffers");
  ARROW_RETURN_NOT_OK(CheckBitmap(column, type));
  if (type.kind() == Kind::kNull) return Status::OK();
  return type.is_fixed_width() ? CheckFixed(column, type) : CheckTexts(column, type);
}

}  // namespace cask
