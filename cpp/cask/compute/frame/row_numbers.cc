// Steps that number rows: where partitions begin, and the rows of a whole result.
#include <arrow/buffer.h>
#include <arrow/builder.h>

#include <numeric>

#include "cask/compute/frame/table_function.h"

namespace cask {
namespace {

class PartitionOffsets final : public TableFunction {
 public:
  std::string_view name() const override { return "partition offsets"; }

  Result<Schema> InferSchema(const std::vector<Schema>&) const override { return Schema({{"offsets", Kind::kString}}); }

  Result<Table> Apply(const std::vector<std::shared_ptr<const Table>>& inputs, arrow::MemoryPool*) const override {
    ARROW_ASSIGN_OR_RAISE(const Column partitions, CombinedColumn(*inputs[0], 0));
    ARROW_ASSIGN_OR_RAISE(const Column counts, CombinedColumn(*inputs[0], 1));
    std::vector<int64_t> offsets;
    int64_t next = 0;
    for (int64_t i = 0; i < partitions->length; ++i) {
      offsets.resize(Values<int64_t>(partitions)[i] + 1, next);  // those between have no rows
      next += Values<int64_t>(counts)[i];
    }
    arrow::LargeStringBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Append(std::string_view(reinterpret_cast<const char*>(offsets.data()), offsets.size() * 8)));
    ARROW_ASSIGN_OR_RAISE(auto text, builder.Finish());
    Table result;
    ARROW_ASSIGN_OR_RAISE(result.schema, InferSchema({}));
    result.batches.push_back({1, {text->data()}});
    return result;
  }
};

class NumberedRows final : public TableFunction {
 public:
  explicit NumberedRows(std::string label_name) : label_name_(std::move(label_name)) {}

  std::string_view name() const override { return "numbered rows"; }

  Result<Schema> InferSchema(const std::vector<Schema>& inputs) const override {
    Schema schema({{label_name_, Kind::kInt64}});
    for (const Field& field : inputs[0].fields()) schema.Add(field);
    return schema;
  }

  Result<Table> Apply(const std::vector<std::shared_ptr<const Table>>& inputs, arrow::MemoryPool*) const override {
    Table result;
    ARROW_ASSIGN_OR_RAISE(result.schema, InferSchema({inputs[0]->schema}));
    std::vector<int64_t> numbers(inputs[0]->num_rows());
    std::iota(numbers.begin(), numbers.end(), 0);
    Batch batch{inputs[0]->num_rows(), {}};
    batch.columns.push_back(MakeFixedColumn(Kind::kInt64, batch.num_rows, arrow::Buffer::FromVector(std::move(numbers))));
    for (int i = 0; i < inputs[0]->schema.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(Column column, CombinedColumn(*inputs[0], i));
      batch.columns.push_back(std::move(column));
    }
    result.batches.push_back(std::move(batch));
    return result;
  }

 private:
  std::string label_name_;
};

}  // namespace

std::shared_ptr<const TableFunction> MakePartitionOffsets() { return std::make_shared<PartitionOffsets>(); }

std::shared_ptr<const TableFunction> MakeNumberedRows(std::string label_name) { return std::make_shared<NumberedRows>(std::move(label_name)); }

}  // namespace cask
