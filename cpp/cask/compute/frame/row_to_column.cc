#include <arrow/builder.h>

#include "cask/compute/column/function.h"
#include "cask/compute/frame/table_function.h"
#include "cask/data/label.h"

namespace cask {
namespace {

// The narrowest type that holds values of both; nothing if there is none.
std::optional<DType> CommonType(const DType& a, const DType& b) {
  if (a == b) return a;
  if (a.is_numeric() && b.is_numeric() && !a.nullable() && !b.nullable()) {
    if (a.is_float() || b.is_float()) return DType(Kind::kFloat64);
    return a.is_unsigned() == b.is_unsigned() ? DType(a.is_signed() ? Kind::kInt64 : Kind::kUInt64) : DType(Kind::kFloat64);
  }
  return std::nullopt;
}

Result<Column> TextColumn(const std::vector<std::string>& texts) {
  arrow::LargeStringBuilder builder;
  ARROW_RETURN_NOT_OK(builder.AppendValues(texts));
  ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
  return array->data();
}

class RowToColumn final : public TableFunction {
 public:
  RowToColumn(std::string label_name, std::string value_name) : label_name_(std::move(label_name)), value_name_(std::move(value_name)) {}

  std::string_view name() const override { return "row to column"; }

  Result<Schema> InferSchema(const std::vector<Schema>& inputs) const override {
    ARROW_ASSIGN_OR_RAISE(const DType type, TypeOf(inputs[0]));
    return Schema({{label_name_, Kind::kString}, {value_name_, type}});
  }

  Result<Table> Apply(const std::vector<std::shared_ptr<const Table>>& inputs, arrow::MemoryPool* pool) const override {
    const Table& row = *inputs[0];
    Table result;
    ARROW_ASSIGN_OR_RAISE(result.schema, InferSchema({row.schema}));
    std::vector<std::string> labels;
    std::vector<Column> values;
    for (int i = 0; i < row.schema.size(); ++i) {
      labels.push_back(row.schema.field(i).name);
      ARROW_ASSIGN_OR_RAISE(Column value, CombinedColumn(row, i));
      ARROW_ASSIGN_OR_RAISE(value, CastTo(value, row.schema.field(i).type, result.schema.field(1).type, pool));
      values.push_back(std::move(value));
    }
    ARROW_ASSIGN_OR_RAISE(Column label_column, TextColumn(labels));
    ARROW_ASSIGN_OR_RAISE(Column value_column, ConcatenateColumns(values, result.schema.field(1).type));
    result.batches.push_back({row.schema.size(), {std::move(label_column), std::move(value_column)}});
    return result;
  }

 private:
  static Result<DType> TypeOf(const Schema& row) {
    std::optional<DType> type;
    for (const Field& field : row.fields()) {
      type = type ? CommonType(*type, field.type) : field.type;
      if (!type) {
        return TypeError("the results of the columns have no common type ({} is {}); select columns of one kind, for example with numeric_only=True",
                         PrintLabel(field.name), field.type.ToString());
      }
    }
    return type.value_or(DType(Kind::kFloat64));
  }

  static Result<Column> CastTo(const Column& value, const DType& from, const DType& to, arrow::MemoryPool* pool) {
    if (from == to) return value;
    FunctionOptions options;
    options.type = to;
    return FindColumnFunction("cast")->Execute({value}, {from}, to, options, value->length, pool);
  }

  std::string label_name_;
  std::string value_name_;
};

}  // namespace

std::shared_ptr<const TableFunction> MakeRowToColumn(std::string label_name, std::string value_name) {
  return std::make_shared<RowToColumn>(std::move(label_name), std::move(value_name));
}

}  // namespace cask
