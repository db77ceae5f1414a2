#include "cask/scheduler/scheduler.h"

#include <algorithm>

#include "cask/base/check.h"

namespace cask {

using Kind = SchedulerAction::Kind;

const PlanState* Scheduler::FindPlan(PlanId id) const {
  const int64_t position = Number(id) - first_plan_;
  return position >= 0 && position < static_cast<int64_t>(plans_.size()) ? plans_[position].get() : nullptr;
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
  const PlanId id{first_plan_ + static_cast<int64_t>(plans_.size())};
  plans_.push_back(std::make_unique<PlanState>(MakePlanState(id, shape, options.priority, options.retries)));
  PlanState& plan = *plans_.back();
  LinkHomes(plan);
  if (plan.outputs_missing == 0) {
    plan.status = PlanStatus::kFinished;
    outbox.push_back({.kind = Kind::kPlanFinished, .task = {id, 0, 0}});
    return id;
  }
  ++num_running_;
  if (plan.num_ready > 0) AddRunnable(plan);
  AssignReady(outbox);
  return id;
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
  plans_[Number(id) - first_plan_].reset();
  // Ids go on where the list ends, so an id is not given again when the list is empty either.
  while (!plans_.empty() && plans_.front() == nullptr) {
    plans_.pop_front();
    ++first_plan_;
  }
  AssignReady(outbox);
}

void Scheduler::OnTaskDone(const TaskId& id, RunId run, WorkerId worker, int64_t num_bytes, SchedulerOutbox& outbox) {
  PlanState* plan = FindRun(id, run, worker);
  if (plan == nullptr) return;
  const Ref ref{id.layer, id.task};
  EndProcessing(*plan, ref, TaskState::kMemory);
  EnterMemory(*plan, ref, num_bytes);
  ForEachInput(*plan, ref.layer, ref.task, [&](int layer, int64_t task) { Unwant(*plan, {layer, task}, outbox); });
  if (plan->outputs_missing == 0 && plan->status == PlanStatus::kRunning) {
    plan->status = PlanStatus::kFinished;
    --num_running_;
    outbox.push_back({.kind = Kind::kPlanFinished, .task = {plan->id, 0, 0}});
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
