#include "cask/compute/frame/block_values.h"

#include "cask/base/check.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

template <typename T, typename Out>
void Convert(const Column& column, int64_t begin, int64_t n, Out* out) {
  const T* values = Values<T>(column) + begin;
  for (int64_t i = 0; i < n; ++i) out[i] = static_cast<Out>(values[i]);
}

template <typename Out>
void ConvertKind(Kind kind, const Column& column, int64_t begin, int64_t n, Out* out) {
  switch (kind) {
    case Kind::kInt8: return Convert<int8_t>(column, begin, n, out);
    case Kind::kInt16: return Convert<int16_t>(column, begin, n, out);
    case Kind::kInt32: return Convert<int32_t>(column, begin, n, out);
    case Kind::kUInt16: return Convert<uint16_t>(column, begin, n, out);
    case Kind::kUInt32: return Convert<uint32_t>(column, begin, n, out);
    case Kind::kUInt64: return Convert<uint64_t>(column, begin, n, out);
    case Kind::kInt64:
    case Kind::kTimestamp:
    case Kind::kDuration: return Convert<int64_t>(column, begin, n, out);
    case Kind::kFloat32: return Convert<float>(column, begin, n, out);
    case Kind::kFloat64: return Convert<double>(column, begin, n, out);
    default: return Convert<uint8_t>(column, begin, n, out);  // kBool, kObjectBool, kUInt8
  }
}

/// How many values are not NaN; marks them only where there are others, for most blocks have none.
template <typename T>
int64_t FindNumbers(Kind kind, const T* values, int64_t n, uint8_t* valid) {
  Kind out;
  int64_t num_valid;
  FindReduceLoop(Reduction::kCountNotNan, kind, &out)(values, n, &num_valid);
  if (num_valid == n) return n;
  for (int64_t i = 0; i < n; ++i) valid[i] = values[i] == values[i];
  return num_valid;
}

}  // namespace

void BlockValues::Reset(const Column& column, int64_t begin, int64_t num_rows, const uint32_t* ids) {
  CASK_CHECK_LE(num_rows, kBlockRows);
  column_ = &column;
  begin_ = begin;
  num_rows_ = num_rows;
  ids_ = ids;
  know_missing_ = have_doubles_ = have_ints_ = have_valid_ids_ = have_all_ids_ = false;
  all_doubles_ = nullptr;
  all_ints_ = nullptr;
}

void BlockValues::FindMissing() {
  if (know_missing_) return;
  know_missing_ = true;
  uint8_t* valid = buffers_->valid;
  if (type_.kind() == Kind::kNull) {
    std::fill(valid, valid + num_rows_, 0);
    num_valid_ = 0;
  } else if (type_.kind() == Kind::kFloat64 && !type_.nullable()) {
    num_valid_ = FindNumbers(Kind::kFloat64, Values<double>(*column_) + begin_, num_rows_, valid);
  } else if (type_.kind() == Kind::kFloat32 && !type_.nullable()) {
    num_valid_ = FindNumbers(Kind::kFloat32, Values<float>(*column_) + begin_, num_rows_, valid);
  } else if (type_.is_temporal()) {
    const int64_t* ticks = Values<int64_t>(*column_) + begin_;
    for (int64_t i = 0; i < num_rows_; ++i) valid[i] = ticks[i] != kNaT;
    num_valid_ = std::count(valid, valid + num_rows_, 1);
  } else {
    const ValidityReader validity(*column_, begin_);
    num_valid_ = num_rows_;
    if (validity.all_valid()) return;
    for (int64_t i = 0; i < num_rows_; ++i) valid[i] = validity.IsValid(i);
    num_valid_ = std::count(valid, valid + num_rows_, 1);
  }
}

int64_t BlockValues::num_valid() {
  FindMissing();
  return num_valid_;
}

template <typename T>
GroupedValues<T> BlockValues::Select(const T* all, T* squeezed) {
  if (ids_ != nullptr) return {all, ValidIds(), num_rows_};
  if (num_valid() == num_rows_) return {all, nullptr, num_rows_};
  int64_t n = 0;
  for (int64_t i = 0; i < num_rows_; ++i) {
    squeezed[n] = all[i];
    n += buffers_->valid[i];
  }
  return {squeezed, nullptr, n};
}

const double* BlockValues::AllDoubles() {
  if (all_doubles_ != nullptr) return all_doubles_;
  all_doubles_ = buffers_->doubles;
  if (type_.kind() == Kind::kFloat64) {
    all_doubles_ = Values<double>(*column_) + begin_;
  } else if (type_.kind() != Kind::kNull) {
    ConvertKind(type_.kind(), *column_, begin_, num_rows_, buffers_->doubles);
  }
  return all_doubles_;
}

const int64_t* BlockValues::AllInts() {
  if (all_ints_ != nullptr) return all_ints_;
  all_ints_ = buffers_->ints;
  if (type_.width() == 8) {
    all_ints_ = Values<int64_t>(*column_) + begin_;
  } else if (type_.kind() != Kind::kNull) {
    ConvertKind(type_.kind(), *column_, begin_, num_rows_, buffers_->ints);
  }
  return all_ints_;
}

GroupedValues<double> BlockValues::Doubles() {
  if (!have_doubles_) doubles_ = Select(AllDoubles(), buffers_->squeezed_doubles);
  have_doubles_ = true;
  return doubles_;
}

GroupedValues<int64_t> BlockValues::Ints() {
  if (!have_ints_) ints_ = Select(AllInts(), buffers_->squeezed_ints);
  have_ints_ = true;
  return ints_;
}

const uint32_t* BlockValues::ValidIds() {
  if (num_valid() == num_rows_) return AllIds();
  if (have_valid_ids_) return buffers_->valid_ids;
  have_valid_ids_ = true;
  const uint32_t* all = AllIds();
  for (int64_t i = 0; i < num_rows_; ++i) buffers_->valid_ids[i] = buffers_->valid[i] ? all[i] : 0;
  return buffers_->valid_ids;
}

const uint32_t* BlockValues::AllIds() {
  if (ids_ != nullptr) return ids_;
  if (!have_all_ids_) std::fill(buffers_->all_ids, buffers_->all_ids + num_rows_, 1);
  have_all_ids_ = true;
  return buffers_->all_ids;
}

}  // namespace cask
