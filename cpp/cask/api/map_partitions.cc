#include "cask/api/frame_operations.h"
#include "cask/api/row_numbers.h"
#include "cask/expr/breaker_expr.h"
#include "cask/expr/map_partitions_expr.h"
#include "cask/plan/stream.h"

namespace cask {
namespace {

// Whether the first column is row ids of which each partition has its own.
bool BeginsWithRowIds(const Collection& collection) {
  if (collection.num_index != 1 || RowIdColumnOf(collection.data) != 0) return false;
  const FrameExpr::Node base = Stream::Of(collection.data).base->node();
  return base == FrameExpr::Node::kSource || base == FrameExpr::Node::kMapPartitions;
}

Status CheckSameKind(const MappedPartitions& made, const MappedPartitions& first) {
  if (made.shape == first.shape && made.num_index == first.num_index) return Status::OK();
  return TypeError("{} gives another kind of result now that its input turned out to have other types; give meta=", made.function.name);
}

}  // namespace

Result<PartitionInput> InputOfPartitions(const Collection& collection, Origin origin) {
  ARROW_ASSIGN_OR_RAISE(Collection rows, collection.Rebound());
  const bool has_row_ids = BeginsWithRowIds(rows);
  for (size_t i = has_row_ids ? 1 : 0; i < rows.data.columns.size(); ++i) {
    ColumnExprPtr& value = rows.data.columns[i].value;
    if (!IsRowIds(rows.data.root, *value)) continue;
    ARROW_ASSIGN_OR_RAISE(value, RowNumbersOf(rows.data.root, value, origin));
  }
  return PartitionInput{std::move(rows), has_row_ids};
}

Result<Collection> MapPartitions(const PartitionInput& input, const MappedPartitions& made, MapPartitionsMaker remake, Origin origin) {
  const auto remade = [made, remake = std::move(remake)](const Schema& schema, const std::vector<std::string>& found) -> Result<PartitionFunction> {
    ARROW_ASSIGN_OR_RAISE(MappedPartitions again, remake(schema, found));
    ARROW_RETURN_NOT_OK(CheckSameKind(again, made));
    return std::move(again.function);
  };
  ARROW_ASSIGN_OR_RAISE(FramePtr root, MapPartitionsExpr::Make(input.rows.data, made.function, remade, std::move(origin)));
  return Collection{made.shape, Projection::All(std::move(root)), made.num_index};
}

}  // namespace cask
