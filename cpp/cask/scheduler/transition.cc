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

void Scheduler::EnterMemory(PlanState& plan, Ref ref, int64_t num_bytes) {
  LayerState& layer = plan.layers[ref.layer];
  layer.num_bytes[ref.task] = num_bytes;
  layer.finished_bytes += num_bytes;
  ++layer.finished_runs;
  if (layer.is_output) --plan.outputs_missing;
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
  if (layer.is_output) ++plan.outputs_missing;
}

// One consumer's edge, or the client's wish, is gone. What nobody wants is released, and its inputs may then be unwanted in turn.
void Scheduler::Unwant(PlanState& plan, Ref first, SchedulerOutbox& outbox) {
  const size_t bottom = pending_.size();
  pending_.push_back(first);
  while (pending_.size() > bottom) {
    const Ref ref = pending_.back();
    pending_.pop_back();
    LayerState& layer = plan.layers[ref.layer];
    CASK_CHECK_GT(layer.wanted[ref.task], 0u);
    if (--layer.wanted[ref.task] > 0) continue;
    const TaskState state = layer.state[ref.task];
    if (state == TaskState::kMemory) {
      TellWorker(Kind::kFreePieces, plan, ref, outbox);
      LeaveMemory(plan, ref, TaskState::kReleased);
      continue;
    }
    CASK_CHECK(IsUnfinished(state));
    if (state == TaskState::kProcessing) {
      TellWorker(Kind::kCancelRun, plan, ref, outbox);
      EndProcessing(plan, ref, TaskState::kReleased);
    } else if (state == TaskState::kReady) {
      LeaveReady(plan, ref, TaskState::kReleased);
    } else {
      layer.SetState(ref.task, TaskState::kReleased);
    }
    ForEachInput(plan, ref.layer, ref.task, [&](int input, int64_t task) { pending_.push_back({input, task}); });
  }
}

// A released task is needed again, and so are its inputs.
void Scheduler::Revive(PlanState& plan, Ref first) {
  const size_t bottom = pending_.size();
  pending_.push_back(first);
  while (pending_.size() > bottom) {
    const Ref ref = pending_.back();
    pending_.pop_back();
    LayerState& layer = plan.layers[ref.layer];
    if (layer.state[ref.task] != TaskState::kReleased) continue;
    uint32_t missing = 0;
    ForEachInput(plan, ref.layer, ref.task, [&](int input, int64_t task) {
      LayerState& needed = plan.layers[input];
      ++needed.wanted[task];
      if (needed.state[task] != TaskState::kMemory) ++missing;
      if (needed.state[task] == TaskState::kReleased) pending_.push_back({input, task});
    });
    layer.missing[ref.task] = missing;
    if (missing > 0) {
      layer.SetState(ref.task, TaskState::kWaiting);
    } else {
      MakeReady(plan, ref);
    }
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
  const bool is_there = ref.layer >= 0 && ref.layer < static_cast<int>(plan.layers.size()) && ref.task >= 0 && ref.task < plan.layers[ref.layer].num_tasks;
  const TaskState state = is_there ? plan.layers[ref.layer].state[ref.task] : TaskState::kReleased;
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
  EnterMemory(plan, ref, held.num_bytes);
  ForEachInput(plan, ref.layer, ref.task, [&](int input, int64_t task) { Unwant(plan, {input, task}, outbox); });
}

}  // namespace cask
