// Scheduler: decides which task runs where and when. A pure state machine: events in, actions out (outbox.h); no threads, sockets,
// clock or chance in it, so the same events give the same actions. One thread at a time.
//
// It knows any number of workers, each with some threads and some slots: how many tasks it is given at once (more than threads where
// news travels slowly). A task of a higher priority does not see the slots that tasks of lower ones take.
//
// Order: higher priority first; plans of one priority in turn; within a plan the latest layer first, so that what was begun is
// finished and freed before more is begun; sources last, evenly, and none while too many of its results wait to be consumed and
// tasks that consume are running.
//
// Homes: a task that reads a partition of a collection is cheap at the worker that caches the partition. That is its home: the connected
// worker that was assigned a task over it last. Where there is one the task is assigned to no other, and waits for a slot there even if
// others are idle; where there is none the task goes where any source's would, and the home is there from then on. The homes of a worker
// that is lost are none any more; those of one that is paused remain, since it resumes or is lost.
//
// Independent plans: each output ends by itself and is told of by itself. Imports (imports.cc): a plan may need results of other plans, which these
// compute as if a consumer of their own wanted them. So a plan that was released stays known as long as others import from it: what was freed or
// lost can be computed again. It is independent from then on.
//
// Plans may import from each other in chains of any length, so what goes from plan to plan goes by lists of what is left to do, not by recursion.
// What is to fail waits until an event has had its other effects (failures.cc).
//
// Answers of workers name the run; one that is not the task's present run at that worker is late and changes nothing.
//
// Invariants (Validate checks them all):
//  1. A task of a plan that is alive is released exactly if `wanted` is 0: if it is no output that is held, no consumer of it is unfinished, and no
//     import of it is wanted.
//  2. A waiting or ready task's `missing` counts its inputs that are not in memory; waiting means more than 0, ready 0.
//  3. What is processing or in memory belongs to a worker that is connected.
//  4. Tasks of plans that failed or were cancelled are neither processing nor in memory.
//  5. Where a slot is free, no ready task waits that has no home or has its home there, save throttled sources while consumers run.
//  6. A home is a connected worker.
//  7. An import is in memory exactly if it is wanted and its origin is in memory; it wants its origin exactly while it is wanted itself.
//  8. A task is erred if it is the cause of its plan's failure, or if it is held, in an independent plan. No unfinished task needs one that is
//     erred, or one of a plan that failed, was cancelled or is not known.
//  9. A plan that was released is known exactly as long as others import from it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "cask/base/ids.h"
#include "cask/base/priority.h"
#include "cask/scheduler/outbox.h"
#include "cask/scheduler/plan_state.h"

namespace cask {

struct SchedulerOptions {
  int max_losses = 3;    // how often a task may lose its worker while it runs before it is taken for the cause
  int64_t first_id = 0;  // of plans and of runs: above those that an earlier scheduler gave, where workers may hold what was made for it
};

/// A result that a worker holds which ran the task for an earlier scheduler.
struct HeldTask {
  TaskId task{};
  RunId run = kNoRun;
  WorkerId worker = kNoWorker;
  int64_t num_bytes = 0;
};

struct LayerCounts {
  int64_t total;  // tasks that are needed
  int64_t done;
  int64_t in_memory;
  int64_t processing;
};

class Scheduler {
 public:
  explicit Scheduler(SchedulerOptions options = {}) : options_(options), next_plan_(options.first_id), next_run_(options.first_id) {}

  // -- Events of clients.
  PlanId OnSubmit(const PlanShape& shape, const PlanOptions& options, SchedulerOutbox& outbox);
  /// The same for a plan that an earlier scheduler has called `id`, and of which `held` is there already. Nothing happens if it is known. Plans that
  /// it imports from are to be known before it.
  void OnSubmitAgain(PlanId id, const PlanShape& shape, const PlanOptions& options, const std::vector<HeldTask>& held, SchedulerOutbox& outbox);
  /// Stops a running plan.
  void OnCancel(PlanId plan, SchedulerOutbox& outbox);
  /// Nobody wants the plan's outputs any more: stops it if it runs, frees what it holds and forgets it; what other plans import from it goes on, and
  /// it is forgotten (kPlanForgotten) after them.
  void OnRelease(PlanId plan, SchedulerOutbox& outbox);
  /// Nobody holds that output of an independent plan any more: stops it if it is unfinished and nothing else needs it, frees it if it is in memory.
  void OnReleaseTask(const TaskId& task, SchedulerOutbox& outbox);
  /// An erred output of an independent plan is tried once more, with all that it needs and that is not there; so is what is held and erred of that.
  void OnRetryTask(const TaskId& task, SchedulerOutbox& outbox);
  /// Nothing is cached of the collection any more: its homes are forgotten, and tasks over it of plans known so far run anywhere and make
  /// none. A collection needs no event to begin: it is known from the first plan over it on.
  void OnDropCollection(CollectionId collection, SchedulerOutbox& outbox);

