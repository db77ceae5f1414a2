#include <arrow/builder.h>

#include "cask/compute/column/function.h"
#include "cask/compute/frame/result_column.h"
#include "cask/compute/frame/table_function.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

// The type that pandas gives a column of values of both; nothing where that is one of Python objects.
std::optional<DType> CommonType(const DType& a, const DType& b) {
  if (a == b) return a;
  const bool nullable = a.nullable() || b.nullable();
  if (a.is_numeric() && b.is_numeric()) {
    const Kind kind = PromoteKinds(a.kind(), b.kind());
    return nullable ? DType::Nullable(kind) : DType(kind);
  }
  if (a.kind() == b.kind() && (a.is_bool() || a.kind() == Kind::kString)) return DType::Nullable(a.kind());
  if (a.kind() != b.kind() || !a.is_temporal() || a.timezone() != b.timezone()) return std::nullopt;
  const TimeUnit unit = std::max(a.unit(), b.unit());
  return a.kind() == Kind::kDuration ? DType::Duration(unit) : DType::Timestamp(unit, a.timezone());
}

Result<Column> TextColumn(const std::vector<std::string>& texts) {
  arrow::LargeStringBuilder builder;
  ARROW_RETURN_NOT_OK(builder.AppendValues(texts));
  ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
  return array->data();
}

}  // namespace

std::optional<DType> CommonTypeOf(const Schema& row) {
  std::optional<DType> type;
  for (const Field& field : row.fields()) {
    type = type ? CommonType(*type, field.type) : field.type;
    if (!type) return std::nullopt;
  }
  return type.value_or(DType(Kind::kFloat64));
}

namespace {

class RowToColumn final : public TableFunction {
 public:
  explicit RowToColumn(RowToColumnSpec spec) : spec_(std::move(spec)) {}

  std::string_view name() const override { return "row to column"; }
  TableFunctionSpec spec() const override { return spec_; }

  Result<Schema> InferSchema(const std::vector<Schema>& inputs) const override {
    if (inputs.size() != 1) return InternalError("a row to be made a column is one input, not {}", inputs.size());
    ARROW_ASSIGN_OR_RAISE(const DType type, TypeOf(inputs[0]));
    return Schema({{spec_.label_name, Kind::kString}, {spec_.value_name, type}});
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
    if (const auto type = CommonTypeOf(row)) return *type;
    return TypeError("the results of the columns have no common type; select columns of one kind, for example with numeric_only=True");
  }

  static Result<Column> CastTo(const Column& value, const DType& from, const DType& to, arrow::MemoryPool* pool) {
    if (from == to) return value;
    // A missing value of a type that has none is marked in a bitmap, which a cast does not look at.
    if (IsMissing(value, from, 0)) return MissingRows(to, value->length, pool);
    FunctionOptions options;
    options.type = to;
    return FindColumnFunction("cast")->Execute({value}, {from}, to, options, value->length, pool);
  }

  RowToColumnSpec spec_;
};

}  // namespace

std::shared_ptr<const TableFunction> MakeTableFunction(RowToColumnSpec spec) { return std::make_shared<RowToColumn>(std::move(spec)); }

}  // namespace cask
