// Imports: tasks of a plan that stand for results of other plans. An import follows its origin as if it were a copy of it that costs nothing.
//
//     plan A   0:x --- 1:y        y is the origin of B's import
//                      |
//     plan B          0:y' --- 1:z
//
// Events reach y only. When y enters memory, y' does; when it is lost, y' waits again; when it fails, y' does. What wants y' wants y by that, as one
// more consumer would.

#include "cask/base/check.h"
#include "cask/scheduler/scheduler.h"

namespace cask {

using Kind = SchedulerAction::Kind;

// Of a new plan.
void Scheduler::LinkImports(PlanState& plan) {
  for (int64_t task = 0; task < static_cast<int64_t>(plan.imports.size()); ++task) {
    Import& import = plan.imports[task];
    import.plan = &plan;
    import.next = import.previous = &import;
    import.owner = FindOrigin(plan, import.origin);
    if (import.owner != nullptr) {
      ++import.owner->num_importers;
      const auto [ring, is_first] = imported_.try_emplace(import.origin, &import);
      if (!is_first) {
        Import* first = ring->second;
        import.next = first;
        import.previous = first->previous;
        import.previous->next = first->previous = &import;
      }
    }
    if (plan.layers[0].state[task] == TaskState::kWaiting) WantOrigin(plan, task, /*is_retry=*/false);
    RevivePending(0, /*is_retry=*/false);
  }
}

PlanState* Scheduler::FindOrigin(const PlanState& plan, const TaskId& origin) {
  PlanState* owner = FindPlan(origin.plan);
  if (owner == nullptr || owner == &plan || !owner->HasTask(origin.layer, origin.task) || owner->IsImport(origin.layer)) return nullptr;
  return owner;
}

void Scheduler::UnlinkImport(Import& import) {
  if (import.next == &import) {
    imported_.erase(import.origin);
  } else {
    Import*& first = imported_.at(import.origin);
    if (first == &import) first = import.next;
    import.previous->next = import.next;
    import.next->previous = import.previous;
  }
  --import.owner->num_importers;
}

// An import that waits begins to want its origin. What is to be revived for that is pending then.
void Scheduler::WantOrigin(PlanState& plan, int64_t task, bool is_retry) {
  const Import& import = plan.imports[task];
  const PlanRef by{&plan, {0, task}};
  if (import.owner == nullptr) return failing_.push_back({by, import.origin});
  const Ref origin{import.origin.layer, import.origin.task};
  if (!import.owner->is_alive()) return failing_.push_back({by, CauseOf(*import.owner, origin)});
  if (Want(*import.owner, origin, by, is_retry)) EnterImport(plan, task);
}

void Scheduler::EnterImport(PlanState& plan, int64_t task) {
  const Import& import = plan.imports[task];
  const LayerState& from = import.owner->layers[import.origin.layer];
  LayerState& layer = plan.layers[0];
  layer.SetState(task, TaskState::kMemory);
  layer.worker[task] = from.worker[import.origin.task];
  layer.run[task] = from.run[import.origin.task];
  layer.num_bytes[task] = from.num_bytes[import.origin.task];
  FeedConsumers(plan, {0, task});
}

// The origin has entered memory.
void Scheduler::EnterImports(const PlanState& plan, Ref ref) {
  ForEachImport(plan, ref, [&](PlanState& importer, Ref import) {
    if (importer.layers[0].state[import.task] == TaskState::kWaiting) EnterImport(importer, import.task);
  });
}

// The origin's pieces are lost. The imports still want it.
void Scheduler::LoseImports(const PlanState& plan, Ref ref) {
  ForEachImport(plan, ref, [&](PlanState& importer, Ref import) {
    LayerState& layer = importer.layers[0];
    if (layer.state[import.task] != TaskState::kMemory) return;
    layer.SetState(import.task, TaskState::kWaiting);
    StarveConsumers(importer, import);
  });
}

// Of a plan that others import from: it stays.
void Scheduler::ReleaseOutputs(PlanState& plan, SchedulerOutbox& outbox) {
  std::vector<Ref> held;
  for (int i = 0; i < static_cast<int>(plan.layers.size()); ++i) {
    for (int64_t task = 0; task < plan.layers[i].num_tasks; ++task) {
      if (plan.IsHeld(i, task)) held.push_back({i, task});
    }
  }
  CountOutputs(plan, -plan.outputs_missing);
  plan.is_released = true;
  for (const Ref& ref : held) Unwant(plan, ref, outbox);
}

// A plan that was stopped, and then those that were kept for nothing but its imports: nothing of them is wanted by now.
void Scheduler::Forget(PlanState& first, SchedulerOutbox& outbox) {
  std::vector<PlanState*> forgotten{&first};
  while (!forgotten.empty()) {
    PlanState& plan = *forgotten.back();
    forgotten.pop_back();
    CASK_CHECK_EQ(plan.num_ready, 0);
    CASK_CHECK_EQ(plan.num_importers, 0);
    for (Import& import : plan.imports) {
      if (import.owner == nullptr) continue;
      UnlinkImport(import);
      if (import.owner->num_importers == 0 && import.owner->is_released) forgotten.push_back(import.owner);
    }
    if (plan.is_released) outbox.push_back({.kind = Kind::kPlanForgotten, .task = {plan.id, 0, 0}});
    plans_.erase(plan.id);
  }
}

}  // namespace cask
