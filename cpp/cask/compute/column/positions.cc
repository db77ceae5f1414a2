// position: row ids (data/row_id.h) to row numbers.
#include <arrow/buffer.h>

#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/registry.h"
#include "cask/data/row_id.h"

namespace cask {
namespace {

/// position(row ids, offsets): the number of each row in the whole of its source. `offsets` is a text of 8 bytes a partition, which
/// PartitionOffsetsSpec's function makes: where each begins.
class PositionFunction final : public ColumnFunction {
 public:
  std::string_view name() const override { return "position"; }
  int min_arguments() const override { return 2; }

  Result<DType> InferType(const std::vector<ArgumentType>&, const FunctionOptions&) const override { return DType(Kind::kInt64); }

  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>&, const DType& result_type, const FunctionOptions&,
                         int64_t num_rows, arrow::MemoryPool* pool) const override {
    const auto& offsets = std::get<std::string>(std::get<Literal>(arguments[1]).value());
    const int64_t* ids = Values<int64_t>(std::get<Column>(arguments[0]));
    ARROW_ASSIGN_OR_RAISE(auto positions, NewResult(8, num_rows, pool));
    auto* out = reinterpret_cast<int64_t*>(positions->mutable_data());
    for (int64_t i = 0; i < num_rows; ++i) {
      const int64_t place = PartitionOfRowId(ids[i]) * 8;
      if (place + 8 > static_cast<int64_t>(offsets.size())) return InternalError("row {} lies beyond the {} partitions counted", ids[i], offsets.size() / 8);
      int64_t offset;
      std::memcpy(&offset, offsets.data() + place, 8);
      out[i] = offset + RowOfRowId(ids[i]);
    }
    return MakeFixedColumn(result_type, num_rows, std::move(positions));
  }
};

}  // namespace

FunctionList PositionFunctions() {
  static const PositionFunction kPosition;
  return {&kPosition};
}

}  // namespace cask
