#include "cask/data/batch.h"

#include <arrow/array/array_base.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/util.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>

#include <cmath>
#include <set>

#include "cask/base/check.h"
#include "cask/data/categories.h"

namespace cask {
namespace {

void AddBytes(const arrow::ArrayData& data, std::set<const void*>* seen, int64_t* bytes) {
  for (const auto& buffer : data.buffers) {
    if (buffer && seen->insert(buffer->data()).second) *bytes += buffer->capacity();
  }
  if (data.dictionary) AddBytes(*data.dictionary, seen, bytes);
  for (const auto& child : data.child_data) AddBytes(*child, seen, bytes);
}

}  // namespace

int64_t NumBytes(const Column& column) {
  std::set<const void*> seen;
  int64_t bytes = 0;
  AddBytes(*column, &seen, &bytes);
  return bytes;
}

int64_t Table::num_rows() const {
  int64_t rows = 0;
  for (const Batch& batch : batches) rows += batch.num_rows;
  return rows;
}

int64_t Table::num_bytes() const {
  std::set<const void*> seen;
  int64_t bytes = 0;
  for (const Batch& batch : batches) {
    for (const Column& column : batch.columns) AddBytes(*column, &seen, &bytes);
  }
  return bytes;
}

Result<Column> ConcatenateColumns(const std::vector<Column>& columns, const DType& type) {
  if (columns.empty()) return EmptyColumn(type);
  if (columns.size() == 1) return columns[0];
  arrow::ArrayVector arrays;
  arrays.reserve(columns.size());
  for (const Column& column : columns) arrays.push_back(arrow::MakeArray(column));
  // Dictionaries of categories are unified by Concatenate: codes stay positions in the first-seen order of the values.
  ARROW_ASSIGN_OR_RAISE(auto whole, arrow::Concatenate(arrays));
  return whole->data();
}

Result<Column> CombinedColumn(const Table& table, int i) {
  std::vector<Column> columns;
  columns.reserve(table.batches.size());
  for (const Batch& batch : table.batches) {
    if (batch.num_rows > 0) columns.push_back(batch.columns[i]);
  }
  return ConcatenateColumns(columns, table.schema.field(i).type);
}

Column SliceColumn(const Column& column, int64_t offset, int64_t length) {
  if (offset == 0 && length == column->length) return column;
  return column->Slice(offset, length);
}

Batch SliceBatch(const Batch& batch, int64_t offset, int64_t length) {
  Batch slice;
  slice.num_rows = length;
  slice.columns.reserve(batch.columns.size());
  for (const Column& column : batch.columns) slice.columns.push_back(SliceColumn(column, offset, length));
  return slice;
}

Column EmptyColumn(const DType& type) {
  auto empty = arrow::MakeEmptyArray(type.arrow_type());
  CASK_CHECK_OK(empty.status());
  Column column = (*empty)->data();
  if (type.kind() == Kind::kCategory && Categories::Of(type).texts != nullptr) column->dictionary = Categories::Of(type).texts;
  return column;
}

Column MakeFixedColumn(const DType& type, int64_t length, std::shared_ptr<arrow::Buffer> buffer,
                       std::shared_ptr<arrow::Buffer> validity, int64_t null_count) {
  return arrow::ArrayData::Make(type.arrow_type(), length, {std::move(validity), std::move(buffer)}, null_count);
}

bool IsMissing(const Column& column, const DType& type, int64_t i) {
  switch (type.kind()) {
    case Kind::kNull: return true;
    case Kind::kFloat32:
      if (!type.nullable()) return std::isnan(Values<float>(column)[i]);
      break;
    case Kind::kFloat64:
      if (!type.nullable()) return std::isnan(Values<double>(column)[i]);
      break;
    case Kind::kTimestamp:
    case Kind::kDuration: return Values<int64_t>(column)[i] == kNaT;
    default: break;
  }
  const auto& validity = column->buffers[0];
  return validity && !arrow::bit_util::GetBit(validity->data(), column->offset + i);
}

}  // namespace cask
