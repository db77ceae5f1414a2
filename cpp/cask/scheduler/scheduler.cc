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
  if (plan == nullptr || id.layer < 0 || id.layer >= static_cast<int>(plan->layers.size())) return nullptr;
  const LayerState& layer = plan->layers[id.layer];
  if (id.task < 0 || id.task >= layer.num_tasks) return nullptr;
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
  found->second = std::make_unique<PlanState>(MakePlanState(id, shape, options.priority, options.retries));
  PlanState& plan = *found->second;
  LinkHomes(plan);
  ++num_running_;
  if (plan.num_ready > 0) AddRunnable(plan);
  // Before anything is assigned.
  for (const HeldTask& one : held) Adopt(plan, one, outbox);
  FinishIfComplete(plan, outbox);
  AssignReady(outbox);
}

void Scheduler::FinishIfComplete(PlanState& plan, SchedulerOutbox& outbox) {
  if (plan.outputs_missing > 0 || plan.status != PlanStatus::kRunning) return;
  plan.status = PlanStatus::kFinished;
  --num_running_;
  outbox.push_back({.kind = Kind::kPlanFinished, .task = {plan.id, 0, 0}});
}

// Without the bookkeeping of each edge: all tasks of the plan end at once.
void Scheduler::StopPlan(PlanState& plan, PlanStatus status, SchedulerOutbox& outbox) {
  for (int i = 0; i < static_cast<int>(plan.layers.size()); ++i) {
    LayerState& layer = plan.layers[i];
    for (int64_t task = 0; task < layer.num_tasks; ++task) {
      switch (layer.state[task]) {
        case TaskState::kProcessing:
          TellWorker(Kind::kCancelRun, plan, {i, task}, outbox);
          EndProcessing(plan, {i, task}, TaskState::kReleased);
          break;
        case TaskState::kMemory:
          TellWorker(Kind::kFreePieces, plan, {i, task}, outbox);
          LeaveMemory(plan, {i, task}, TaskState::kReleased);
          break;
        case TaskState::kReady: LeaveReady(plan, {i, task}, TaskState::kReleased); break;
        case TaskState::kWaiting: layer.SetState(task, TaskState::kReleased); break;
        case TaskState::kReleased:
        case TaskState::kErred: break;
      }
    }
    std::fill(layer.wanted.begin(), layer.wanted.end(), 0);
  }
  if (plan.status == PlanStatus::kRunning) --num_running_;
  plan.status = status;
}

void Scheduler::FailPlan(PlanState& plan, Ref cause, SchedulerOutbox& outbox) {
  EndProcessing(plan, cause, TaskState::kErred);
  StopPlan(plan, PlanStatus::kFailed, outbox);
  outbox.push_back({.kind = Kind::kPlanFailed, .task = {plan.id, cause.layer, cause.task}});
}

void Scheduler::OnCancel(PlanId id, SchedulerOutbox& outbox) {
  PlanState* plan = FindPlan(id);
  if (plan == nullptr || plan->status != PlanStatus::kRunning) return;
  StopPlan(*plan, PlanStatus::kCancelled, outbox);
  outbox.push_back({.kind = Kind::kPlanCancelled, .task = {id, 0, 0}});
  AssignReady(outbox);
}

void Scheduler::OnRelease(PlanId id, SchedulerOutbox& outbox) {
  PlanState* plan = FindPlan(id);
  if (plan == nullptr) return;
  StopPlan(*plan, PlanStatus::kCancelled, outbox);
  plans_.erase(id);
  AssignReady(outbox);
}

void Scheduler::OnTaskDone(const TaskId& id, RunId run, WorkerId worker, int64_t num_bytes, SchedulerOutbox& outbox) {
  PlanState* plan = FindRun(id, run, worker);
  if (plan == nullptr) return;
  const Ref ref{id.layer, id.task};
  EndProcessing(*plan, ref, TaskState::kMemory);
  EnterMemory(*plan, ref, num_bytes);
  ForEachInput(*plan, ref.layer, ref.task, [&](int layer, int64_t task) { Unwant(*plan, {layer, task}, outbox); });
  FinishIfComplete(*plan, outbox);
  AssignReady(outbox);
}

void Scheduler::OnTaskHeld(const HeldTask& held, SchedulerOutbox& outbox) {
  if (PlanState* plan = FindPlan(held.task.plan)) {
    Adopt(*plan, held, outbox);
    FinishIfComplete(*plan, outbox);
  } else {
    outbox.push_back({.kind = Kind::kFreePieces, .worker = held.worker, .task = held.task, .run = held.run});
  }
  AssignReady(outbox);
}

void Scheduler::OnTaskFailed(const TaskId& id, RunId run, WorkerId worker, SchedulerOutbox& outbox) {
  PlanState* plan = FindRun(id, run, worker);
  if (plan == nullptr) return;
  uint8_t& failures = plan->layers[id.layer].failures[id.task];
  if (failures >= std::min(plan->retries, 255)) {
    FailPlan(*plan, {id.layer, id.task}, outbox);
  } else {
    ++failures;
    Requeue(*plan, {id.layer, id.task});
  }
  AssignReady(outbox);
}

void Scheduler::OnInputMissing(const TaskId& id, RunId run, WorkerId worker, SchedulerOutbox& outbox) {
  PlanState* plan = FindRun(id, run, worker);
  if (plan == nullptr) return;
  uint8_t& losses = plan->layers[id.layer].losses[id.task];
  if (losses >= std::min(options_.max_losses, 255)) {
    FailPlan(*plan, {id.layer, id.task}, outbox);
  } else {
    ++losses;
    Requeue(*plan, {id.layer, id.task});
  }
  AssignReady(outbox);
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
  CASK_CHECK(plan != nullptr);
  return plan->layers[id.layer].worker[id.task];
}

}  // namespace cask