  // -- Events of workers.
  /// One that joins paused is given nothing until it resumes.
  WorkerId OnWorkerJoined(int threads, int slots, SchedulerOutbox& outbox, bool is_paused = false);
  void OnWorkerLost(WorkerId worker, SchedulerOutbox& outbox);
  /// The worker takes no more tasks until it resumes: it is short of memory, or about to leave.
  void OnWorkerPaused(WorkerId worker);
  void OnWorkerResumed(WorkerId worker, SchedulerOutbox& outbox);
  /// The worker is given that many tasks at once from now on; what it has already it keeps.
  void OnSlotsChanged(WorkerId worker, int slots, SchedulerOutbox& outbox);
  void OnTaskDone(const TaskId& task, RunId run, WorkerId worker, int64_t num_bytes, SchedulerOutbox& outbox);
  void OnTaskFailed(const TaskId& task, RunId run, WorkerId worker, SchedulerOutbox& outbox);
  /// A worker tells that it holds a result: it is taken, or, where nobody needs it, freed.
  void OnTaskHeld(const HeldTask& held, SchedulerOutbox& outbox);
  /// A worker tells that it holds columns of a partition, which then has its home there, unless it has one.
  void OnPartitionHeld(CollectionId collection, int64_t partition, WorkerId worker);
  /// The worker could not get an input; the task is run again when all are there.
  void OnInputMissing(const TaskId& task, RunId run, WorkerId worker, SchedulerOutbox& outbox);

  // -- Questions.
  /// Whether the plan is not released, or others import from it.
  bool Knows(PlanId plan) const { return FindPlan(plan) != nullptr; }
  PlanStatus StatusOf(PlanId plan) const;
  int num_layers(PlanId plan) const;
  LayerCounts CountsOf(PlanId plan, int layer) const;
  TaskState StateOf(const TaskId& task) const;
  /// Who runs a processing task, or holds the pieces of one in memory; of an import, what holds for its origin. kNoWorker of what is not known.
  WorkerId WorkerOf(const TaskId& task) const;
  /// The task itself or, of an import, the one that it stands for: whose pieces it is.
  TaskId OriginOf(const TaskId& task) const;
  /// The worker that caches a partition; kNoWorker if none does.
  WorkerId HomeOf(CollectionId collection, int64_t partition) const;
  /// Whether no plan has outputs that are held and have not ended.
  bool idle() const { return num_running_ == 0; }
  /// Aborts if an invariant does not hold. Costs as much as all tasks and edges.
  void Validate() const;

 private:
  struct WorkerState {
    bool connected = true;
    bool paused = false;
    int threads = 0;
    int slots = 0;
    std::array<int, kNumPriorities> used{};         // slots taken by tasks of this priority or a higher one
    std::array<int, kNumPriorities> free_position;  // in free_; -1: none
    int seat = -1;                                  // in seats_; -1: it was lost
  };
  struct Ref {
    int layer;
    int64_t task;
  };
  struct PlanRef {
    PlanState* plan;
    Ref ref;
  };
  struct Failure {
    PlanRef task;
    TaskId cause;
  };

  const PlanState* FindPlan(PlanId id) const;
  PlanState* FindPlan(PlanId id) { return const_cast<PlanState*>(std::as_const(*this).FindPlan(id)); }
  /// The plan in which `run` is the present run of `task` at `worker`; null if the answer is late.
  PlanState* FindRun(const TaskId& task, RunId run, WorkerId worker);

  // scheduler.cc
  void Settle(SchedulerOutbox& outbox);
  void CountOutputs(PlanState& plan, int64_t added);
  void FinishIfComplete(PlanState& plan, SchedulerOutbox& outbox);
  void StopPlan(PlanState& plan, PlanStatus status, SchedulerOutbox& outbox);
  void StopTask(PlanState& plan, Ref ref, SchedulerOutbox& outbox);
  PlanState* FindOutput(const TaskId& task);

  // failures.cc
  void FailLater(PlanState& plan, Ref ref);
  void FailPending(SchedulerOutbox& outbox);
  void FailPlan(const Failure& failure, SchedulerOutbox& outbox);
  void FailTask(const Failure& failure, SchedulerOutbox& outbox);
  void FailConsumers(const Failure& failure);
  void FailImports(PlanState& plan, Ref ref, const TaskId& cause);
  TaskId CauseOf(const PlanState& plan, Ref ref) const;
  void LeaveErred(PlanState& plan, Ref ref, TaskState to);

  // imports.cc
  void LinkImports(PlanState& plan);
  PlanState* FindOrigin(const PlanState& plan, const TaskId& origin);
  void UnlinkImport(Import& import);
  template <typename Visit>
  void ForEachImport(const PlanState& plan, Ref ref, Visit&& visit) const {
    if (plan.num_importers == 0) return;
    const auto found = imported_.find({plan.id, ref.layer, ref.task});
    if (found == imported_.end()) return;
    Import* import = found->second;
    do {
      visit(*import->plan, Ref{0, import - import->plan->imports.data()});
      import = import->next;
    } while (import != found->second);
  }
  void WantOrigin(PlanState& plan, int64_t task, bool is_retry);
  void EnterImport(PlanState& plan, int64_t task);
  void EnterImports(const PlanState& plan, Ref ref);
  void LoseImports(const PlanState& plan, Ref ref);
  void ReleaseOutputs(PlanState& plan, SchedulerOutbox& outbox);
  void Forget(PlanState& plan, SchedulerOutbox& outbox);

