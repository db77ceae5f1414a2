// Which ready task is next, and which worker gets it.

#include <algorithm>
#include <bit>

#include "cask/base/check.h"
#include "cask/scheduler/scheduler.h"

namespace cask {
namespace {

// Inputs looked at, and workers compared, for one decision, at most: it must stay cheap for tasks of many inputs on many workers.
constexpr int kMaxInputsSeen = 64;
constexpr size_t kMaxCandidates = 16;

// Results of a source that may wait for consumers: a few for each thread beyond what the widest consumers that the threads
// can run at once are made of.
constexpr int64_t kUnconsumedPerThread = 4;

}  // namespace

void Scheduler::AddRunnable(PlanState& plan) {
  auto& plans = runnable_[static_cast<int>(plan.priority)];
  plan.runnable_position = static_cast<int64_t>(plans.size());
  plans.push_back(&plan);
}

void Scheduler::RemoveRunnable(PlanState& plan) {
  auto& plans = runnable_[static_cast<int>(plan.priority)];
  plans.back()->runnable_position = plan.runnable_position;
  plans[plan.runnable_position] = plans.back();
  plans.pop_back();
  plan.runnable_position = -1;
}

void Scheduler::UpdateSlots(WorkerId id) {
  WorkerState& worker = workers_[Number(id)];
  for (int p = 0; p < kNumPriorities; ++p) {
    const bool is_free = worker.connected && !worker.paused && worker.used[p] < worker.slots;
    const bool was_free = worker.free_position[p] >= 0;
    if (is_free == was_free) continue;
    if (!collections_.empty()) free_seats_[p].Flip(worker.seat);
    auto& list = free_[p];
    if (is_free) {
      worker.free_position[p] = static_cast<int>(list.size());
      list.push_back(id);
    } else {
      const int position = worker.free_position[p];
      workers_[Number(list.back())].free_position[p] = position;
      list[position] = list.back();
      list.pop_back();
      worker.free_position[p] = -1;
    }
  }
}

bool Scheduler::IsThrottled(const LayerState& layer) const {
  if (layer.is_output) return false;
  const int64_t limit = total_threads_ * (kUnconsumedPerThread + 2 * layer.widest_consumer);
  return layer.Count(TaskState::kProcessing) + layer.Count(TaskState::kMemory) >= limit;
}

// The source layer of which the smallest part has begun, so that layers that are consumed together advance together; one with
// few unconsumed results before one with many. None while all have many and consumers are running. Layers whose ready tasks all wait
// for slots at their homes do not count.
bool Scheduler::PickSource(PlanState& plan, int* picked) {
  int best = -1, best_throttled = -1;
  double least = 2, least_throttled = 2;
  for (int i : plan.sources) {
    LayerState& layer = plan.layers[i];
    const int64_t ready = layer.Count(TaskState::kReady);
    if (ready == 0) continue;
    const double begun = 1 - static_cast<double>(ready) / static_cast<double>(layer.num_tasks);
    const bool throttled = IsThrottled(layer);
    if (throttled && plan.consumers_processing > 0) continue;
    int& which = throttled ? best_throttled : best;
    double& part = throttled ? least_throttled : least;
    if (begun < part && (layer.homes == nullptr || FindAssignable(layer, static_cast<int>(plan.priority)))) {
      part = begun;
      which = i;
    }
  }
  *picked = best >= 0 ? best : best_throttled;
  return *picked >= 0;
}

// `home`: the one worker that may get the task; it stays as it is if any may.
bool Scheduler::PickTask(PlanState& plan, Ref* picked, WorkerId* home) {
  for (int word = static_cast<int>(plan.ready_layers.size()) - 1; word >= 0; --word) {
    while (plan.ready_layers[word] != 0) {
      const int bit = 63 - std::countl_zero(plan.ready_layers[word]);
      LayerState& layer = plan.layers[word * 64 + bit];
      if (layer.Count(TaskState::kReady) > 0) {
        *picked = {word * 64 + bit, layer.TakeReady()};
        return true;
      }
      plan.ready_layers[word] &= ~(uint64_t{1} << bit);
      layer.queue.Clear();
    }
  }
  int source;
  if (!PickSource(plan, &source)) return false;
  LayerState& layer = plan.layers[source];
  *picked = {source, layer.homes == nullptr ? layer.TakeReady() : TakeAssignable(layer, static_cast<int>(plan.priority), home)};
  return true;
}

// Among the workers with a free slot, the one that holds most of the task's inputs; among equals the one with the most free slots.
WorkerId Scheduler::Place(const PlanState& plan, Ref ref) {
  const int p = static_cast<int>(plan.priority);
  const auto& candidates = free_[p];
  if (candidates.size() == 1) return candidates[0];
  WorkerId best = kNoWorker;
  int64_t most_bytes = 0;
  int seen = 0;
  if (!plan.layers[ref.layer].is_source()) {
    local_bytes_.resize(workers_.size());
    const auto visit_holders = [&](auto&& visit) {
      seen = 0;
      ForEachInput(plan, ref.layer, ref.task, [&](int input, int64_t task) {
        if (seen++ < kMaxInputsSeen) visit(plan.layers[input].worker[task], plan.layers[input].num_bytes[task]);
      });
    };
    visit_holders([&](WorkerId holder, int64_t bytes) {
      const int64_t sum = local_bytes_[Number(holder)] += bytes + 1;
      if (sum > most_bytes && workers_[Number(holder)].free_position[p] >= 0) {
        most_bytes = sum;
        best = holder;
      }
    });
    visit_holders([&](WorkerId holder, int64_t) { local_bytes_[Number(holder)] = 0; });
  }
  if (best != kNoWorker) return best;
  const size_t count = std::min(candidates.size(), kMaxCandidates);
  int most_free = INT32_MIN;
  for (size_t i = 0; i < count; ++i) {
    const WorkerId id = candidates[(next_candidate_ + i) % candidates.size()];
    const int free = workers_[Number(id)].slots - workers_[Number(id)].used[p];
    if (free > most_free) {
      most_free = free;
      best = id;
    }
  }
  next_candidate_ += count;
  return best;
}

void Scheduler::AssignReady(SchedulerOutbox& outbox) {
  for (int p = kNumPriorities - 1; p >= 0; --p) {
    auto& plans = runnable_[p];
    size_t refused = 0;  // plans in a row whose ready tasks are all throttled or wait for their homes
    while (refused < plans.size()) {
      // Tasks of lower priorities see no more free slots than these.
      if (free_[p].empty()) return;
      turn_[p] %= plans.size();
      PlanState& plan = *plans[turn_[p]];
      ++turn_[p];
      Ref ref;
      WorkerId worker = kNoWorker;
      if (!PickTask(plan, &ref, &worker)) {
        ++refused;
        continue;
      }
      refused = 0;
      if (worker == kNoWorker) worker = Place(plan, ref);
      BeginProcessing(plan, ref, worker, outbox);
    }
  }
}

}  // namespace cask
