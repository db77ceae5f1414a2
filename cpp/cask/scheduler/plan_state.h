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
  /// If there are any, layer 0 is the import layer, a task for each: no inputs, no output, no affinity. Task i of it stands for the result of the
  /// task imports[i] of another plan, its origin, which is no import itself.
  std::vector<TaskId> imports = {};
};

struct PlanOptions {
  Priority priority = Priority::kNormal;
  int retries = 0;  // of a task that failed by itself
  /// Each output ends by itself: what fails takes with it what needs it, no more, and each output is released by itself.
  bool independent = false;
};

PlanShape ShapeOf(const Plan& plan);

/// An independent plan is running until it is cancelled.
enum class PlanStatus : uint8_t { kRunning, kFinished, kFailed, kCancelled };

struct PlanState;

/// One task of an import layer. All imports of one origin are linked in a ring, so that each can leave it at once.
struct Import {
  TaskId origin{};
  PlanState* owner = nullptr;  // the origin's plan; null: it is not known or has no such task
  PlanState* plan = nullptr;   // whose import it is
  Import* next = nullptr;
  Import* previous = nullptr;
};

struct PlanState {
  PlanId id{};
  Priority priority = Priority::kNormal;
  int retries = 0;
  bool independent = false;
  bool is_released = false;  // nobody holds it any more, but others import from it
  PlanStatus status = PlanStatus::kRunning;
  std::vector<LayerState> layers;
  std::vector<int> sources;            // layers without inputs but the import layer
  std::vector<uint64_t> ready_layers;  // bit: a layer with inputs that may have ready tasks
  int64_t num_ready = 0;
  int64_t outputs_missing = 0;       // outputs that are held, not in memory and not erred; the plan is running if there are any
  int64_t consumers_processing = 0;  // tasks of layers with inputs that are processing
  int64_t runnable_position = -1;    // in the scheduler's list of plans with ready tasks
  std::vector<Import> imports;       // by task of layer 0; none: it is a layer like others
  int64_t num_importers = 0;         // imports of tasks of this plan
  int64_t num_erred = 0;             // tasks
  std::vector<TaskId> causes;        // of erred tasks

  bool is_alive() const { return status == PlanStatus::kRunning || status == PlanStatus::kFinished; }
  bool HasTask(int layer, int64_t task) const {
    return layer >= 0 && layer < static_cast<int>(layers.size()) && task >= 0 && task < layers[layer].num_tasks;
  }
  bool IsImport(int layer) const { return layer == 0 && !imports.empty(); }
  /// Whether somebody wants the task for itself, not for what needs it.
  bool IsHeld(int layer, int64_t task) const {
    const LayerState& of = layers[layer];
    return of.is_output && is_alive() && !is_released && (of.held.empty() || of.held[task] != 0);
  }
};

/// The state of a plan before anything ran: what is needed is waiting or ready, the rest released. Its imports are linked to nothing yet.
PlanState MakePlanState(PlanId id, const PlanShape& shape, const PlanOptions& options);

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

/// Visits what a task needs, as (plan, layer, task), once an edge: its inputs or, of an import, its origin as far as it is known.
template <typename Visit>
void ForEachNeeded(PlanState& plan, int layer, int64_t task, Visit&& visit) {
  if (plan.IsImport(layer)) {
    const Import& import = plan.imports[task];
    if (import.owner != nullptr) visit(*import.owner, import.origin.layer, import.origin.task);
    return;
  }
  ForEachInput(plan, layer, task, [&](int input, int64_t other) { visit(plan, input, other); });
}

}  // namespace cask
