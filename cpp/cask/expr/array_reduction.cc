#include "cask/expr/array_reduction.h"

#include "cask/expr/array_call.h"
#include "cask/expr/array_layout.h"
#include "cask/expr/array_source.h"
#include "cask/expr/array_view.h"

namespace cask {
namespace {

bool NeedsElements(ArrayReduction reduction) {
  switch (reduction) {
    case ArrayReduction::kMinimum:
    case ArrayReduction::kMaximum:
    case ArrayReduction::kNanMinimum:
    case ArrayReduction::kNanMaximum:
    case ArrayReduction::kArgMinimum:
    case ArrayReduction::kArgMaximum: return true;
    default: return false;
  }
}

Status NothingToReduce(ArrayReduction reduction) {
  switch (reduction) {
    case ArrayReduction::kMinimum:
    case ArrayReduction::kNanMinimum:
      return ValueError("zero-size array to reduction operation minimum which has no identity");
    case ArrayReduction::kMaximum:
    case ArrayReduction::kNanMaximum:
      return ValueError("zero-size array to reduction operation maximum which has no identity");
    default: return ValueError("attempt to get {} of an empty sequence", ReductionName(reduction));
  }
}

// `dtype` says what sums and products are held in and means computed in; other reductions have none.
Result<ArrayExprPtr> AsComputed(ArrayReduction reduction, const ArrayExprPtr& array, const ReduceOptions& options) {
  if (!options.kind) return array;
  ARROW_RETURN_NOT_OK(CheckArrayKind(*options.kind));
  return MakeCast(array, *options.kind);
}

}  // namespace

Result<ArrayExprPtr> MakeReduction(ArrayReduction reduction, const ArrayExprPtr& array, const ReduceOptions& options) {
  std::vector<bool> is_reduced(array->num_axes(), !options.axes.has_value());
  if (options.axes) {
    ARROW_ASSIGN_OR_RAISE(auto axes, NormalizeAxes(*options.axes, array->num_axes()));
    for (int axis : axes) is_reduced[axis] = true;
  }
  ReducerSpec spec;
  spec.reduction = reduction;
  spec.ddof = options.ddof;
  spec.count = 1;
  bool is_empty = false;
  for (int i = 0; i < array->num_axes(); ++i) {
    if (is_reduced[i]) {
      spec.count *= array->shape()[i];
      is_empty = is_empty || array->shape()[i] == 0;
    }
  }
  // Only where there is a result to be had of nothing.
  bool has_results = true;
  for (int i = 0; i < array->num_axes(); ++i) has_results = has_results && (is_reduced[i] || array->shape()[i] > 0);
  if (is_empty && has_results && NeedsElements(reduction)) return NothingToReduce(reduction);
  ARROW_ASSIGN_OR_RAISE(ArrayExprPtr operand, AsComputed(reduction, array, options));
  spec.input = operand->kind();
  spec.result = options.kind.value_or(ReducedKind(reduction, spec.input));
  return std::make_shared<ArrayReduceExpr>(spec, std::move(is_reduced), options.keeps_axes, operand);
}

std::optional<ArrayReduction> FindReduction(std::string_view name) {
  if (name == "amin") return ArrayReduction::kMinimum;
  if (name == "amax") return ArrayReduction::kMaximum;
  for (int i = 0; i <= static_cast<int>(ArrayReduction::kArgMaximum); ++i) {
    if (ReductionName(static_cast<ArrayReduction>(i)) == name) return static_cast<ArrayReduction>(i);
  }
  return std::nullopt;
}

}  // namespace cask
