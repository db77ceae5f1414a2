#include "cask/api/gather.h"

#include "cask/compute/row_positions.h"
#include "cask/expr/breaker_expr.h"
#include "cask/expr/source_expr.h"

namespace cask {
namespace {

// Where each partition's rows begin in the whole, as far as the partitions before it have been counted.
std::vector<int64_t> PartitionOffsets(const FrameExpr& root) {
  const FrameExpr* source = SourceOfRows(root);
  std::vector<int64_t> offsets = {0};
  if (source == nullptr) return offsets;
  for (int64_t rows : static_cast<const SourceExpr*>(source)->KnownPartitionRows()) offsets.push_back(offsets.back() + rows);
  return offsets;
}

std::optional<int64_t> RangeStart(const Column& positions) {
  const int64_t* values = Values<int64_t>(positions);
  if (positions->length == 0) return 0;
  for (int64_t i = 1; i < positions->length; ++i) {
    if (values[i] != values[0] + i) return std::nullopt;
  }
  return values[0];
}

}  // namespace

Result<Computed> Gather(const Collection& collection, const std::vector<std::shared_ptr<const Piece>>& pieces) {
  Table whole;
  whole.schema = collection.data.schema();
  for (const auto& piece : pieces) {
    const auto& table = static_cast<const Table&>(*piece);
    whole.batches.insert(whole.batches.end(), table.batches.begin(), table.batches.end());
  }
  const int row_ids = RowIdColumnOf(collection.data);
  Computed result{collection.shape, {}, collection.num_index, std::nullopt};
  result.table.schema = whole.schema;
  Batch batch{whole.num_rows(), {}};
  for (int i = 0; i < whole.schema.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(Column column, CombinedColumn(whole, i));
    if (i == row_ids) {
      ARROW_ASSIGN_OR_RAISE(column, PositionsOfRowIds(column, PartitionOffsets(*collection.data.root)));
      if (i == 0 && collection.num_index == 1) result.range_start = RangeStart(column);
    }
    batch.columns.push_back(std::move(column));
  }
  result.table.batches.push_back(std::move(batch));
  return result;
}

}  // namespace cask
