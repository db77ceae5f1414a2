// Steps that put a column of labels before the rows of a whole result.
#include <arrow/buffer.h>

#include <numeric>

#include "cask/base/check.h"
#include "cask/compute/frame/table_function.h"

namespace cask {
namespace {

class RowsWithLabels : public TableFunction {
 public:
  RowsWithLabels(std::string label_name, Kind label_kind) : label_name_(std::move(label_name)), label_kind_(label_kind) {}

  Result<Schema> InferSchema(const std::vector<Schema>& inputs) const override {
    if (inputs.size() != 1) return InternalError("rows to be labelled are one input, not {}", inputs.size());
    Schema schema({{label_name_, label_kind_}});
    for (const Field& field : inputs[0].fields()) schema.Add(field);
    return schema;
  }

  Result<Table> Apply(const std::vector<std::shared_ptr<const Table>>& inputs, arrow::MemoryPool*) const override {
    Table result;
    ARROW_ASSIGN_OR_RAISE(result.schema, InferSchema({inputs[0]->schema}));
    const int64_t num_rows = inputs[0]->num_rows();
    Batch batch{num_rows, {MakeFixedColumn(label_kind_, num_rows, Labels(num_rows))}};
    for (int i = 0; i < inputs[0]->schema.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(Column column, CombinedColumn(*inputs[0], i));
      batch.columns.push_back(std::move(column));
    }
    result.batches.push_back(std::move(batch));
    return result;
  }

 private:
  virtual std::shared_ptr<arrow::Buffer> Labels(int64_t num_rows) const = 0;

  std::string label_name_;
  Kind label_kind_;
};

class LabelledRows final : public RowsWithLabels {
 public:
  explicit LabelledRows(LabelledRowsSpec spec) : RowsWithLabels(spec.label_name, Kind::kFloat64), spec_(std::move(spec)) {}

  std::string_view name() const override { return "labelled rows"; }
  TableFunctionSpec spec() const override { return spec_; }

 private:
  std::shared_ptr<arrow::Buffer> Labels(int64_t num_rows) const override {
    CASK_CHECK_EQ(num_rows, static_cast<int64_t>(spec_.labels.size()));
    return arrow::Buffer::FromVector(spec_.labels);
  }

  LabelledRowsSpec spec_;
};

class NumberedRows final : public RowsWithLabels {
 public:
  explicit NumberedRows(NumberedRowsSpec spec) : RowsWithLabels(spec.label_name, Kind::kInt64), spec_(std::move(spec)) {}

  std::string_view name() const override { return "numbered rows"; }
  TableFunctionSpec spec() const override { return spec_; }

 private:
  std::shared_ptr<arrow::Buffer> Labels(int64_t num_rows) const override {
    std::vector<int64_t> numbers(num_rows);
    std::iota(numbers.begin(), numbers.end(), 0);
    return arrow::Buffer::FromVector(std::move(numbers));
  }

  NumberedRowsSpec spec_;
};

}  // namespace

std::shared_ptr<const TableFunction> MakeTableFunction(LabelledRowsSpec spec) { return std::make_shared<LabelledRows>(std::move(spec)); }

std::shared_ptr<const TableFunction> MakeTableFunction(NumberedRowsSpec spec) { return std::make_shared<NumberedRows>(std::move(spec)); }

}  // namespace cask
