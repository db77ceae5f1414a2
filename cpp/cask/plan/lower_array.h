// Lowering of array expressions to layers of tasks.
//
// A chain of element-wise calls, views and sources is one program, run tile by tile in one task a chunk; what ends it (storing, a
// reduction) is a sink of that task. Chains over the same chunks that share a source become one layer with several outputs, so that
// the source is read once. Layers are cut where a task needs more than its own chunk: at merges of reductions, products, reshapes.
#pragma once

#include "cask/expr/array_expr.h"
#include "cask/plan/plan.h"

namespace cask {

struct ArrayLowering {
  /// Whether each result is to lie in one piece of memory at the end (see MakeWholeSink); for results gathered in this process.
  bool stores_whole = false;
};

/// Adds layers that compute `arrays`, and an output of the plan for each, in order: its chunks.
Status LowerArrays(const std::vector<ArrayExprPtr>& arrays, const ArrayLowering& options, Plan* plan);

}  // namespace cask
