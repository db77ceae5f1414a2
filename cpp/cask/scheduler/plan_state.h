// PlanState: what the scheduler knows of one plan.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "cask/base/ids.h"
#include "cask/base/priority.h"
#include "cask/plan/plan.h"
#include "cask/scheduler/layer_state.h"

namespace cask {

/// As much of a plan as is needed to run it: no bodies, no names.
struct PlanShape {
  struct Layer {
    int64_t num_tasks = 0;
    bool is_output = false;
    std::vector<LayerInput> inputs;
    std::optional<Affinity> affinity = std::nullopt;  // of a layer without inputs
  };
  std::vector<Layer> layers;
};

PlanShape ShapeOf(const Plan& plan);

enum class PlanStatus : uint8_t { kRunning, kFinished, kFailed, kCancelled };

struct PlanState {
  PlanId id{};
  Priority priority = Priority::kNormal;
  int retries = 0;
  PlanStatus status = PlanStatus::kRunning;
  std::vector<LayerState> layers;
  std::vector<int> sources;            // layers without inputs
  std::vector<uint64_t> ready_layers;  // bit: a layer with inputs that may have ready tasks
  int64_t num_ready = 0;
  int64_t outputs_missing = 0;       // tasks of output layers that are not in memory
  int64_t consumers_processing = 0;  // tasks of layers with inputs that are processing
  int64_t runnable_position = -1;    // in the scheduler's list of plans with ready tasks
};

/// The state of a plan before anything ran: what is needed is waiting or ready, the rest released.
PlanState MakePlanState(PlanId id, const PlanShape& shape, Priority priority, int retries);

/// Visits the tasks that a task needs, as (layer, task), once an edge.
template <typename Visit>
void ForEachInput(const PlanState& plan, int layer, int64_t task, Visit&& visit) {
  for (const LayerInput& input : plan.layers[layer].inputs) {
    auto visit_edge = [&](int64_t other) { visit(input.layer, other); };
    // By reference: a copy of the closure would be allocated.
    input.pattern->ForEachInput(task, std::ref(visit_edge));
  }
}

/// Visits the tasks that need a task, as (layer, task), once an edge.
template <typename Visit>
void ForEachConsumer(const PlanState& plan, int layer, int64_t task, Visit&& visit) {
  for (const ConsumerEdge& edge : plan.layers[layer].consumers) {
    auto visit_edge = [&](int64_t other) { visit(edge.layer, other); };
    edge.pattern->ForEachConsumer(task, std::ref(visit_edge));
  }
}

}  // namespace cask
