#include "cask/scheduler/scheduler.h"

#include <algorithm>

#include "cask/base/check.h"

namespace cask {

using Kind = SchedulerAction::Kind;

const PlanState* Scheduler::FindPlan(PlanId id) const {
  const auto found = plans_.find(id);
  return found == plans_.end() ? nullptr : found->second.get();
}

PlanState* Scheduler::FindRun(const TaskId& id, RunId run, WorkerId worker) {
  PlanState* plan = FindPlan(id.plan);
  if (plan == nullptr || !plan->HasTask(id.layer, id.task)) return nullptr;
  const LayerState& layer = plan->layers[id.layer];
  const bool present = layer.state[id.task] == TaskState::kProcessing && layer.run[id.task] == run && layer.worker[id.task] == worker;
  return present ? plan : nullptr;
}

PlanId Scheduler::OnSubmit(const PlanShape& shape, const PlanOptions& options, SchedulerOutbox& outbox) {
  const PlanId id{next_plan_++};
  OnSubmitAgain(id, shape, options, {}, outbox);
  return id;
}

void Scheduler::OnSubmitAgain(PlanId id, const PlanShape& shape, const PlanOptions& options, const std::vector<HeldTask>& held,
                              SchedulerOutbox& outbox) {
  const auto [found, is_new] = plans_.try_emplace(id);
  if (!is_new) return;
  found->second = std::make_unique<PlanState>(MakePlanState(id, shape, options));
  PlanState& plan = *found->second;
  num_running_ += plan.outputs_missing > 0 ? 1 : 0;
  LinkHomes(plan);
  if (plan.num_ready > 0) AddRunnable(plan);
  LinkImports(plan);
  // Before anything is assigned or fails.
  for (const HeldTask& one : held) Adopt(plan, one, outbox);
  FinishIfComplete(plan, outbox);
  Settle(outbox);
}

// The end of every event.
void Scheduler::Settle(SchedulerOutbox& outbox) {
  if (!failing_.empty()) FailPending(outbox);
  AssignReady(outbox);
}

void Scheduler::CountOutputs(PlanState& plan, int64_t added) {
  num_running_ -= plan.outputs_missing > 0 ? 1 : 0;
  plan.outputs_missing += added;
  num_running_ += plan.outputs_missing > 0 ? 1 : 0;
}

void Scheduler::FinishIfComplete(PlanState& plan, SchedulerOutbox& outbox) {
  if (plan.outputs_missing > 0 || plan.status != PlanStatus::kRunning || plan.independent || plan.is_released) return;
  plan.status = PlanStatus::kFinished;
  outbox.push_back({.kind = Kind::kPlanFinished, .task = {plan.id, 0, 0}});
}

// Without the bookkeeping of each edge: all tasks of the plan end at once. What it imports it wants no more; what others import from it fails.
void Scheduler::StopPlan(PlanState& plan, PlanStatus status, SchedulerOutbox& outbox) {
  for (int i = 0; i < static_cast<int>(plan.layers.size()); ++i) {
    LayerState& layer = plan.layers[i];
    for (int64_t task = 0; task < layer.num_tasks; ++task) StopTask(plan, {i, task}, outbox);
    std::fill(layer.wanted.begin(), layer.wanted.end(), 0);
  }
  CountOutputs(plan, -plan.outputs_missing);
  plan.status = status;
  if (plan.num_importers == 0) return;
  for (int i = 0; i < static_cast<int>(plan.layers.size()); ++i) {
    for (int64_t task = 0; task < plan.layers[i].num_tasks; ++task) FailImports(plan, {i, task}, CauseOf(plan, {i, task}));
  }
}

void Scheduler::StopTask(PlanState& plan, Ref ref, SchedulerOutbox& outbox) {
  LayerState& layer = plan.layers[ref.layer];
  const TaskState state = layer.state[ref.task];
  if (plan.IsImport(ref.layer) && (state == TaskState::kWaiting || state == TaskState::kMemory)) {
    layer.SetState(ref.task, TaskState::kReleased);
    return ForEachNeeded(plan, ref.layer, ref.task, [&](PlanState& owner, int origin, int64_t task) { Unwant(owner, {origin, task}, outbox); });
  }
  switch (state) {
    case TaskState::kProcessing:
      TellWorker(Kind::kCancelRun, plan, ref, outbox);
      EndProcessing(plan, ref, TaskState::kReleased);
      break;
    case TaskState::kMemory:
      TellWorker(Kind::kFreePieces, plan, ref, outbox);
      LeaveMemory(plan, ref, TaskState::kReleased);
      break;
    case TaskState::kReady: LeaveReady(plan, ref, TaskState::kReleased); break;
    case TaskState::kErred: LeaveErred(plan, ref, TaskState::kReleased); break;
    case TaskState::kWaiting: layer.SetState(ref.task, TaskState::kReleased); break;
    case TaskState::kReleased: break;
  }
}

void Scheduler::OnCancel(PlanId id, SchedulerOutbox& outbox) {
  PlanState* plan = FindPlan(id);
  if (plan == nullptr || plan->status != PlanStatus::kRunning || plan->is_released) return;
  StopPlan(*plan, PlanStatus::kCancelled, outbox);
  outbox.push_back({.kind = Kind::kPlanCancelled, .task = {id, 0, 0}});
  Settle(outbox);
}

void Scheduler::OnRelease(PlanId id, SchedulerOutbox& outbox) {
  PlanState* plan = FindPlan(id);
  if (plan == nullptr || plan->is_released) return;
  if (plan->num_importers > 0) {
    ReleaseOutputs(*plan, outbox);
  } else {
    StopPlan(*plan, PlanStatus::kCancelled, outbox);
    Forget(*plan, outbox);
  }
  Settle(outbox);
}

// A held output of an independent plan.
PlanState* Scheduler::FindOutput(const TaskId& id) {
  PlanState* plan = FindPlan(id.plan);
  if (plan == nullptr || !plan->independent || !plan->HasTask(id.layer, id.task)) return nullptr;
  return plan->IsHeld(id.layer, id.task) ? plan : nullptr;
}

void Scheduler::OnReleaseTask(const TaskId& id, SchedulerOutbox& outbox) {
  PlanState* plan = FindOutput(id);
  if (plan == nullptr) return;
  LayerState& layer = plan->layers[id.layer];
  if (IsUnfinished(layer.state[id.task])) CountOutputs(*plan, -1);
  layer.held[id.task] = 0;
  Unwant(*plan, {id.layer, id.task}, outbox);
  Settle(outbox);
}

void Scheduler::OnRetryTask(const TaskId& id, SchedulerOutbox& outbox) {
  PlanState* plan = FindOutput(id);
  if (plan == nullptr || plan->layers[id.layer].state[id.task] != TaskState::kErred) return;
  Revive(*plan, {id.layer, id.task}, /*is_retry=*/true);
  Settle(outbox);
}

void Scheduler::OnTaskDone(const TaskId& id, RunId run, WorkerId worker, int64_t num_bytes, SchedulerOutbox& outbox) {
  PlanState* plan = FindRun(id, run, worker);
  if (plan == nullptr) return;
  const Ref ref{id.layer, id.task};
  EndProcessing(*plan, ref, TaskState::kMemory);
  EnterMemory(*plan, ref, num_bytes, outbox);
  ForEachInput(*plan, ref.layer, ref.task, [&](int layer, int64_t task) { Unwant(*plan, {layer, task}, outbox); });
  FinishIfComplete(*plan, outbox);
  Settle(outbox);
}

void Scheduler::OnTaskHeld(const HeldTask& held, SchedulerOutbox& outbox) {
  if (PlanState* plan = FindPlan(held.task.plan)) {
    Adopt(*plan, held, outbox);
    FinishIfComplete(*plan, outbox);
  } else {
    outbox.push_back({.kind = Kind::kFreePieces, .worker = held.worker, .task = held.task, .run = held.run});
  }
  Settle(outbox);
}

void Scheduler::OnTaskFailed(const TaskId& id, RunId run, WorkerId worker, SchedulerOutbox& outbox) {
  PlanState* plan = FindRun(id, run, worker);
  if (plan == nullptr) return;
  uint8_t& failures = plan->layers[id.layer].failures[id.task];
  if (failures >= std::min(plan->retries, 255)) {
    FailLater(*plan, {id.layer, id.task});
  } else {
    ++failures;
    Requeue(*plan, {id.layer, id.task});
  }
  Settle(outbox);
}

void Scheduler::OnInputMissing(const TaskId& id, RunId run, WorkerId worker, SchedulerOutbox& outbox) {
  PlanState* plan = FindRun(id, run, worker);
  if (plan == nullptr) return;
  LoseRun(*plan, {id.layer, id.task});
  Settle(outbox);
}

PlanStatus Scheduler::StatusOf(PlanId id) const {
  const PlanState* plan = FindPlan(id);
  CASK_CHECK(plan != nullptr);
  return plan->status;
}

int Scheduler::num_layers(PlanId id) const {
  const PlanState* plan = FindPlan(id);
  return plan != nullptr ? static_cast<int>(plan->layers.size()) : 0;
}

LayerCounts Scheduler::CountsOf(PlanId id, int index) const {
  const PlanState* plan = FindPlan(id);
  CASK_CHECK(plan != nullptr);
  const LayerState& layer = plan->layers[index];
  const int64_t open = layer.Count(TaskState::kWaiting) + layer.Count(TaskState::kReady) + layer.Count(TaskState::kProcessing);
  // A plan that was stopped has released what it had not done.
  const bool stopped = plan->status == PlanStatus::kFailed || plan->status == PlanStatus::kCancelled;
  return {layer.num_needed, stopped ? std::min(layer.finished_runs, layer.num_needed) : layer.num_needed - open, layer.Count(TaskState::kMemory),
          layer.Count(TaskState::kProcessing)};
}

TaskState Scheduler::StateOf(const TaskId& id) const {
  const PlanState* plan = FindPlan(id.plan);
  CASK_CHECK(plan != nullptr);
  return plan->layers[id.layer].state[id.task];
}

WorkerId Scheduler::WorkerOf(const TaskId& id) const {
  const PlanState* plan = FindPlan(id.plan);
  if (plan == nullptr || !plan->HasTask(id.layer, id.task)) return kNoWorker;
  if (!plan->IsImport(id.layer)) return plan->layers[id.layer].worker[id.task];
  const Import& import = plan->imports[id.task];
  return import.owner != nullptr ? import.owner->layers[import.origin.layer].worker[import.origin.task] : kNoWorker;
}

TaskId Scheduler::OriginOf(const TaskId& id) const {
  const PlanState* plan = FindPlan(id.plan);
  return plan != nullptr && plan->IsImport(id.layer) ? plan->imports[id.task].origin : id;
}

}  // namespace cask
