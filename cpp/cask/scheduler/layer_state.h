// LayerState: what the scheduler knows of each task of one layer, as arrays side by side: some 30 bytes a task.
//
// States of a task, in Dask's words:
//
//   released    nobody needs the result: not yet, or no more. The state of tasks that no output depends on.
//   waiting     needed; some of its inputs are not in memory. Of an import: what it stands for is not.
//   ready       needed, and all inputs are in memory; for want of a slot not assigned yet
//   processing  a worker was told to run it
//   memory      a worker holds its pieces
//   erred       failed for good, and the plan with it; in an independent plan an output that failed or needs what did, and that is still held
//   (forgotten) the plan was released, and none imports from it; nothing is known of it
//
//     released <-> waiting <-> ready -> processing -> memory -> released
//                     ^          ^          |  |         |
//                     |          +- retried-+  +-> erred |
//                     +-------- lost with its worker ----+
//
// An import is never ready or processing: it goes from waiting to memory and back as what it stands for does.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "cask/base/ids.h"
#include "cask/plan/plan.h"
#include "cask/scheduler/home_queues.h"
#include "cask/scheduler/task_queue.h"

namespace cask {

enum class TaskState : uint8_t { kReleased, kWaiting, kReady, kProcessing, kMemory, kErred };
inline constexpr int kNumTaskStates = 6;

/// Whether a task in that state still has to run, or runs: it needs its inputs.
inline bool IsUnfinished(TaskState state) {
  return state == TaskState::kWaiting || state == TaskState::kReady || state == TaskState::kProcessing;
}

/// Task t of a layer reads partition `first_partition + t` of a collection, which is cheap where that partition is cached.
struct Affinity {
  CollectionId collection;
  int64_t first_partition = 0;
};

/// The worker that caches each partition, kNoWorker: none.
using Homes = std::vector<WorkerId>;

struct ConsumerEdge {
  int layer;
  std::shared_ptr<const Dependency> pattern;
};

struct LayerState {
  // One element a task.
  std::vector<TaskState> state;
  std::vector<uint32_t> missing;  // waiting, ready: inputs that are not in memory, each edge counted; else without meaning
  std::vector<uint32_t> wanted;   // consumers that are unfinished, each edge counted; imports that are wanted; and 1 if it is held
  std::vector<WorkerId> worker;   // processing: who runs it; memory: who holds its pieces
  std::vector<RunId> run;         // of the latest attempt
  std::vector<uint8_t> failures;  // how often it failed by itself
  std::vector<uint8_t> losses;    // how often its worker was lost while it ran, or could not get its inputs
  std::vector<int64_t> num_bytes; // memory: of its pieces; erred: the place of its cause in the plan's `causes`
  std::vector<uint8_t> held;      // whether somebody holds it; only of output layers of independent plans, else empty

  // The layer.
  int64_t num_tasks = 0;
  int64_t num_needed = 0;  // tasks that an output depends on
  bool is_output = false;
  std::vector<LayerInput> inputs;
  std::vector<ConsumerEdge> consumers;
  int64_t widest_consumer = 0;  // how many of this layer's tasks the first task of a consuming layer needs, at most
  int64_t count[kNumTaskStates] = {};
  int64_t finished_bytes = 0;  // of all results so far, for their mean
  int64_t finished_runs = 0;

  // Of a source layer over a collection: `homes` are the collection's, which outlive the affinity. Both are there, or none is.
  std::optional<Affinity> affinity;
  Homes* homes = nullptr;

  // Every ready task is in the queue or, for a source, not before the cursor, or, if its partition has a home, it may be in the home's
  // queue instead. All may also name tasks that are not ready any more. A task in a home's queue has its home there; one elsewhere may have
  // got a home since.
  TaskQueue queue;
  int64_t cursor = 0;
  HomeQueues at_home;

  bool is_source() const { return inputs.empty(); }
  int64_t Count(TaskState s) const { return count[static_cast<int>(s)]; }
  void SetState(int64_t task, TaskState to);
  int64_t MeanBytes() const { return finished_runs > 0 ? finished_bytes / finished_runs : 0; }
  /// The home of the partition that a task reads; kNoWorker also where it reads none.
  WorkerId HomeOf(int64_t task) const { return homes != nullptr ? (*homes)[affinity->first_partition + task] : kNoWorker; }
  void SetHome(int64_t task, WorkerId worker) { (*homes)[affinity->first_partition + task] = worker; }
  /// The next ready task that is not in a home's queue, which there must be.
  int64_t TakeReady();
  /// The one that TakeReady would take; -1 if there is none.
  int64_t PeekReady();
  /// A seat among `free` for which ready tasks wait, the first of its queue being one of them; -1 if there is none.
  int FindAtHome(const SeatSet& free);
  /// The tasks have no homes any more.
  void DropAffinity();
};

}  // namespace cask
