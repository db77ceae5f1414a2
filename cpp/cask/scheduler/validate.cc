// The invariants of scheduler.h, computed from scratch and compared with what is kept.

#include <algorithm>

#include "cask/base/check.h"
#include "cask/scheduler/scheduler.h"

namespace cask {
namespace {

bool IsIn(const TaskQueue* queue, int64_t task) {
  if (queue == nullptr) return false;
  const auto queued = queue->tasks().begin() + static_cast<ptrdiff_t>(queue->head());
  return std::find(queued, queue->tasks().end(), task) != queue->tasks().end();
}

}  // namespace

void Scheduler::ValidateTask(const PlanState& plan, Ref ref) const {
  const LayerState& layer = plan.layers[ref.layer];
  const TaskState state = layer.state[ref.task];
  ValidateWanted(plan, ref);
  if (state == TaskState::kErred) ValidateErred(plan, ref);
  if (plan.IsImport(ref.layer)) return ValidateImport(plan, ref.task);
  uint32_t missing = 0;
  ForEachInput(plan, ref.layer, ref.task, [&](int input, int64_t task) {
    const TaskState of_input = plan.layers[input].state[task];
    missing += of_input != TaskState::kMemory ? 1 : 0;
    CASK_CHECK(of_input != TaskState::kErred || !IsUnfinished(state));
  });
  if (state == TaskState::kWaiting || state == TaskState::kReady) {
    CASK_CHECK_EQ(layer.missing[ref.task], missing);
    CASK_CHECK_EQ(state == TaskState::kReady, missing == 0);
  }
  if (state == TaskState::kProcessing || state == TaskState::kMemory) {
    const int worker = Number(layer.worker[ref.task]);
    CASK_CHECK_GE(worker, 0);
    CASK_CHECK_LT(worker, static_cast<int>(workers_.size()));
    CASK_CHECK(workers_[worker].connected);
    CASK_CHECK_GE(Number(layer.run[ref.task]), 0);
    CASK_CHECK_LT(Number(layer.run[ref.task]), next_run_);
  }
}

void Scheduler::ValidateWanted(const PlanState& plan, Ref ref) const {
  const LayerState& layer = plan.layers[ref.layer];
  const TaskState state = layer.state[ref.task];
  uint32_t wanted = plan.IsHeld(ref.layer, ref.task) ? 1 : 0;
  ForEachConsumer(plan, ref.layer, ref.task,
                  [&](int consumer, int64_t task) { wanted += IsUnfinished(plan.layers[consumer].state[task]) ? 1 : 0; });
  ForEachImport(plan, ref, [&](const PlanState& importer, Ref import) {
    const TaskState of_import = importer.layers[0].state[import.task];
    const bool wants = of_import == TaskState::kWaiting || of_import == TaskState::kMemory;
    wanted += wants ? 1 : 0;
    CASK_CHECK(plan.is_alive() || !wants);
    CASK_CHECK(state != TaskState::kErred || !wants);
  });
  CASK_CHECK_EQ(layer.wanted[ref.task], wanted);
  if (plan.is_alive()) {
    CASK_CHECK_EQ(state == TaskState::kReleased, wanted == 0);
  } else {
    CASK_CHECK(state == TaskState::kReleased || state == TaskState::kErred);
  }
}

void Scheduler::ValidateErred(const PlanState& plan, Ref ref) const {
  CASK_CHECK(plan.status == PlanStatus::kFailed || (plan.independent && plan.IsHeld(ref.layer, ref.task)));
  const int64_t cause = plan.layers[ref.layer].num_bytes[ref.task];
  CASK_CHECK_GE(cause, 0);
  CASK_CHECK_LT(cause, static_cast<int64_t>(plan.causes.size()));
}

void Scheduler::ValidateImport(const PlanState& plan, int64_t task) const {
  const Import& import = plan.imports[task];
  const LayerState& layer = plan.layers[0];
  const TaskState state = layer.state[task];
  CASK_CHECK(state != TaskState::kReady && state != TaskState::kProcessing);
  CASK_CHECK(import.plan == &plan);
  if (import.owner == nullptr) CASK_CHECK(state == TaskState::kReleased || state == TaskState::kErred);
  if (state != TaskState::kWaiting && state != TaskState::kMemory) return;
  const TaskId& origin = import.origin;
  const LayerState& from = import.owner->layers[origin.layer];
  CASK_CHECK_EQ(state == TaskState::kMemory, from.state[origin.task] == TaskState::kMemory);
  if (state == TaskState::kWaiting) return;
  CASK_CHECK(layer.worker[task] == from.worker[origin.task]);
  CASK_CHECK(layer.run[task] == from.run[origin.task]);
  CASK_CHECK_EQ(layer.num_bytes[task], from.num_bytes[origin.task]);
}

// That each import of each plan is in the ring of its origin, and that plans are known as long as others import from them.
void Scheduler::ValidateImporters() const {
  std::map<PlanId, int64_t> importers;
  int64_t num_imports = 0, num_linked = 0;
  for (const auto& [plan_id, plan] : plans_) {
    for (const Import& import : plan->imports) {
      if (import.owner == nullptr) continue;
      CASK_CHECK(FindPlan(import.origin.plan) == import.owner && import.owner != plan.get());
      CASK_CHECK(!import.owner->IsImport(import.origin.layer));
      CASK_CHECK(import.next->previous == &import && import.previous->next == &import && import.next->origin == import.origin);
      CASK_CHECK(imported_.contains(import.origin));
      ++importers[import.origin.plan];
      ++num_imports;
    }
  }
  for (const auto& [origin, first] : imported_) {
    const Import* import = first;
    do {
      CASK_CHECK(import->origin == origin);
      ++num_linked;
      import = import->next;
    } while (import != first);
  }
  CASK_CHECK_EQ(num_imports, num_linked);
  for (const auto& [plan_id, plan] : plans_) {
    const auto found = importers.find(plan_id);
    CASK_CHECK_EQ(plan->num_importers, found == importers.end() ? 0 : found->second);
    CASK_CHECK(!plan->is_released || plan->num_importers > 0);
  }
}

// That the search for ready tasks finds this one.
void Scheduler::ValidateQueued(const PlanState& plan, Ref ref) const {
  const LayerState& layer = plan.layers[ref.layer];
  const WorkerId home = layer.HomeOf(ref.task);
  const bool is_at_home = home != kNoWorker && IsIn(layer.at_home.QueueOf(workers_[Number(home)].seat), ref.task);
  CASK_CHECK(is_at_home || (layer.is_source() && ref.task >= layer.cursor) || IsIn(&layer.queue, ref.task));
  CASK_CHECK(layer.is_source() || (plan.ready_layers[ref.layer / 64] >> (ref.layer % 64) & 1) != 0);
}

void Scheduler::ValidatePlan(const PlanState& plan, std::vector<std::array<int, kNumPriorities>>* used) const {
  int64_t num_ready = 0, outputs_missing = 0, consumers_processing = 0, num_erred = 0;
  for (int i = 0; i < static_cast<int>(plan.layers.size()); ++i) {
    const LayerState& layer = plan.layers[i];
    int64_t count[kNumTaskStates] = {};
    for (int64_t task = 0; task < layer.num_tasks; ++task) {
      const TaskState state = layer.state[task];
      ++count[static_cast<int>(state)];
      ValidateTask(plan, {i, task});
      if (state == TaskState::kReady) ValidateQueued(plan, {i, task});
      if (plan.IsHeld(i, task) && state != TaskState::kMemory && state != TaskState::kErred) ++outputs_missing;
      if (state == TaskState::kProcessing) {
        for (int p = 0; p <= static_cast<int>(plan.priority); ++p) ++(*used)[Number(layer.worker[task])][p];
        if (!layer.is_source()) ++consumers_processing;
      }
    }
    for (int s = 0; s < kNumTaskStates; ++s) CASK_CHECK_EQ(layer.count[s], count[s]);
    num_ready += layer.Count(TaskState::kReady);
    num_erred += layer.Count(TaskState::kErred);
  }
  CASK_CHECK_EQ(plan.num_ready, num_ready);
  CASK_CHECK_EQ(plan.outputs_missing, outputs_missing);
  CASK_CHECK_EQ(plan.num_erred, num_erred);
  CASK_CHECK_EQ(plan.consumers_processing, consumers_processing);
  CASK_CHECK_EQ(plan.runnable_position >= 0, num_ready > 0);
  if (num_ready > 0) CASK_CHECK(runnable_[static_cast<int>(plan.priority)][plan.runnable_position] == &plan);
  if (plan.independent) CASK_CHECK(plan.status == PlanStatus::kRunning || plan.status == PlanStatus::kCancelled);
  if (plan.status == PlanStatus::kRunning && !plan.independent && !plan.is_released) CASK_CHECK_GT(outputs_missing, 0);
  if (plan.status == PlanStatus::kFinished) CASK_CHECK_EQ(outputs_missing, 0);
}

void Scheduler::ValidateWorkers(const std::vector<std::array<int, kNumPriorities>>& used) const {
  int threads = 0;
  for (int i = 0; i < static_cast<int>(workers_.size()); ++i) {
    const WorkerState& worker = workers_[i];
    if (worker.connected) threads += worker.threads;
    for (int p = 0; p < kNumPriorities; ++p) {
      CASK_CHECK_EQ(worker.used[p], used[i][p]);
      const bool is_free = worker.connected && !worker.paused && worker.used[p] < worker.slots;
      CASK_CHECK_EQ(is_free, worker.free_position[p] >= 0);
      if (is_free) CASK_CHECK_EQ(Number(free_[p][worker.free_position[p]]), i);
      if (worker.connected && !collections_.empty()) CASK_CHECK_EQ(is_free, free_seats_[p].Contains(worker.seat));
    }
    CASK_CHECK_EQ(worker.connected, worker.seat >= 0);
    if (worker.connected) CASK_CHECK_EQ(Number(seats_[worker.seat]), i);
  }
  CASK_CHECK_EQ(total_threads_, threads);
}

void Scheduler::ValidateHomes() const {
  for (const auto& [collection, homes] : collections_) {
    for (const WorkerId home : homes) CASK_CHECK(home == kNoWorker || workers_[Number(home)].connected);
  }
  for (const auto& [plan_id, plan] : plans_) {
    for (const LayerState& layer : plan->layers) {
      CASK_CHECK_EQ(layer.affinity.has_value(), layer.homes != nullptr);
      if (layer.homes == nullptr) continue;
      CASK_CHECK(layer.is_source());
      CASK_CHECK(layer.homes == &collections_.at(layer.affinity->collection));
      for (int seat = 0; seat < static_cast<int>(seats_.size()); ++seat) ValidateHomeQueue(layer, seat);
    }
  }
}

void Scheduler::ValidateHomeQueue(const LayerState& layer, int seat) const {
  const TaskQueue* queue = layer.at_home.QueueOf(seat);
  if (queue == nullptr) return;
  CASK_CHECK(seats_[seat] != kNoWorker || queue->empty());
  for (size_t i = queue->head(); i < queue->tasks().size(); ++i) CASK_CHECK(layer.HomeOf(queue->tasks()[i]) == seats_[seat]);
}

// Whether a worker that may be given the ready task has a slot free for it.
bool Scheduler::HasFreeSlot(const PlanState& plan, Ref ref) const {
  const int p = static_cast<int>(plan.priority);
  const WorkerId home = plan.layers[ref.layer].HomeOf(ref.task);
  return home == kNoWorker ? !free_[p].empty() : workers_[Number(home)].free_position[p] >= 0;
}

void Scheduler::ValidateProgress() const {
  for (const auto& plans : runnable_) {
    for (const PlanState* plan : plans) {
      for (int i = 0; i < static_cast<int>(plan->layers.size()); ++i) {
        const LayerState& layer = plan->layers[i];
        if (layer.is_source() && IsThrottled(layer) && plan->consumers_processing > 0) continue;
        for (int64_t task = 0; task < layer.num_tasks; ++task) {
          CASK_CHECK(layer.state[task] != TaskState::kReady || !HasFreeSlot(*plan, {i, task}));
        }
      }
    }
  }
}

void Scheduler::Validate() const {
  std::vector<std::array<int, kNumPriorities>> used(workers_.size(), std::array<int, kNumPriorities>{});
  int64_t running = 0, runnable = 0, with_ready = 0;
  for (const auto& [plan_id, plan] : plans_) {
    ValidatePlan(*plan, &used);
    running += plan->outputs_missing > 0 ? 1 : 0;
    with_ready += plan->num_ready > 0 ? 1 : 0;
  }
  CASK_CHECK_EQ(running, num_running_);
  CASK_CHECK(failing_.empty() && pending_.empty());
  for (const auto& plans : runnable_) runnable += static_cast<int64_t>(plans.size());
  CASK_CHECK_EQ(runnable, with_ready);
  ValidateImporters();
  ValidateWorkers(used);
  ValidateHomes();
  ValidateProgress();
}

}  // namespace cask
