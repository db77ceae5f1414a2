// Worker: decides what one worker does next with the tasks it was given. A pure state machine like the scheduler: events in,
// actions out; no threads, sockets or clock. One thread at a time.
//
// A run is
//
//   waiting    some inputs are still to be fetched from other workers
//   ready      all inputs are here
//   executing  a thread runs it
//   cancelled  a thread runs it, but nobody wants the result
//
// Threads ask for work (OnThreadFree) rather than being given it; the most urgent run goes first, among equals the one assigned first.
// A run starts only if its estimated result fits in memory beside what the executing ones are expected to take; if nothing is
// executing, one starts in any case, so that a limit can slow work but never stop it.
//
// Invariants (Validate checks them):
//  1. A waiting run names at least one input in flight, and is among that input's users; other runs wait for none.
//  2. A fetched copy is here exactly as long as runs use it; pieces that runs gave stay until they are freed.
//  3. `reserved` is the sum of the estimates of what executes, cancelled or not.
#pragma once

#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "cask/base/ids.h"
#include "cask/base/priority.h"
#include "cask/base/task_map.h"
#include "cask/wire/worker_messages.h"

namespace cask {

struct WorkerAction {
  enum class Kind : uint8_t {
    kFetch,               // get the pieces of `task` from `holder`; answer OnFetched or OnFetchFailed
    kStopRun,             // the thread that executes `run` is to stop; it still answers OnRunDone or OnRunFailed
    kDropPieces,          // the pieces of `task` are not needed here any more
    kReportDone,          // tell the scheduler
    kReportFailed,        // tell the scheduler
    kReportInputMissing,  // tell the scheduler: an input of `task` could not be fetched
    kReportPaused,        // tell the scheduler: no more tasks for now
    kReportResumed,       // tell the scheduler
  };
  Kind kind;
  TaskId task{};
  RunId run = kNoRun;
  WorkerId holder = kNoWorker;
  int64_t num_bytes = 0;  // kReportDone: of the result
};

using WorkerOutbox = std::vector<WorkerAction>;

/// What a thread is to execute.
struct StartedRun {
  TaskId task;
  RunId run;
  Priority priority;
};

struct WorkerOptions {
  int threads = 1;
  int64_t memory_limit_bytes = INT64_MAX;
};

class Worker {
 public:
  explicit Worker(WorkerOptions options) : options_(options) {}

  // -- Events from the scheduler.
  void OnAssign(Assignment assignment, WorkerOutbox& outbox);
  /// Also when the run has ended already: what it gave is dropped.
  void OnCancelRun(const TaskId& task, RunId run, WorkerOutbox& outbox);
  void OnFreePieces(const TaskId& task, RunId run, WorkerOutbox& outbox);

  /// There is no scheduler any more that would wait for runs: those that have not ended are stopped. Results stay.
  void OnSchedulerLost(WorkerOutbox& outbox);

  // -- Events from this worker's threads.
  /// What a free thread is to execute now, if anything.
  std::optional<StartedRun> OnThreadFree();
  /// What a thread that executes a run of priority `than` is to execute before it goes on with that, if anything.
  std::optional<StartedRun> OnYield(Priority than);
  /// Whether the result is wanted; if not, nothing is reported and the caller drops it.
  bool OnRunDone(RunId run, int64_t num_bytes, WorkerOutbox& outbox);
  /// Whether anybody wants to know.
  bool OnRunFailed(RunId run, WorkerOutbox& outbox);
  void OnMemoryUsed(int64_t bytes, WorkerOutbox& outbox);

  // -- Events from the network.
  void OnFetched(const TaskId& task, WorkerOutbox& outbox);
  void OnFetchFailed(const TaskId& task, WorkerOutbox& outbox);

  // -- Questions.
  int num_executing() const { return num_executing_; }
  int num_ready() const { return num_ready_; }
  bool paused() const { return paused_; }
  /// The results that are held here.
  std::vector<HeldResult> Holdings() const;
  /// The priority of the most urgent ready run; -1 if there is none.
  int most_urgent_ready();
  void Validate() const;

 private:
  enum class State : uint8_t { kWaiting, kReady, kExecuting, kCancelled };
  struct RunState {
    TaskId task;
    State state;
    bool nested = false;  // executes on a thread whose own run waits
    Priority priority;
    int fetches_missing = 0;
    int64_t estimated_bytes;
    std::vector<TaskId> remote_inputs;
  };
  struct Held {
    RunId run = kNoRun;
    int64_t num_bytes = 0;
  };
  struct Copy {
    bool arrived = false;
    std::vector<RunId> users;
  };
  struct ReadyEntry {
    Priority priority;
    RunId run;
    bool operator<(const ReadyEntry& other) const {
      return priority != other.priority ? priority < other.priority : run > other.run;
    }
  };
  using Runs = std::unordered_map<RunId, RunState>;

  void MakeReady(RunId run, RunState& state);
  void DropStaleEntries();
  std::optional<StartedRun> Start(bool nested);
  void EndRun(Runs::iterator run, WorkerOutbox& outbox);
  void UpdatePressure(WorkerOutbox& outbox);

  WorkerOptions options_;
  Runs runs_;
  TaskMap<Held> held_;
  std::unordered_map<TaskId, Copy> copies_;
  std::priority_queue<ReadyEntry> ready_;  // may also name runs that are not ready any more
  int num_ready_ = 0;
  int num_executing_ = 0;  // cancelled ones included
  int num_nested_ = 0;     // of these, on threads that another run has
  int64_t reserved_bytes_ = 0;
  int64_t used_bytes_ = 0;
  bool paused_ = false;
};

}  // namespace cask
