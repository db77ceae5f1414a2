// LocalEngine: runs plans on threads of this process, driven by the scheduler's and the worker's state machines.
//
//   auto run = LocalEngine::Default().Submit(std::move(plan), {.name = "value_counts"});
//   ARROW_RETURN_NOT_OK(run->Wait());
//   ARROW_ASSIGN_OR_RAISE(auto outputs, run->TakeOutputs());
//
// Thread-safe, all of it. A task must not wait for a run of its own engine.
#pragma once

#include <memory>
#include <vector>

#include "cask/local/run.h"
#include "cask/plan/plan.h"

namespace cask {

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
