#include "cask/local_frame.h"

#include <ostream>

#include "cask/api/lazy_access.h"
#include "cask/api/print_values.h"
#include "cask/api/to_arrow.h"

namespace cask {

namespace {

std::string NameOf(const Field& field) { return PrintLabel(field.name); }

bool IsDefaultIndex(const Computed& computed) {
  return computed.num_index == 0 || (computed.num_index == 1 && computed.range_start == 0);
}

// The values of a column as numbers of type To, read as From.
template <typename From, typename To>
std::vector<To> Cast(const arrow::ArrayData& column) {
  const From* values = column.GetValues<From>(1);
  return std::vector<To>(values, values + column.length);
}

template <typename To>
Result<std::vector<To>> Numbers(const Column& column, const DType& type) {
  switch (type.kind()) {
    case Kind::kBool:
    case Kind::kObjectBool:
    case Kind::kUInt8: return Cast<uint8_t, To>(*column);
    case Kind::kInt8: return Cast<int8_t, To>(*column);
    case Kind::kInt16: return Cast<int16_t, To>(*column);
    case Kind::kInt32: return Cast<int32_t, To>(*column);
    case Kind::kTimestamp:
    case Kind::kDuration:
    case Kind::kInt64: return Cast<int64_t, To>(*column);
    case Kind::kUInt16: return Cast<uint16_t, To>(*column);
    case Kind::kUInt32: return Cast<uint32_t, To>(*column);
    case Kind::kUInt64: return Cast<uint64_t, To>(*column);
    case Kind::kFloat32: return Cast<float, To>(*column);
    case Kind::kFloat64: return Cast<double, To>(*column);
    default: return TypeError("values of type {} are no numbers; ask for them as std::string", type.ToString());
  }
}

Column RangeColumn(const Computed& computed) {
  const int64_t rows = computed.table.num_rows();
  std::vector<int64_t> values(rows);
  for (int64_t i = 0; i < rows; ++i) values[i] = i;
  return MakeFixedColumn(Kind::kInt64, rows, arrow::Buffer::FromVector(std::move(values)));
}

Field FieldAt(const Computed& computed, int position) {
  return position < 0 ? Field{NoLabel(), Kind::kInt64} : computed.table.schema.field(position);
}

cask::Column ColumnAt(const Computed& computed, int position) {
  return position < 0 ? RangeColumn(computed) : computed.table.batches[0].columns[position];
}

}  // namespace

int64_t LocalFrame::num_rows() const { return computed_->table.num_rows(); }
int LocalFrame::num_columns() const { return computed_->table.schema.size() - computed_->num_index; }

std::vector<std::string> LocalFrame::column_names() const {
  std::vector<std::string> names;
  for (int i = 0; i < num_columns(); ++i) names.push_back(NameOf(computed_->table.schema.field(computed_->num_index + i)));
  return names;
}

std::vector<std::string> LocalFrame::index_names() const {
  std::vector<std::string> names;
  for (int i = 0; i < computed_->num_index && !IsDefaultIndex(*computed_); ++i) names.push_back(NameOf(computed_->table.schema.field(i)));
  return names;
}

std::vector<std::string> LocalFrame::dtypes() const {
  std::vector<std::string> types;
  for (int i = 0; i < num_columns(); ++i) types.push_back(computed_->table.schema.field(computed_->num_index + i).type.ToString());
  return types;
}

int LocalFrame::PositionOf(const std::string& name) const {
  for (int i = computed_->num_index; i < computed_->table.schema.size(); ++i) {
    if (NameOf(computed_->table.schema.field(i)) == name) return i;
  }
  RaiseIfNotOk(KeyError("{}", name));
  return -1;
}

int LocalFrame::PositionOf(int column) const {
  if (column < 0 || column >= num_columns()) RaiseIfNotOk(IndexError("there is no column {}; there are {}", column, num_columns()));
  return computed_->num_index + column;
}

int LocalFrame::PositionOfLevel(int level) const {
  const int levels = std::max(computed_->num_index, 1);
  if (level < 0 || level >= levels) RaiseIfNotOk(IndexError("Too many levels: Index has only {} level{}, not {}", levels, levels == 1 ? "" : "s", level + 1));
  return computed_->num_index == 0 ? -1 : level;
}

void LocalFrame::CheckIsOneValue() const {
  if (num_rows() != 1 || num_columns() != 1) {
    RaiseIfNotOk(ValueError("there is not one value here but {} rows of {} columns", num_rows(), num_columns()));
  }
}

bool LocalFrame::IsMissing(int64_t row, int column) const {
  const int position = PositionOf(column);
  if (row < 0 || row >= num_rows()) RaiseIfNotOk(IndexError("single positional indexer is out-of-bounds"));
  return cask::IsMissing(computed_->table.batches[0].columns[position], computed_->table.schema.field(position).type, row);
}

std::vector<double> LocalFrame::Reals(int position) const {
  const cask::Column column = ColumnAt(*computed_, position);
  const DType type = FieldAt(*computed_, position).type;
  std::vector<double> values = ValueOrRaise(Numbers<double>(column, type));
  for (int64_t i = 0; i < column->length; ++i) {
    if (cask::IsMissing(column, type, i)) values[i] = std::numeric_limits<double>::quiet_NaN();
  }
  return values;
}

std::vector<int64_t> LocalFrame::Integers(int position) const {
  const cask::Column column = ColumnAt(*computed_, position);
  const Field field = FieldAt(*computed_, position);
  for (int64_t i = 0; i < column->length; ++i) {
    if (!cask::IsMissing(column, field.type, i)) continue;
    RaiseIfNotOk(ValueError("cannot convert NA to integer: row {} of column {}", i, NameOf(field)));
  }
  return ValueOrRaise(Numbers<int64_t>(column, field.type));
}

std::vector<std::string> LocalFrame::Texts(int position) const {
  const cask::Column column = ColumnAt(*computed_, position);
  return ValueOrRaise(PlainTexts(column, FieldAt(*computed_, position).type));
}

std::shared_ptr<arrow::Table> LocalFrame::ToArrow() const {
  return ValueOrRaise(TableToArrow(computed_->table, IsDefaultIndex(*computed_) ? computed_->num_index : 0));
}

std::string LocalFrame::ToString() const { return ValueOrRaise(PrintAsPandas(*computed_)); }

std::ostream& operator<<(std::ostream& out, const LocalFrame& frame) { return out << frame.ToString(); }

}  // namespace cask
