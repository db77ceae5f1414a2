#include <arrow/buffer.h>

#include "cask/base/check.h"
#include "cask/compute/frame/table_function.h"

namespace cask {
namespace {

class LabelledRows final : public TableFunction {
 public:
  LabelledRows(std::vector<double> labels, std::string label_name) : labels_(std::move(labels)), label_name_(std::move(label_name)) {}

  std::string_view name() const override { return "labelled rows"; }

  Result<Schema> InferSchema(const std::vector<Schema>& inputs) const override {
    Schema schema({{label_name_, Kind::kFloat64}});
    for (const Field& field : inputs[0].fields()) schema.Add(field);
    return schema;
  }

  Result<Table> Apply(const std::vector<std::shared_ptr<const Table>>& inputs, arrow::MemoryPool*) const override {
    Table result;
    ARROW_ASSIGN_OR_RAISE(result.schema, InferSchema({inputs[0]->schema}));
    CASK_CHECK_EQ(inputs[0]->num_rows(), static_cast<int64_t>(labels_.size()));
    Batch batch{inputs[0]->num_rows(), {MakeFixedColumn(Kind::kFloat64, inputs[0]->num_rows(), arrow::Buffer::FromVector(labels_))}};
    for (int i = 0; i < inputs[0]->schema.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(Column column, CombinedColumn(*inputs[0], i));
      batch.columns.push_back(std::move(column));
    }
    result.batches.push_back(std::move(batch));
    return result;
  }

 private:
  std::vector<double> labels_;
  std::string label_name_;
};

}  // namespace

std::shared_ptr<const TableFunction> MakeLabelledRows(std::vector<double> labels, std::string label_name) {
  return std::make_shared<LabelledRows>(std::move(labels), std::move(label_name));
}

}  // namespace cask
