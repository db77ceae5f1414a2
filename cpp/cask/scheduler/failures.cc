// Failures: what fails for good takes with it what needs it, within its plan and over imports.
//
// During an event failures are only noted, and carried out when all its other effects are there. A task may be noted more than once, or be unwanted
// before its turn comes; then nothing happens.

#include <utility>

#include "cask/base/check.h"
#include "cask/scheduler/scheduler.h"

namespace cask {

using Kind = SchedulerAction::Kind;

// The run of a processing task has ended, without success and for the last time.
void Scheduler::FailLater(PlanState& plan, Ref ref) {
  EndProcessing(plan, ref, TaskState::kWaiting);
  failing_.push_back({{&plan, ref}, {plan.id, ref.layer, ref.task}});
}

void Scheduler::FailPending(SchedulerOutbox& outbox) {
  while (!failing_.empty()) {
    const Failure failure = failing_.back();
    failing_.pop_back();
    const PlanState& plan = *failure.task.plan;
    const Ref ref = failure.task.ref;
    const TaskState state = plan.layers[ref.layer].state[ref.task];
    const bool is_lost_import = plan.IsImport(ref.layer) && state == TaskState::kMemory;
    if (!plan.is_alive() || !(IsUnfinished(state) || is_lost_import)) continue;
    if (plan.independent || plan.is_released) {
      FailTask(failure, outbox);
    } else {
      FailPlan(failure, outbox);
    }
  }
}

void Scheduler::FailPlan(const Failure& failure, SchedulerOutbox& outbox) {
  PlanState& plan = *failure.task.plan;
  const Ref ref = failure.task.ref;
  plan.causes = {failure.cause};
  StopPlan(plan, PlanStatus::kFailed, outbox);
  plan.layers[ref.layer].SetState(ref.task, TaskState::kErred);
  plan.layers[ref.layer].num_bytes[ref.task] = 0;
  plan.num_erred = 1;
  outbox.push_back({.kind = Kind::kPlanFailed, .task = {plan.id, ref.layer, ref.task}, .cause = failure.cause});
}

// The task keeps nothing. Once what needs it has failed, too, it is erred only as long as it is held.
void Scheduler::FailTask(const Failure& failure, SchedulerOutbox& outbox) {
  PlanState& plan = *failure.task.plan;
  const Ref ref = failure.task.ref;
  LayerState& layer = plan.layers[ref.layer];
  switch (layer.state[ref.task]) {
    case TaskState::kProcessing:
      TellWorker(Kind::kCancelRun, plan, ref, outbox);
      EndProcessing(plan, ref, TaskState::kErred);
      break;
    case TaskState::kReady: LeaveReady(plan, ref, TaskState::kErred); break;
    default: layer.SetState(ref.task, TaskState::kErred); break;
  }
  if (plan.num_erred++ == 0) plan.causes.clear();
  if (plan.causes.empty() || plan.causes.back() != failure.cause) plan.causes.push_back(failure.cause);
  layer.num_bytes[ref.task] = static_cast<int64_t>(plan.causes.size()) - 1;
  if (plan.IsHeld(ref.layer, ref.task)) {
    CountOutputs(plan, -1);
    outbox.push_back({.kind = Kind::kTaskErred, .task = {plan.id, ref.layer, ref.task}, .cause = failure.cause});
  }
  FailConsumers(failure);
  ForEachNeeded(plan, ref.layer, ref.task, [&](PlanState& owner, int needed, int64_t task) { Unwant(owner, {needed, task}, outbox); });
}

void Scheduler::FailConsumers(const Failure& failure) {
  PlanState& plan = *failure.task.plan;
  const Ref ref = failure.task.ref;
  ForEachConsumer(plan, ref.layer, ref.task, [&](int consumer, int64_t task) {
    if (IsUnfinished(plan.layers[consumer].state[task])) failing_.push_back({{&plan, {consumer, task}}, failure.cause});
  });
  FailImports(plan, ref, failure.cause);
}

void Scheduler::FailImports(PlanState& plan, Ref ref, const TaskId& cause) {
  ForEachImport(plan, ref, [&](PlanState& importer, Ref import) {
    if (importer.layers[0].state[import.task] != TaskState::kReleased) failing_.push_back({{&importer, import}, cause});
  });
}

// Why a task is erred, or is not to be had from a plan that is not alive.
TaskId Scheduler::CauseOf(const PlanState& plan, Ref ref) const {
  if (plan.status == PlanStatus::kCancelled) return {plan.id, ref.layer, ref.task};
  return plan.causes[plan.status == PlanStatus::kFailed ? 0 : plan.layers[ref.layer].num_bytes[ref.task]];
}

void Scheduler::LeaveErred(PlanState& plan, Ref ref, TaskState to) {
  LayerState& layer = plan.layers[ref.layer];
  layer.SetState(ref.task, to);
  layer.num_bytes[ref.task] = 0;
  --plan.num_erred;
  if (plan.IsHeld(ref.layer, ref.task)) CountOutputs(plan, 1);
}

}  // namespace cask
