// Lowering: from optimized expressions of frames to a plan.
//
//   stage                   layers
//   scans                   one layer for each source (and range of its partitions): everything that reads it shares one pass
//   breaker                 partial steps as branches of the scan, merge layers as a tree of fixed fan-in, one final task
//   assembly                one task over the results that it needs
//   map_partitions          a layer of one call a partition, over a branch of the scan that collects the rows for it
//   output                  a branch of the scan, or of tasks over another result, that collects its rows or gives them to a sink
//
// Where only the first or last partitions of a result are asked for, no layer has tasks for others.
#pragma once

#include <memory>
#include <vector>

#include "cask/expr/frame_expr.h"
#include "cask/expr/source_expr.h"
#include "cask/plan/plan.h"

namespace cask {

/// How many partial results one merge task takes. Fixed, so that floating-point results do not depend on the machine.
inline constexpr int64_t kMergeFanIn = 16;

/// A layer whose tasks read a source and give evidence of it.
struct ScanLayer {
  int layer;
  std::shared_ptr<const SourceExpr> source;
  int64_t first_partition;
  int64_t num_tasks;
};

struct LoweredPlan {
  Plan plan;  // plan.outputs[i] is the rows of output i: one Table a task, in order
  std::vector<ScanLayer> scans;
};

/// `sinks`: what the rows of each output go to, partition by partition; where it is shorter, or null, they are collected.
Result<LoweredPlan> Lower(const std::vector<Projection>& outputs, const std::vector<std::shared_ptr<const Sink>>& sinks = {});

/// The expressions and the plan that came of them, for people.
std::string ExplainPlan(const std::vector<Projection>& outputs, const LoweredPlan& lowered);

}  // namespace cask
