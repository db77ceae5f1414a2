// Reductions of lazy arrays: sum, mean, std, argmin and the like over all or some axes.
#pragma once

#include <optional>

#include "cask/expr/array_expr.h"

namespace cask {

struct ReduceOptions {
  std::optional<std::vector<int64_t>> axes;  // all where not given
  bool keeps_axes = false;
  int64_t ddof = 0;
  std::optional<Kind> kind;  // that is computed in, NumPy's `dtype`
};

/// An AxisError for an axis that there is not; a ValueError for the least or greatest of nothing.
Result<ArrayExprPtr> MakeReduction(ArrayReduction reduction, const ArrayExprPtr& array, const ReduceOptions& options);

/// The reduction of that name, as ReductionName gives it; also "amin", "amax", "product" and the like.
std::optional<ArrayReduction> FindReduction(std::string_view name);

}  // namespace cask
