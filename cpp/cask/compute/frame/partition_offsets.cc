#include <arrow/builder.h>

#include "cask/compute/frame/table_function.h"

namespace cask {
namespace {

class PartitionOffsets final : public TableFunction {
 public:
  std::string_view name() const override { return "partition offsets"; }
  TableFunctionSpec spec() const override { return PartitionOffsetsSpec(); }

  Result<Schema> InferSchema(const std::vector<Schema>& inputs) const override {
    const bool are_counts = inputs.size() == 1 && inputs[0].size() == 2 && inputs[0].field(0).type == DType(Kind::kInt64) &&
                            inputs[0].field(1).type == DType(Kind::kInt64);
    if (!are_counts) return InternalError("partition offsets come of one table of partitions and numbers of rows");
    return Schema({{"offsets", Kind::kString}});
  }

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
    ARROW_ASSIGN_OR_RAISE(result.schema, InferSchema({inputs[0]->schema}));
    result.batches.push_back({1, {text->data()}});
    return result;
  }
};

}  // namespace

std::shared_ptr<const TableFunction> MakeTableFunction(PartitionOffsetsSpec) { return std::make_shared<PartitionOffsets>(); }

}  // namespace cask
