#include "cask/scheduler/plan_state.h"

#include <algorithm>

#include "cask/base/check.h"

namespace cask {
namespace {

void CheckImportLayer(const PlanShape& shape) {
  CASK_CHECK(!shape.layers.empty());
  const PlanShape::Layer& layer = shape.layers[0];
  CASK_CHECK_EQ(layer.num_tasks, static_cast<int64_t>(shape.imports.size()));
  CASK_CHECK(layer.inputs.empty() && !layer.is_output && !layer.affinity.has_value());
}

void LinkLayers(const PlanShape& shape, PlanState* plan) {
  plan->layers.resize(shape.layers.size());
  plan->ready_layers.resize((shape.layers.size() + 63) / 64);
  if (!shape.imports.empty()) CheckImportLayer(shape);
  for (int i = 0; i < static_cast<int>(shape.layers.size()); ++i) {
    LayerState& layer = plan->layers[i];
    layer.num_tasks = shape.layers[i].num_tasks;
    layer.is_output = shape.layers[i].is_output;
    layer.inputs = shape.layers[i].inputs;
    if (layer.is_source() && !plan->IsImport(i)) plan->sources.push_back(i);
    CASK_CHECK(!shape.layers[i].affinity.has_value() || layer.is_source());
    layer.affinity = shape.layers[i].affinity;
    for (const LayerInput& input : layer.inputs) {
      CASK_CHECK(input.layer >= 0 && input.layer < i);
      LayerState& source = plan->layers[input.layer];
      source.consumers.push_back({i, input.pattern});
      if (layer.num_tasks > 0) source.widest_consumer = std::max(source.widest_consumer, input.pattern->CountInputs(0));
    }
  }
}

void AllocateTasks(LayerState* layer, bool independent) {
  const auto n = static_cast<size_t>(layer->num_tasks);
  layer->state.assign(n, TaskState::kReleased);
  layer->missing.assign(n, 0);
  layer->wanted.assign(n, layer->is_output ? 1 : 0);
  layer->worker.assign(n, kNoWorker);
  layer->run.assign(n, kNoRun);
  layer->failures.assign(n, 0);
  layer->losses.assign(n, 0);
  layer->num_bytes.assign(n, 0);
  if (layer->is_output && independent) layer->held.assign(n, 1);
  layer->count[static_cast<int>(TaskState::kReleased)] = layer->num_tasks;
}

// Counts the wants of consumers, whose own need is known.
void CountWants(PlanState* plan, int index) {
  LayerState& layer = plan->layers[index];
  for (const ConsumerEdge& edge : layer.consumers) {
    const LayerState& consumer = plan->layers[edge.layer];
    if (consumer.num_needed == consumer.num_tasks) {
      for (int64_t task = 0; task < layer.num_tasks; ++task) layer.wanted[task] += edge.pattern->CountConsumers(task);
      continue;
    }
    auto want = [&](int64_t task) { ++layer.wanted[task]; };
    for (int64_t task = 0; task < consumer.num_tasks; ++task) {
      if (consumer.wanted[task] > 0) edge.pattern->ForEachInput(task, std::ref(want));
    }
  }
}

void BeginTasks(PlanState* plan, int index) {
  LayerState& layer = plan->layers[index];
  for (int64_t task = 0; task < layer.num_tasks; ++task) {
    if (layer.wanted[task] == 0) continue;
    ++layer.num_needed;
    for (const LayerInput& input : layer.inputs) layer.missing[task] += input.pattern->CountInputs(task);
    if (layer.missing[task] > 0 || plan->IsImport(index)) {
      layer.SetState(task, TaskState::kWaiting);
      continue;
    }
    layer.SetState(task, TaskState::kReady);
    ++plan->num_ready;
    if (layer.is_source()) continue;  // the cursor finds it
    layer.queue.Push(task);
    plan->ready_layers[index / 64] |= uint64_t{1} << (index % 64);
  }
  if (layer.is_output) plan->outputs_missing += layer.num_tasks;
}

}  // namespace

PlanShape ShapeOf(const Plan& plan) {
  PlanShape shape;
  for (const Layer& layer : plan.layers) shape.layers.push_back({layer.num_tasks, false, layer.inputs});
  for (const PlanOutput& output : plan.outputs) shape.layers[output.layer].is_output = true;
  return shape;
}

PlanState MakePlanState(PlanId id, const PlanShape& shape, const PlanOptions& options) {
  PlanState plan;
  plan.id = id;
  plan.priority = options.priority;
  plan.retries = options.retries;
  plan.independent = options.independent;
  plan.imports.resize(shape.imports.size());
  for (size_t i = 0; i < shape.imports.size(); ++i) plan.imports[i].origin = shape.imports[i];
  LinkLayers(shape, &plan);
  // Consumers first: a task is needed if it is an output or if a task that is needed consumes it.
  for (int i = static_cast<int>(plan.layers.size()) - 1; i >= 0; --i) {
    AllocateTasks(&plan.layers[i], plan.independent);
    CountWants(&plan, i);
    BeginTasks(&plan, i);
  }
  return plan;
}

}  // namespace cask
