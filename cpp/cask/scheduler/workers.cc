// Workers come, pause and are lost.

#include <algorithm>

#include "cask/base/check.h"
#include "cask/scheduler/scheduler.h"

namespace cask {

WorkerId Scheduler::OnWorkerJoined(int threads, int slots, SchedulerOutbox& outbox, bool is_paused) {
  CASK_CHECK_GT(threads, 0);
  CASK_CHECK_GE(slots, threads);
  const WorkerId id{static_cast<int32_t>(workers_.size())};
  WorkerState& worker = workers_.emplace_back();
  worker.threads = threads;
  worker.slots = slots;
  worker.paused = is_paused;
  worker.free_position.fill(-1);
  total_threads_ += threads;
  TakeSeat(id);
  UpdateSlots(id);
  AssignReady(outbox);
  return id;
}

void Scheduler::OnWorkerPaused(WorkerId id) {
  if (Number(id) < 0 || Number(id) >= static_cast<int>(workers_.size())) return;
  workers_[Number(id)].paused = true;
  UpdateSlots(id);
}

void Scheduler::OnWorkerResumed(WorkerId id, SchedulerOutbox& outbox) {
  if (Number(id) < 0 || Number(id) >= static_cast<int>(workers_.size())) return;
  workers_[Number(id)].paused = false;
  UpdateSlots(id);
  AssignReady(outbox);
}

void Scheduler::OnSlotsChanged(WorkerId id, int slots, SchedulerOutbox& outbox) {
  CASK_CHECK_GE(slots, workers_[Number(id)].threads);
  workers_[Number(id)].slots = slots;
  UpdateSlots(id);
  AssignReady(outbox);
}

// In three steps over all plans, because the lost tasks may need each other:
//  1. what was in memory there is no more, for those who wait for it;
//  2. what of it is wanted is computed anew, with whatever that needs;
//  3. what ran there is queued again, its missing inputs counted afresh.
void Scheduler::OnWorkerLost(WorkerId id, SchedulerOutbox& outbox) {
  if (Number(id) < 0 || Number(id) >= static_cast<int>(workers_.size()) || !workers_[Number(id)].connected) return;
  workers_[Number(id)].connected = false;
  total_threads_ -= workers_[Number(id)].threads;
  UpdateSlots(id);
  LeaveSeat(id);
  std::vector<PlanRef> lost, running;
  for (const auto& [plan_id, plan] : plans_) {
    // Imports are lost with their origins.
    for (int i = plan->imports.empty() ? 0 : 1; i < static_cast<int>(plan->layers.size()); ++i) {
      const LayerState& layer = plan->layers[i];
      for (int64_t task = 0; task < layer.num_tasks; ++task) {
        if (layer.worker[task] != id) continue;
        if (layer.state[task] == TaskState::kMemory) lost.push_back({plan.get(), {i, task}});
        if (layer.state[task] == TaskState::kProcessing) running.push_back({plan.get(), {i, task}});
      }
    }
  }
  for (const auto& [plan, ref] : lost) LosePieces(*plan, ref);
  for (const auto& [plan, ref] : lost) Revive(*plan, ref);
  for (const auto& [plan, ref] : running) LoseRun(*plan, ref);
  Settle(outbox);
}

void Scheduler::LosePieces(PlanState& plan, Ref ref) {
  LeaveMemory(plan, ref, TaskState::kReleased);
  if (plan.status == PlanStatus::kFinished && plan.outputs_missing > 0) plan.status = PlanStatus::kRunning;
  StarveConsumers(plan, ref);
  LoseImports(plan, ref);
}

void Scheduler::StarveConsumers(PlanState& plan, Ref ref) {
  ForEachConsumer(plan, ref.layer, ref.task, [&](int consumer, int64_t task) {
    LayerState& layer = plan.layers[consumer];
    if (layer.state[task] == TaskState::kReady) LeaveReady(plan, {consumer, task}, TaskState::kWaiting);
    if (layer.state[task] == TaskState::kWaiting) ++layer.missing[task];
  });
}

// A task lost its worker, or its worker could not get its inputs.
void Scheduler::LoseRun(PlanState& plan, Ref ref) {
  uint8_t& losses = plan.layers[ref.layer].losses[ref.task];
  if (losses >= std::min(options_.max_losses, 255)) {
    FailLater(plan, ref);
  } else {
    ++losses;
    Requeue(plan, ref);
  }
}

}  // namespace cask
