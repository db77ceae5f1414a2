// Executor: the threads of a process that run tasks, a store for what they give, and the worker's state machine that drives both.
//
// Who gives it tasks is its employer: a scheduler in this process, or one at the other end of a connection. One mutex guards the machine and what
// the employer keeps about it. A thread that finishes a task tells the machine, carries out its actions and asks for its next task in one critical
// section; bodies, callbacks and the destruction of pieces happen outside of it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "cask/compute/task_context.h"
#include "cask/plan/plan.h"
#include "cask/store/store.h"
#include "cask/worker/worker.h"

namespace cask {

/// A plan of which tasks are run here.
struct RunnablePlan {
  Plan plan;
  /// Called for each task that ended well, before its result is handed to its consumers; on the thread that ran the task, no
  /// lock held, for several tasks at once. A run that is being cancelled may still call it.
  std::function<void(int layer, int64_t task, const TaskPieces& pieces)> on_task_done;
};

/// What came of a task.
struct TaskOutcome {
  Status status;
  std::vector<std::shared_ptr<const Evidence>> evidence;
};

/// What is done as soon as the mutex is not held.
struct Deferred {
  std::vector<TaskPieces> pieces;                  // destroyed
  std::vector<std::shared_ptr<const void>> plans;  // let go of
  std::vector<std::function<void()>> callbacks;

  bool empty() const { return pieces.empty() && plans.empty() && callbacks.empty(); }
  void Settle();
};

/// All of it is called with the executor's mutex held, and must not wait.
class Employer {
 public:
  virtual ~Employer() = default;
  /// The plan of a task that was assigned.
  virtual std::shared_ptr<const RunnablePlan> FindPlan(PlanId id) = 0;
  /// Takes what the machine reports, or wants fetched. `outcome`: of the task, where one is reported that ended.
  virtual void Take(const WorkerAction& action, TaskOutcome* outcome, Deferred& deferred) = 0;
  /// Called when all actions were taken: may give more to do (OnAssign and so on).
  virtual void OnSettled(Deferred& deferred) = 0;
  /// Whether nothing is to be expected soon.
  virtual bool is_idle() const = 0;
};

struct ExecutorOptions {
  int num_threads = 0;  // 0: AvailableCores() of base/threads.h
  StoreOptions store;
};

class Executor {
 public:
  /// The employer outlives the threads.
  Executor(ExecutorOptions options, Employer& employer);

  /// `keep_alive` lives as long as the threads.
  void StartThreads(const std::shared_ptr<const void>& keep_alive);
  /// Threads take no more tasks; waits for them to end, at most so long. Whether all have. Without the mutex.
  bool StopThreads(double seconds);

  /// Changes what the employer keeps, or tells the machine something, carries out what comes of it and lets threads know. Without the mutex.
  template <typename Change>
  void Do(Change change) {
    Deferred deferred;
    {
      std::lock_guard lock(mutex_);
      change(deferred);
      Settle(nullptr, deferred);
      if (worker_.num_ready() > 0) work_.notify_one();
    }
    deferred.Settle();
  }

  std::mutex& mutex() { return mutex_; }
  Store& store() { return store_; }
  const Store& store() const { return store_; }
  /// With the mutex held.
  std::vector<HeldResult> Holdings() const { return worker_.Holdings(); }
  int num_threads() const { return num_threads_; }

  // -- With the mutex held: events of the machine, within Do() or of OnSettled.
  void OnAssign(Assignment assignment) { worker_.OnAssign(std::move(assignment), outbox_); }
  void OnCancelRun(const TaskId& task, RunId run) { worker_.OnCancelRun(task, run, outbox_); }
  void OnFreePieces(const TaskId& task, RunId run) { worker_.OnFreePieces(task, run, outbox_); }
  void OnSchedulerLost() { worker_.OnSchedulerLost(outbox_); }
  void OnFetched(const TaskId& task) { worker_.OnFetched(task, outbox_); }
  void OnFetchFailed(const TaskId& task) { worker_.OnFetchFailed(task, outbox_); }
  /// Carries out what the machine wants now. Before an event that follows from another in one Do().
  void Settle(TaskOutcome* ended, Deferred& deferred);

 private:
  // A task that a thread executes; lives on that thread's stack.
  struct Execution {
    StartedRun started;
    std::shared_ptr<const RunnablePlan> plan;
    std::atomic<bool> cancelled{false};
    TaskOutcome outcome;
    TaskPieces pieces;
    int64_t num_bytes = 0;
  };

  // executor.cc
  void RunThread();
  /// Lets go of the lock while the task runs.
  void RunOne(const StartedRun& started, std::unique_lock<std::mutex>& lock, Deferred& deferred);
  bool TrimIdleMemory(std::unique_lock<std::mutex>& lock);
  void Begin(Execution& execution, const StartedRun& started);
  void Finish(Execution& execution, Deferred& deferred);
  void YieldTo(Priority mine);
  void CarryOut(const WorkerAction& action, TaskOutcome* ended, Deferred& deferred);

  // execute.cc: no lock held
  void Execute(Execution& execution);
  Result<InputGroups> GatherInputs(const Execution& execution);

  const int num_threads_;
  Employer& employer_;
  Store store_;

  std::mutex mutex_;  // guards all below
  std::condition_variable work_;     // something is ready, or the threads are to end
  std::condition_variable stopped_;  // a thread has ended
  Worker worker_;
  WorkerOutbox outbox_;
  std::vector<Execution*> executing_;
  std::vector<std::thread> threads_;
  int idle_threads_ = 0;
  int live_threads_ = 0;
  bool stopping_ = false;
  std::atomic<int> most_urgent_ready_{-1};  // written under the mutex; read without it by tasks that may have to yield
};

}  // namespace cask
