#include "cask/compute/frame/result_column.h"

#include <arrow/array/array_base.h>
#include <arrow/array/util.h>
#include <arrow/util/bit_util.h>

#include <cmath>
#include <limits>

#include "cask/compute/column/loop_input.h"

namespace cask {
namespace {

/// Whether the type marks missing values without a bitmap.
bool MarksMissing(const DType& type) { return !type.nullable() && (type.is_float() || type.is_temporal()); }

template <typename T, typename In>
Result<Column> Fill(const DType& type, const In* values, const std::vector<uint8_t>& missing, T mark, int64_t n, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer, arrow::AllocateBuffer(n * sizeof(T), pool));
  T* out = reinterpret_cast<T*>(buffer->mutable_data());
  int64_t num_missing = 0;
  for (int64_t i = 0; i < n; ++i) {
    const bool is_missing = !missing.empty() && missing[i];
    out[i] = is_missing ? mark : static_cast<T>(values[i]);
    num_missing += is_missing;
  }
  if (MarksMissing(type) || num_missing == 0) return MakeFixedColumn(type, n, std::move(buffer));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> validity, arrow::AllocateEmptyBitmap(n, pool));
  for (int64_t i = 0; i < n; ++i) arrow::bit_util::SetBitTo(validity->mutable_data(), i, !missing[i]);
  return MakeFixedColumn(type, n, std::move(buffer), std::move(validity), num_missing);
}

template <typename In>
Result<Column> FillKind(const DType& type, const In* values, const std::vector<uint8_t>& missing, int64_t n, arrow::MemoryPool* pool) {
  switch (type.kind()) {
    case Kind::kInt8: return Fill<int8_t>(type, values, missing, 0, n, pool);
    case Kind::kInt16: return Fill<int16_t>(type, values, missing, 0, n, pool);
    case Kind::kInt32: return Fill<int32_t>(type, values, missing, 0, n, pool);
    case Kind::kUInt16: return Fill<uint16_t>(type, values, missing, 0, n, pool);
    case Kind::kUInt32: return Fill<uint32_t>(type, values, missing, 0, n, pool);
    case Kind::kUInt64: return Fill<uint64_t>(type, values, missing, 0, n, pool);
    case Kind::kInt64: return Fill<int64_t>(type, values, missing, 0, n, pool);
    case Kind::kTimestamp:
    case Kind::kDuration: return Fill<int64_t>(type, values, missing, kNaT, n, pool);
    case Kind::kFloat32: return Fill<float>(type, values, missing, std::numeric_limits<float>::quiet_NaN(), n, pool);
    case Kind::kFloat64: return Fill<double>(type, values, missing, std::numeric_limits<double>::quiet_NaN(), n, pool);
    case Kind::kNull: return arrow::ArrayData::Make(type.arrow_type(), n, {nullptr}, n);
    default: return Fill<uint8_t>(type, values, missing, 0, n, pool);
  }
}

}  // namespace

Result<Column> IntsToColumn(const DType& type, const int64_t* values, const std::vector<uint8_t>& missing, int64_t n,
                            arrow::MemoryPool* pool) {
  if (type.kind() == Kind::kUInt64) return FillKind(type, reinterpret_cast<const uint64_t*>(values), missing, n, pool);
  return FillKind(type, values, missing, n, pool);
}

Result<Column> DoublesToColumn(const DType& type, const double* values, const std::vector<uint8_t>& missing, int64_t n,
                               arrow::MemoryPool* pool) {
  std::vector<uint8_t> all_missing(n);
  for (int64_t i = 0; i < n; ++i) all_missing[i] = std::isnan(values[i]) || (!missing.empty() && missing[i]);
  return FillKind(type, values, all_missing, n, pool);
}

Result<Column> MissingRows(const DType& type, int64_t n, arrow::MemoryPool* pool) {
  if (type.has_bitmap() || MarksMissing(type) || type.kind() == Kind::kNull) return RepeatLiteral(Literal(), type, n, pool);
  ARROW_ASSIGN_OR_RAISE(auto missing, arrow::MakeArrayOfNull(type.arrow_type(), n, pool));
  return missing->data();
}

}  // namespace cask
