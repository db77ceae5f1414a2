#include "cask/compute/frame/result_column.h"
#include "cask/compute/frame/table_function.h"

namespace cask {
namespace {

class SideBySide final : public TableFunction {
 public:
  std::string_view name() const override { return "side by side"; }
  TableFunctionSpec spec() const override { return SideBySideSpec(); }

  Result<Schema> InferSchema(const std::vector<Schema>& inputs) const override {
    Schema schema;
    for (const Schema& input : inputs) {
      for (const Field& field : input.fields()) schema.Add(field);
    }
    return schema;
  }

  Result<Table> Apply(const std::vector<std::shared_ptr<const Table>>& inputs, arrow::MemoryPool* pool) const override {
    Table result;
    Batch batch;
    for (const auto& input : inputs) batch.num_rows = std::max(batch.num_rows, input->num_rows());
    for (const auto& input : inputs) {
      for (int i = 0; i < input->schema.size(); ++i) {
        const Field& field = input->schema.field(i);
        ARROW_ASSIGN_OR_RAISE(Column column, CombinedColumn(*input, i));
        if (column->length < batch.num_rows) {
          ARROW_ASSIGN_OR_RAISE(Column missing, MissingRows(field.type, batch.num_rows - column->length, pool));
          ARROW_ASSIGN_OR_RAISE(column, ConcatenateColumns({column, missing}, field.type));
        }
        result.schema.Add(field);
        batch.columns.push_back(std::move(column));
      }
    }
    result.batches.push_back(std::move(batch));
    return result;
  }
};

}  // namespace

std::shared_ptr<const TableFunction> MakeTableFunction(SideBySideSpec) { return std::make_shared<SideBySide>(); }

}  // namespace cask
