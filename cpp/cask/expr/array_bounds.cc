#include "cask/expr/array_bounds.h"

#include <algorithm>

namespace cask {
namespace {

// Whether no axis of a call is cut otherwise in one operand than in another.
bool AreCutAlike(const std::vector<ArrayExprPtr>& operands) {
  std::vector<const AxisChunks*> cuts;  // from the last axis on
  for (const ArrayExprPtr& operand : operands) {
    const std::vector<AxisChunks>& axes = operand->grid().axes();
    cuts.resize(std::max(cuts.size(), axes.size()), nullptr);
    for (size_t i = 0; i < axes.size(); ++i) {
      const AxisChunks& axis = axes[axes.size() - 1 - i];
      if (axis.num_chunks() == 1) continue;
      if (cuts[i] != nullptr && !(*cuts[i] == axis)) return false;
      cuts[i] = &axis;
    }
  }
  return true;
}

}  // namespace

bool IsSendable(const Shape& shape) { return shape.size() <= kMaxArrayAxes && BoundedProduct(shape, kMaxArrayElements).has_value(); }

bool CutCounter::Add(const ChunkGrid& grid) { return Add(grid, false); }

bool CutCounter::Add(ArrayExpr::Node node, const std::vector<ArrayExprPtr>& operands) {
  for (const ArrayExprPtr& operand : operands) Add(operand->grid(), false);
  if (num_cuts_ > kMaxCuts) return false;  // to compare them is work as well
  const bool are_kept = node == ArrayExpr::Node::kCall ? AreCutAlike(operands) : node != ArrayExpr::Node::kView && node != ArrayExpr::Node::kConcatenate;
  if (are_kept) return true;
  for (const ArrayExprPtr& operand : operands) Add(operand->grid(), true);
  return num_cuts_ <= kMaxCuts;
}

// Chunks at regular steps are a few numbers unless they have to be gone through.
bool CutCounter::Add(const ChunkGrid& grid, bool is_gone_through) {
  for (const AxisChunks& axis : grid.axes()) {
    const int64_t cuts = is_gone_through || !axis.is_regular() ? axis.num_chunks() : 1;
    num_cuts_ = std::min(num_cuts_ + std::min(cuts, kMaxCuts), kMaxCuts + 1);
  }
  return num_cuts_ <= kMaxCuts;
}

}  // namespace cask
