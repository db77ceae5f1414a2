#include "cask/api/row_numbers.h"

#include "cask/api/reduce_to_row.h"
#include "cask/data/row_id.h"
#include "cask/expr/assemble_expr.h"
#include "cask/expr/breaker_expr.h"

namespace cask {
namespace {

// Where the partitions of `source` begin, as a text (see the column function "position").
Result<Projection> OffsetsOf(const FramePtr& source, const Origin& origin) {
  const ColumnExprPtr ids = ColumnExpr::Reference(source->row_id_column(), Kind::kInt64);
  const ColumnExprPtr rows_a_partition = ColumnExpr::Constant(Literal::Int(MakeRowId(1, 0)));
  ARROW_ASSIGN_OR_RAISE(ColumnExprPtr partition, ColumnExpr::Call("floordiv", {ids, rows_a_partition}, {}, origin));
  GroupBySpec spec;
  spec.keys = {0};
  spec.aggregates = {Aggregate{.kind = AggregateKind::kSize, .name = "rows"}};
  const Projection partitions{source, {{"partition", std::move(partition)}}};
  ARROW_ASSIGN_OR_RAISE(FramePtr counts, BreakerExpr::Make(partitions, std::move(spec), origin));
  ARROW_ASSIGN_OR_RAISE(FramePtr offsets, AssembleExpr::Make({Projection::All(std::move(counts))}, PartitionOffsetsSpec(), origin));
  return Projection::All(std::move(offsets));
}

}  // namespace

bool IsRowIds(const FramePtr& root, const ColumnExpr& column) {
  return column.node() == ColumnExpr::Node::kReference && root->row_id_column() >= 0 && column.index() == root->row_id_column();
}

Result<ColumnExprPtr> RowNumbersOf(const FramePtr& root, const ColumnExprPtr& row_ids, const Origin& origin) {
  const FrameExpr* source = SourceOfRows(*root);
  if (source == nullptr) return InternalError("row ids without a source: {}", root->Describe());
  const FramePtr owned = std::static_pointer_cast<const FrameExpr>(source->shared_from_this());
  ARROW_ASSIGN_OR_RAISE(Projection offsets, OffsetsOf(owned, origin));
  return ColumnExpr::Call("position", {row_ids, ColumnExpr::ResultOf(std::move(offsets))}, {}, origin);
}

}  // namespace cask
