#include "cask/expr/assemble_expr.h"
#include "cask/expr/breaker_expr.h"

namespace cask {
namespace {

using Results = std::unordered_map<Token, Projection, TokenHash>;

void CollectFromColumn(const ColumnExpr& column, Results* results) {
  if (column.node() == ColumnExpr::Node::kResult) results->emplace(column.token(), column.result());
  for (const ColumnExprPtr& argument : column.arguments()) CollectFromColumn(*argument, results);
}

void CollectFromFrame(const FrameExpr& frame, Results* results) {
  switch (frame.node()) {
    case FrameExpr::Node::kSource: return;
    case FrameExpr::Node::kFilter: {
      const auto& filter = static_cast<const FilterExpr&>(frame);
      CollectFromColumn(*filter.predicate(), results);
      return CollectFromFrame(*filter.input(), results);
    }
    case FrameExpr::Node::kBreaker: return CollectResults(static_cast<const BreakerExpr&>(frame).input(), results);
    case FrameExpr::Node::kAssemble:
      for (const Projection& input : static_cast<const AssembleExpr&>(frame).inputs()) CollectResults(input, results);
  }
}

}  // namespace

void CollectResults(const Projection& projection, Results* results) {
  for (const NamedColumn& column : projection.columns) CollectFromColumn(*column.value, results);
  CollectFromFrame(*projection.root, results);
}

}  // namespace cask
