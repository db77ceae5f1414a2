// Run: a submitted plan, wherever it runs, and what its submitter learns of it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cask/base/error.h"
#include "cask/base/priority.h"
#include "cask/compute/task_context.h"
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

}  // namespace cask
