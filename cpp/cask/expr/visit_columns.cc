#include "cask/expr/visit_columns.h"

#include <unordered_set>

#include "cask/expr/assemble_expr.h"
#include "cask/expr/breaker_expr.h"
#include "cask/expr/map_partitions_expr.h"
#include "cask/expr/persisted_expr.h"

namespace cask {
namespace {

// Parts are shared, so that what is not visited once is visited exponentially often.
class ColumnVisitor {
 public:
  ColumnVisitor(const std::function<void(const ColumnExpr&)>& visit, const std::function<void(const FrameExpr&)>& visit_frame)
      : visit_(visit), visit_frame_(visit_frame) {}

  void Visit(const Projection& projection) {
    for (const NamedColumn& column : projection.columns) Visit(*column.value);
    Visit(*projection.root);
  }

 private:
  void Visit(const ColumnExpr& column) {
    if (!visit_ || !seen_.insert(&column).second) return;
    visit_(column);
    for (const ColumnExprPtr& argument : column.arguments()) Visit(*argument);
  }

  void Visit(const FrameExpr& frame) {
    if (!seen_.insert(&frame).second) return;
    if (visit_frame_) visit_frame_(frame);
    switch (frame.node()) {
      case FrameExpr::Node::kSource:
        if (const auto* persisted = dynamic_cast<const PersistedExpr*>(&frame)) Visit(persisted->input());
        return;
      case FrameExpr::Node::kFilter: {
        const auto& filter = static_cast<const FilterExpr&>(frame);
        Visit(*filter.predicate());
        return Visit(*filter.input());
      }
      case FrameExpr::Node::kBreaker: return Visit(static_cast<const BreakerExpr&>(frame).input());
      case FrameExpr::Node::kMapPartitions: return Visit(static_cast<const MapPartitionsExpr&>(frame).input());
      case FrameExpr::Node::kAssemble:
        for (const Projection& input : static_cast<const AssembleExpr&>(frame).inputs()) Visit(input);
    }
  }

  const std::function<void(const ColumnExpr&)>& visit_;
  const std::function<void(const FrameExpr&)>& visit_frame_;
  std::unordered_set<const Expr*> seen_;
};

}  // namespace

void VisitColumns(const Projection& projection, const std::function<void(const ColumnExpr&)>& visit) { ColumnVisitor(visit, {}).Visit(projection); }

void VisitFrames(const Projection& projection, const std::function<void(const FrameExpr&)>& visit) { ColumnVisitor({}, visit).Visit(projection); }

}  // namespace cask
