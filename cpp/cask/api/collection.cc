#include "cask/api/collection.h"

#include "cask/expr/assemble_expr.h"
#include "cask/expr/breaker_expr.h"
#include "cask/expr/map_partitions_expr.h"
#include "cask/expr/source_expr.h"

namespace cask {

int Collection::Find(std::string_view label) const {
  for (int i = 0; i < num_columns(); ++i) {
    if (column(i).name == label) return i;
  }
  return -1;
}

Collection Collection::WithColumns(Shape new_shape, std::vector<NamedColumn> columns) const {
  Collection result{new_shape, {data.root, index_columns()}, num_index};
  for (NamedColumn& column : columns) result.data.columns.push_back(std::move(column));
  return result;
}

Result<Collection> Collection::Rebound() const {
  Rebinder rebinder;
  Collection result = *this;
  ARROW_ASSIGN_OR_RAISE(result.data, rebinder.Rebind(data));
  return result;
}

std::vector<Literal> Collection::divisions() const {
  const FrameExpr* frame = data.root.get();
  while (true) {
    if (frame->node() == FrameExpr::Node::kFilter) {
      frame = static_cast<const FilterExpr*>(frame)->input().get();
    } else if (frame->node() == FrameExpr::Node::kMapPartitions && static_cast<const MapPartitionsExpr*>(frame)->function().keeps_divisions) {
      frame = static_cast<const MapPartitionsExpr*>(frame)->input().root.get();
    } else {
      break;
    }
  }
  return frame->node() == FrameExpr::Node::kSource ? static_cast<const SourceExpr*>(frame)->divisions() : std::vector<Literal>();
}

namespace {

int64_t CountCalls(const ColumnExpr& column) {
  int64_t count = column.node() == ColumnExpr::Node::kCall ? 1 : 0;
  for (const ColumnExprPtr& argument : column.arguments()) count += CountCalls(*argument);
  return count;
}

int64_t CountFrames(const FrameExpr& frame) {
  int64_t count = 1;
  if (frame.node() == FrameExpr::Node::kFilter) {
    const auto& filter = static_cast<const FilterExpr&>(frame);
    count += CountFrames(*filter.input()) + CountCalls(*filter.predicate());
  } else if (frame.node() == FrameExpr::Node::kBreaker) {
    count += CountExpressions(static_cast<const BreakerExpr&>(frame).input());
  } else if (frame.node() == FrameExpr::Node::kMapPartitions) {
    count += CountExpressions(static_cast<const MapPartitionsExpr&>(frame).input());
  } else if (frame.node() == FrameExpr::Node::kAssemble) {
    for (const Projection& input : static_cast<const AssembleExpr&>(frame).inputs()) count += CountExpressions(input);
  }
  return count;
}

}  // namespace

int64_t CountExpressions(const Projection& projection) {
  int64_t count = CountFrames(*projection.root);
  for (const NamedColumn& column : projection.columns) count += CountCalls(*column.value);
  return count;
}

const FrameExpr* SourceOfRows(const FrameExpr& frame) {
  switch (frame.node()) {
    case FrameExpr::Node::kSource: return &frame;
    case FrameExpr::Node::kFilter: return SourceOfRows(*static_cast<const FilterExpr&>(frame).input());
    case FrameExpr::Node::kBreaker:
      if (frame.row_id_column() < 0) return nullptr;
      return SourceOfRows(*static_cast<const BreakerExpr&>(frame).input().root);
    case FrameExpr::Node::kMapPartitions:
      if (frame.row_id_column() < 0) return nullptr;
      return SourceOfRows(*static_cast<const MapPartitionsExpr&>(frame).input().root);
    case FrameExpr::Node::kAssemble: return nullptr;
  }
  return nullptr;
}

}  // namespace cask
