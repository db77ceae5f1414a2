// The steps of which events are made: each moves one task from state to state and keeps all counts right.

#include "cask/base/check.h"
#include "cask/scheduler/scheduler.h"

namespace cask {

using Kind = SchedulerAction::Kind;

void Scheduler::TellWorker(Kind kind, const PlanState& plan, Ref ref, SchedulerOutbox& outbox) const {
  const LayerState& layer = plan.layers[ref.layer];
  const WorkerId worker = layer.worker[ref.task];
  // One that was lost has nothing left to cancel or free.
  if (!workers_[Number(worker)].connected) return;
  outbox.push_back({.kind = kind, .worker = worker, .task = {plan.id, ref.layer, ref.task}, .run = layer.run[ref.task]});
}

void Scheduler::MakeReady(PlanState& plan, Ref ref) {
  LayerState& layer = plan.layers[ref.layer];
  layer.SetState(ref.task, TaskState::kReady);
  layer.queue.Push(ref.task);
  if (!layer.is_source()) plan.ready_layers[ref.layer / 64] |= uint64_t{1} << (ref.layer % 64);
  if (plan.num_ready++ == 0) AddRunnable(plan);
}

void Scheduler::LeaveReady(PlanState& plan, Ref ref, TaskState to) {
  plan.layers[ref.layer].SetState(ref.task, to);
  if (--plan.num_ready == 0) RemoveRunnable(plan);
}

void Scheduler::BeginProcessing(PlanState& plan, Ref ref, WorkerId worker, SchedulerOutbox& outbox) {
  LeaveReady(plan, ref, TaskState::kProcessing);
  LayerState& layer = plan.layers[ref.layer];
  const RunId run{next_run_++};
  layer.worker[ref.task] = worker;
  layer.run[ref.task] = run;
  if (layer.homes != nullptr) layer.SetHome(ref.task, worker);
  if (!layer.is_source()) ++plan.consumers_processing;
  for (int p = 0; p <= static_cast<int>(plan.priority); ++p) ++workers_[Number(worker)].used[p];
  UpdateSlots(worker);
  outbox.push_back({Kind::kAssign, plan.priority, worker, {plan.id, ref.layer, ref.task}, run, layer.MeanBytes()});
}

void Scheduler::EndProcessing(PlanState& plan, Ref ref, TaskState to) {
  LayerState& layer = plan.layers[ref.layer];
  CASK_CHECK(layer.state[ref.task] == TaskState::kProcessing);
  const WorkerId worker = layer.worker[ref.task];
  layer.SetState(ref.task, to);
  if (!layer.is_source()) --plan.consumers_processing;
  for (int p = 0; p <= static_cast<int>(plan.priority); ++p) --workers_[Number(worker)].used[p];
  UpdateSlots(worker);
}

void Scheduler::EnterMemory(PlanState& plan, Ref ref, int64_t num_bytes, SchedulerOutbox& outbox) {
  LayerState& layer = plan.layers[ref.layer];
  layer.num_bytes[ref.task] = num_bytes;
  layer.finished_bytes += num_bytes;
  ++layer.finished_runs;
  if (layer.is_output && plan.IsHeld(ref.layer, ref.task)) {
    CountOutputs(plan, -1);
    if (plan.independent) {
      outbox.push_back({.kind = Kind::kTaskFinished,
                        .worker = layer.worker[ref.task],
                        .task = {plan.id, ref.layer, ref.task},
                        .run = layer.run[ref.task],
                        .num_bytes = num_bytes});
    }
  }
  FeedConsumers(plan, ref);
  if (plan.num_importers > 0) EnterImports(plan, ref);
}

void Scheduler::FeedConsumers(PlanState& plan, Ref ref) {
  ForEachConsumer(plan, ref.layer, ref.task, [&](int consumer, int64_t task) {
    LayerState& waiting = plan.layers[consumer];
    if (waiting.state[task] != TaskState::kWaiting) return;
    CASK_CHECK_GT(waiting.missing[task], 0u);
    if (--waiting.missing[task] == 0) MakeReady(plan, {consumer, task});
  });
}

void Scheduler::LeaveMemory(PlanState& plan, Ref ref, TaskState to) {
  LayerState& layer = plan.layers[ref.layer];
  layer.SetState(ref.task, to);
  if (plan.IsHeld(ref.layer, ref.task)) CountOutputs(plan, 1);
}

// One consumer's edge, an import's or the client's wish is gone. What nobody wants is released, and what it needs may then be unwanted in turn.
void Scheduler::Unwant(PlanState& plan, Ref ref, SchedulerOutbox& outbox) {
  if (!DropWant(plan, ref, outbox)) return;
  const size_t bottom = pending_.size();
  const auto add_needed = [this](PlanState& of, Ref released) {
    ForEachNeeded(of, released.layer, released.task, [&](PlanState& owner, int needed, int64_t task) { pending_.push_back({&owner, {needed, task}}); });
  };
  add_needed(plan, ref);
  while (pending_.size() > bottom) {
    const PlanRef next = pending_.back();
    pending_.pop_back();
    if (DropWant(*next.plan, next.ref, outbox)) add_needed(*next.plan, next.ref);
  }
}

// Whether what the task needs is to be unwanted as well: it was unfinished, or an import.
bool Scheduler::DropWant(PlanState& plan, Ref ref, SchedulerOutbox& outbox) {
  if (!plan.is_alive()) return false;
  LayerState& layer = plan.layers[ref.layer];
  CASK_CHECK_GT(layer.wanted[ref.task], 0u);
  if (--layer.wanted[ref.task] > 0) return false;
  switch (layer.state[ref.task]) {
    case TaskState::kMemory:
      if (plan.IsImport(ref.layer)) break;
      TellWorker(Kind::kFreePieces, plan, ref, outbox);
      LeaveMemory(plan, ref, TaskState::kReleased);
      return false;
    case TaskState::kErred: LeaveErred(plan, ref, TaskState::kReleased); return false;
    case TaskState::kProcessing:
      TellWorker(Kind::kCancelRun, plan, ref, outbox);
      EndProcessing(plan, ref, TaskState::kReleased);
      return true;
    case TaskState::kReady: LeaveReady(plan, ref, TaskState::kReleased); return true;
    case TaskState::kWaiting: break;
    case TaskState::kReleased: CASK_CHECK(false);
  }
  layer.SetState(ref.task, TaskState::kReleased);
  return true;
}

// One more wants a task, `by` being who. Whether it is in memory; if it is released, or erred and `by` is a retry, it is pending to be revived.
bool Scheduler::Want(PlanState& plan, Ref ref, const PlanRef& by, bool is_retry) {
  LayerState& layer = plan.layers[ref.layer];
  const TaskState state = layer.state[ref.task];
  ++layer.wanted[ref.task];
  if (state == TaskState::kReleased || (state == TaskState::kErred && is_retry)) {
    pending_.push_back({&plan, ref});
  } else if (state == TaskState::kErred) {
    failing_.push_back({by, CauseOf(plan, ref)});
  }
  return state == TaskState::kMemory;
}

// A task that is released, or erred and tried once more, is needed, and so is what it needs.
void Scheduler::Revive(PlanState& plan, Ref ref, bool is_retry) {
  const size_t bottom = pending_.size();
  pending_.push_back({&plan, ref});
  RevivePending(bottom, is_retry);
}

void Scheduler::RevivePending(size_t bottom, bool is_retry) {
  while (pending_.size() > bottom) {
    const PlanRef next = pending_.back();
    pending_.pop_back();
    LayerState& layer = next.plan->layers[next.ref.layer];
    const TaskState state = layer.state[next.ref.task];
    if (state == TaskState::kErred && is_retry) LeaveErred(*next.plan, next.ref, TaskState::kReleased);
    if (layer.state[next.ref.task] != TaskState::kReleased) continue;
    if (next.plan->IsImport(next.ref.layer)) {
      layer.SetState(next.ref.task, TaskState::kWaiting);
      WantOrigin(*next.plan, next.ref.task, is_retry);
    } else {
      ReviveTask(*next.plan, next.ref, is_retry);
    }
  }
}

void Scheduler::ReviveTask(PlanState& plan, Ref ref, bool is_retry) {
  LayerState& layer = plan.layers[ref.layer];
  if (is_retry) layer.failures[ref.task] = layer.losses[ref.task] = 0;
  uint32_t missing = 0;
  ForEachInput(plan, ref.layer, ref.task, [&](int input, int64_t task) {
    if (!Want(plan, {input, task}, {&plan, ref}, is_retry)) ++missing;
  });
  layer.missing[ref.task] = missing;
  if (missing > 0) {
    layer.SetState(ref.task, TaskState::kWaiting);
  } else {
    MakeReady(plan, ref);
  }
}

// A processing task is to run once more. It never ceased to want its inputs, but some may have been lost meanwhile.
void Scheduler::Requeue(PlanState& plan, Ref ref) {
  EndProcessing(plan, ref, TaskState::kWaiting);
  LayerState& layer = plan.layers[ref.layer];
  uint32_t missing = 0;
  ForEachInput(plan, ref.layer, ref.task, [&](int input, int64_t task) {
    if (plan.layers[input].state[task] != TaskState::kMemory) ++missing;
  });
  layer.missing[ref.task] = missing;
  if (missing == 0) MakeReady(plan, ref);
}

// A result that was there before the plan was known here: as if the task had just ended, but that nobody ran it.
void Scheduler::Adopt(PlanState& plan, const HeldTask& held, SchedulerOutbox& outbox) {
  const Ref ref{held.task.layer, held.task.task};
  const bool may_be_held = plan.HasTask(ref.layer, ref.task) && !plan.IsImport(ref.layer);
  const TaskState state = may_be_held ? plan.layers[ref.layer].state[ref.task] : TaskState::kReleased;
  if (state != TaskState::kReady && state != TaskState::kWaiting) {
    outbox.push_back({.kind = Kind::kFreePieces, .worker = held.worker, .task = held.task, .run = held.run});
    return;
  }
  LayerState& layer = plan.layers[ref.layer];
  if (state == TaskState::kReady) {
    LeaveReady(plan, ref, TaskState::kMemory);
  } else {
    layer.SetState(ref.task, TaskState::kMemory);
  }
  layer.worker[ref.task] = held.worker;
  layer.run[ref.task] = held.run;
  EnterMemory(plan, ref, held.num_bytes, outbox);
  ForEachInput(plan, ref.layer, ref.task, [&](int input, int64_t task) { Unwant(plan, {input, task}, outbox); });
}

}  // namespace cask