  // transition.cc
  void TellWorker(SchedulerAction::Kind kind, const PlanState& plan, Ref ref, SchedulerOutbox& outbox) const;
  void MakeReady(PlanState& plan, Ref ref);
  void LeaveReady(PlanState& plan, Ref ref, TaskState to);
  void BeginProcessing(PlanState& plan, Ref ref, WorkerId worker, SchedulerOutbox& outbox);
  void EndProcessing(PlanState& plan, Ref ref, TaskState to);
  void EnterMemory(PlanState& plan, Ref ref, int64_t num_bytes, SchedulerOutbox& outbox);
  void FeedConsumers(PlanState& plan, Ref ref);
  void LeaveMemory(PlanState& plan, Ref ref, TaskState to);
  void Unwant(PlanState& plan, Ref ref, SchedulerOutbox& outbox);
  bool DropWant(PlanState& plan, Ref ref, SchedulerOutbox& outbox);
  bool Want(PlanState& plan, Ref ref, const PlanRef& by, bool is_retry);
  void Revive(PlanState& plan, Ref ref, bool is_retry = false);
  void RevivePending(size_t bottom, bool is_retry);
  void ReviveTask(PlanState& plan, Ref ref, bool is_retry);
  void Requeue(PlanState& plan, Ref ref);
  void Adopt(PlanState& plan, const HeldTask& held, SchedulerOutbox& outbox);

  // workers.cc
  void LosePieces(PlanState& plan, Ref ref);
  void StarveConsumers(PlanState& plan, Ref ref);
  void LoseRun(PlanState& plan, Ref ref);

  // homes.cc
  void LinkHomes(PlanState& plan);
  Homes& HomesOf(CollectionId collection, int64_t num_partitions);
  void FindFreeSeats();
  void ForgetHomesAt(WorkerId worker, int seat);
  bool FindAssignable(LayerState& layer, int priority);
  int64_t TakeAssignable(LayerState& layer, int priority, WorkerId* home);
  void TakeSeat(WorkerId worker);
  void LeaveSeat(WorkerId worker);

  // assign.cc
  void AssignReady(SchedulerOutbox& outbox);
  bool PickTask(PlanState& plan, Ref* picked, WorkerId* home);
  bool PickSource(PlanState& plan, int* picked);
  bool IsThrottled(const LayerState& layer) const;
  WorkerId Place(const PlanState& plan, Ref ref);
  void UpdateSlots(WorkerId id);
  void AddRunnable(PlanState& plan);
  void RemoveRunnable(PlanState& plan);

  // validate.cc
  void ValidatePlan(const PlanState& plan, std::vector<std::array<int, kNumPriorities>>* used) const;
  void ValidateTask(const PlanState& plan, Ref ref) const;
  void ValidateWanted(const PlanState& plan, Ref ref) const;
  void ValidateErred(const PlanState& plan, Ref ref) const;
  void ValidateImport(const PlanState& plan, int64_t task) const;
  void ValidateImporters() const;
  void ValidateWorkers(const std::vector<std::array<int, kNumPriorities>>& used) const;
  void ValidateQueued(const PlanState& plan, Ref ref) const;
  void ValidateHomes() const;
  void ValidateHomeQueue(const LayerState& layer, int seat) const;
  void ValidateProgress() const;
  bool HasFreeSlot(const PlanState& plan, Ref ref) const;

  SchedulerOptions options_;
  std::map<PlanId, std::unique_ptr<PlanState>> plans_;
  int64_t next_plan_ = 0;
  int64_t num_running_ = 0;  // plans of which outputs are missing
  int64_t next_run_ = 0;
  std::vector<WorkerState> workers_;  // by id; those that were lost as well
  int total_threads_ = 0;             // of connected workers
  std::array<std::vector<WorkerId>, kNumPriorities> free_;       // workers with a free slot for that priority
  std::array<std::vector<PlanState*>, kNumPriorities> runnable_;  // plans with ready tasks
  std::array<size_t, kNumPriorities> turn_{};                     // whose turn it is in runnable_
  std::map<CollectionId, Homes> collections_;                     // of plans known so far; not those that were dropped
  std::vector<WorkerId> seats_;                                   // who sits there; kNoWorker: nobody
  std::vector<int> empty_seats_;
  std::array<SeatSet, kNumPriorities> free_seats_;                // of the workers in free_; kept only while there are collections
  size_t next_candidate_ = 0;         // where the search for the least loaded worker begins
  std::unordered_map<TaskId, Import*> imported_;  // by origin: the ring of its imports
  std::vector<Failure> failing_;      // what is to fail before the event ends
  std::vector<PlanRef> pending_;      // scratch
  std::vector<int64_t> local_bytes_;  // scratch, by worker; all 0 between uses
};

}  // namespace cask
