// Plan: layers of tasks, symbolic. A layer is one body run on `num_tasks` partitions or tiles; which tasks it needs is a pattern,
// not a list, so the plan of a million tasks is as small as that of ten.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cask/base/ids.h"
#include "cask/compute/task_body.h"
#include "cask/plan/dependency.h"

namespace cask {

struct LayerInput {
  int layer;   // a lower number than that of the layer that has this input
  int output;  // which of the pieces of each task of that layer
  std::shared_ptr<const Dependency> pattern;
};

struct Layer {
  std::string name;  // what users see in progress bars and errors: "read_csv-value_counts"
  int64_t num_tasks = 0;
  std::shared_ptr<const TaskBody> body;
  std::vector<LayerInput> inputs;
};

/// A result that the plan is run for: output `output` of every task of layer `layer`.
struct PlanOutput {
  int layer;
  int output;
};

struct Plan {
  std::vector<Layer> layers;
  std::vector<PlanOutput> outputs;
  /// Results of other plans, which stand as the tasks of layer 0; that has no body then. Empty: there is no such layer.
  std::vector<TaskId> imports = {};
};

}  // namespace cask
