// LocalEngine: runs plans on threads of this process, driven by the scheduler's and the worker's state machines.
//
//   auto run = LocalEngine::Default().Submit(std::move(plan), {.name = "value_counts"});
//   ARROW_RETURN_NOT_OK(run->Wait());
//   ARROW_ASSIGN_OR_RAISE(auto outputs, run->TakeOutputs());
//
// Thread-safe, all of it. A task must not wait for a run of its own engine.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cask/base/error.h"
#include "cask/base/priority.h"
#include "cask/compute/task_context.h"
#include "cask/plan/plan.h"
#include "cask/store/store.h"

namespace cask {

struct SubmitOptions {
  Priority priority = Priority::kNormal;
  std::string name;  // of the whole run, for people: "persist", "compute"
  int retries = 0;   // how many times more a task that failed is tried
  /// Called once with the run's final status, on any thread, no lock held. Must not block.
  std::function<void(const Status&)> on_finish;
  /// Called for each task that ended well, before its result is handed to its consumers; on the thread that ran the task, no
  /// lock held, for several tasks at once. A run that is being cancelled may still call it.
  std::function<void(int layer, int64_t task, const TaskPieces& pieces)> on_task_done;
};

struct LayerProgress {
  std::string name;
  int64_t total;       // tasks that are needed
  int64_t done;        // of these, finished
  int64_t in_memory;   // of these, whose results are held
  int64_t processing;  // running now
};

struct TaskEvidence {
  int layer;
  int64_t task;
  std::shared_ptr<const Evidence> evidence;
};

/// One submitted plan. Letting go of the last reference cancels what still runs and frees what is held.
class Run {
 public:
  virtual ~Run() = default;

  /// Waits for the end; the status of the run: OK, or that of the first task that failed with notes which task that was, or Cancelled.
  /// `check_interrupt`, if given, is called on the waiting thread several times a second; if it returns an error, the
  /// run is cancelled and the error returned.
  virtual Status Wait(const std::function<Status()>& check_interrupt = {}) = 0;
  /// Waits for the end, at most so long; whether the run has ended.
  virtual bool WaitFor(double seconds) = 0;
  /// Whether the run has ended, well or not.
  virtual bool done() const = 0;
  /// Stops the run; running tasks stop at their next batch. Nothing happens if it has ended.
  virtual void Cancel() = 0;

  virtual std::vector<LayerProgress> Progress() const = 0;
  virtual const std::string& name() const = 0;

  /// For each of the plan's outputs the pieces of all tasks of its layer, in order. The run lets go of them. An error unless the run
  /// has ended well, and when called again.
  virtual Result<std::vector<TaskPieces>> TakeOutputs() = 0;
  /// What the tasks that ended learned, also of a run that failed; ordered by layer and task. Empties the list.
  virtual std::vector<TaskEvidence> TakeEvidence() = 0;
};

struct EngineOptions {
  int num_threads = 0;  // 0: AvailableCores() of base/threads.h
  StoreOptions store;
};

class LocalEngine {
 public:
  explicit LocalEngine(EngineOptions options = {});
  /// Cancels all runs and waits for the running tasks to stop.
  ~LocalEngine();

  /// The process's engine, made on first use; a forked child makes its own. It stops when the process exits.
  static LocalEngine& Default();
  /// Shuts the process's engine down if there is one; what is submitted to it later ends as Cancelled. For a program that must have no
  /// tasks under way before it exits, as an interpreter whose objects they hold. Whether all tasks have stopped.
  static bool StopDefault(double seconds);
  /// Removes what the process's engine has spilled; only after it has stopped.
  static void RemoveFilesOfDefault();

  std::shared_ptr<Run> Submit(Plan plan, SubmitOptions options = {});

  Store& store();
  int num_threads() const;
  /// The plans that have not ended, the longest running first.
  std::vector<std::shared_ptr<Run>> ActiveRuns() const;

  /// Cancels all runs, refuses new ones (they end as Cancelled) and waits for running tasks to stop, at most so long;
  /// whether all have stopped.
  bool Shutdown(double seconds);

 private:
  class Core;
  friend class LocalRun;
  std::shared_ptr<Core> core_;
};

}  // namespace cask
