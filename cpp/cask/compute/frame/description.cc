#include <arrow/buffer.h>
#include <arrow/builder.h>

#include "cask/compute/column/function.h"
#include "cask/compute/frame/result_column.h"
#include "cask/compute/frame/table_function.h"

namespace cask {
namespace {

constexpr int kStatistics = 5;  // count, mean, std, min, max
constexpr int kMax = 4;

// A column's values as doubles.
Result<std::vector<double>> Doubles(const Table& table, int i, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(Column column, CombinedColumn(table, i));
  const DType& type = table.schema.field(i).type;
  if (type != DType(Kind::kFloat64)) {
    FunctionOptions options;
    options.type = Kind::kFloat64;
    // A result without a value (the minimum of no integers) is marked in a bitmap, which a cast of integers does not look at.
    const Column values = column;
    ARROW_ASSIGN_OR_RAISE(column, FindColumnFunction("cast")->Execute({values}, {type}, options.type, options, values->length, pool));
    std::vector<double> doubles(Values<double>(column), Values<double>(column) + column->length);
    for (size_t row = 0; row < doubles.size(); ++row) {
      if (IsMissing(values, type, static_cast<int64_t>(row))) doubles[row] = std::numeric_limits<double>::quiet_NaN();
    }
    return doubles;
  }
  return std::vector<double>(Values<double>(column), Values<double>(column) + column->length);
}

class Description final : public TableFunction {
 public:
  explicit Description(DescriptionSpec spec) : spec_(std::move(spec)) {}

  std::string_view name() const override { return "describe"; }
  TableFunctionSpec spec() const override { return spec_; }

  Result<Schema> InferSchema(const std::vector<Schema>& inputs) const override {
    const int num_columns = static_cast<int>(spec_.columns.size());
    if (inputs.size() != 2 || inputs[0].size() != num_columns * kStatistics || inputs[1].size() != num_columns) {
      return InternalError("a description of {} columns comes of their statistics and quantiles", num_columns);
    }
    Schema schema({{spec_.label_name, Kind::kString}});
    for (size_t i = 0; i < spec_.columns.size(); ++i) {
      const bool is_nullable = inputs[0].field(static_cast<int>(i) * kStatistics).type.nullable() || inputs[1].field(static_cast<int>(i)).type.nullable();
      schema.Add({spec_.columns[i], is_nullable ? DType::Nullable(Kind::kFloat64) : DType(Kind::kFloat64)});
    }
    return schema;
  }

  Result<Table> Apply(const std::vector<std::shared_ptr<const Table>>& inputs, arrow::MemoryPool* pool) const override {
    Table result;
    ARROW_ASSIGN_OR_RAISE(result.schema, InferSchema({inputs[0]->schema, inputs[1]->schema}));
    ARROW_ASSIGN_OR_RAISE(Column labels, Labels());
    Batch batch{labels->length, {labels}};
    for (size_t i = 0; i < spec_.columns.size(); ++i) {
      std::vector<double> values;
      for (int statistic = 0; statistic < kMax; ++statistic) {
        ARROW_ASSIGN_OR_RAISE(auto one, Doubles(*inputs[0], static_cast<int>(i) * kStatistics + statistic, pool));
        values.push_back(one[0]);
      }
      ARROW_ASSIGN_OR_RAISE(auto quantiles, Doubles(*inputs[1], static_cast<int>(i), pool));
      values.insert(values.end(), quantiles.begin(), quantiles.end());
      ARROW_ASSIGN_OR_RAISE(auto max, Doubles(*inputs[0], static_cast<int>(i) * kStatistics + kMax, pool));
      values.push_back(max[0]);
      const DType& type = result.schema.field(static_cast<int>(i) + 1).type;
      ARROW_ASSIGN_OR_RAISE(Column column, DoublesToColumn(type, values.data(), {}, static_cast<int64_t>(values.size()), pool));
      batch.columns.push_back(std::move(column));
    }
    result.batches.push_back(std::move(batch));
    return result;
  }

 private:
  Result<Column> Labels() const {
    arrow::LargeStringBuilder builder;
    for (const char* label : {"count", "mean", "std", "min"}) ARROW_RETURN_NOT_OK(builder.Append(label));
    ARROW_RETURN_NOT_OK(builder.AppendValues(spec_.quantile_labels));
    ARROW_RETURN_NOT_OK(builder.Append("max"));
    ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
    return array->data();
  }

  DescriptionSpec spec_;
};

}  // namespace

std::shared_ptr<const TableFunction> MakeTableFunction(DescriptionSpec spec) { return std::make_shared<Description>(std::move(spec)); }

}  // namespace cask
