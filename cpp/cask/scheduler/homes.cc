// Homes: which worker caches each partition of a collection, and which of the tasks over it can be assigned.

#include <algorithm>

#include "cask/base/check.h"
#include "cask/scheduler/scheduler.h"

namespace cask {

void Scheduler::LinkHomes(PlanState& plan) {
  for (int source : plan.sources) {
    LayerState& layer = plan.layers[source];
    if (!layer.affinity.has_value()) continue;
    CASK_CHECK_GE(layer.affinity->first_partition, 0);
    layer.homes = &HomesOf(layer.affinity->collection, layer.affinity->first_partition + layer.num_tasks);
  }
}

Homes& Scheduler::HomesOf(CollectionId collection, int64_t num_partitions) {
  if (collections_.empty()) FindFreeSeats();
  Homes& homes = collections_[collection];
  if (static_cast<int64_t>(homes.size()) < num_partitions) homes.resize(static_cast<size_t>(num_partitions), kNoWorker);
  return homes;
}

void Scheduler::OnPartitionHeld(CollectionId collection, int64_t partition, WorkerId worker) {
  WorkerId& home = HomesOf(collection, partition + 1)[static_cast<size_t>(partition)];
  if (home == kNoWorker) home = worker;
}

void Scheduler::FindFreeSeats() {
  for (int p = 0; p < kNumPriorities; ++p) {
    free_seats_[p] = SeatSet(seats_.size());
    for (const WorkerId worker : free_[p]) free_seats_[p].Insert(workers_[Number(worker)].seat);
  }
}

WorkerId Scheduler::HomeOf(CollectionId collection, int64_t partition) const {
  const auto found = collections_.find(collection);
  if (found == collections_.end() || partition < 0 || partition >= static_cast<int64_t>(found->second.size())) return kNoWorker;
  return found->second[partition];
}

void Scheduler::OnDropCollection(CollectionId collection, SchedulerOutbox& outbox) {
  if (!collections_.contains(collection)) return;
  // Plans that are finished as well: they may run again.
  for (const auto& [plan_id, plan] : plans_) {
    for (int source : plan->sources) {
      LayerState& layer = plan->layers[source];
      if (layer.affinity.has_value() && layer.affinity->collection == collection) layer.DropAffinity();
    }
  }
  collections_.erase(collection);
  AssignReady(outbox);
}

// Looks at each partition of each collection, as the loss of a worker looks at each task.
void Scheduler::ForgetHomesAt(WorkerId worker, int seat) {
  for (auto& [collection, homes] : collections_) std::replace(homes.begin(), homes.end(), worker, kNoWorker);
  for (const auto& [plan_id, plan] : plans_) {
    for (int source : plan->sources) {
      LayerState& layer = plan->layers[source];
      for (TaskQueue waiting = layer.at_home.TakeAll(seat); !waiting.empty();) {
        const int64_t task = waiting.Pop();
        if (layer.state[task] == TaskState::kReady) layer.queue.Push(task);
      }
    }
  }
}

void Scheduler::TakeSeat(WorkerId id) {
  int& seat = workers_[Number(id)].seat;
  if (empty_seats_.empty()) {
    seat = static_cast<int>(seats_.size());
    seats_.push_back(id);
    for (SeatSet& free : free_seats_) free.Resize(seats_.size());
  } else {
    seat = empty_seats_.back();
    empty_seats_.pop_back();
    seats_[seat] = id;
  }
}

// Whoever sits there next inherits nothing.
void Scheduler::LeaveSeat(WorkerId id) {
  int& seat = workers_[Number(id)].seat;
  ForgetHomesAt(id, seat);
  seats_[seat] = kNoWorker;
  empty_seats_.push_back(seat);
  seat = -1;
}

// Whether a slot is free for a ready task of a source layer with homes, given that one is free somewhere. Tasks that are met on the search and
// have a home go into its queue, each once until it is ready anew.
bool Scheduler::FindAssignable(LayerState& layer, int priority) {
  if (layer.FindAtHome(free_seats_[priority]) >= 0) return true;
  for (int64_t task = layer.PeekReady(); task >= 0; task = layer.PeekReady()) {
    const WorkerId home = layer.HomeOf(task);
    if (home == kNoWorker) return true;
    const int seat = workers_[Number(home)].seat;
    layer.at_home.Push(seat, layer.TakeReady());
    if (free_seats_[priority].Contains(seat)) return true;
  }
  return false;
}

// The task for which FindAssignable was true, and its home, kNoWorker: none. Those that are at home come first, so that others get the slots
// that are left.
int64_t Scheduler::TakeAssignable(LayerState& layer, int priority, WorkerId* home) {
  const int seat = layer.FindAtHome(free_seats_[priority]);
  if (seat < 0) return layer.TakeReady();
  *home = seats_[seat];
  return layer.at_home.Pop(seat);
}

}  // namespace cask
