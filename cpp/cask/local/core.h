// LocalEngine::Core: the state machines of one scheduler and one worker, and the threads that carry out what they say.
//
// One mutex guards the machines and all runs. A thread that finishes a task tells the machines, carries out their actions and asks
// for its next task in one critical section; bodies, callbacks and the destruction of pieces happen outside of it.
//
// After a fork the child's copy is dead: its threads do not exist and its mutex may be locked. It refuses everything.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "cask/local/engine.h"
#include "cask/local/run_state.h"
#include "cask/scheduler/scheduler.h"
#include "cask/worker/worker.h"

namespace cask {

class LocalEngine::Core : public std::enable_shared_from_this<LocalEngine::Core> {
 public:
  explicit Core(EngineOptions options);

  void StartThreads();
  bool Shutdown(double seconds);

  void Submit(const std::shared_ptr<RunState>& run);
  void Cancel(RunState& run);
  /// Forgets a run: stops it if it goes on, frees what it holds.
  void Release(RunState& run);
  Status Wait(RunState& run, const std::function<Status()>& check_interrupt);
  bool WaitFor(RunState& run, double seconds);
  bool HasEnded(RunState& run);
  std::vector<LayerProgress> Progress(RunState& run);
  Result<std::vector<TaskPieces>> TakeOutputs(RunState& run);
  std::vector<TaskEvidence> TakeEvidence(RunState& run);
  std::vector<std::shared_ptr<Run>> ActiveRuns();

  Store& store() { return store_; }
  int num_threads() const { return num_threads_; }
  /// Whether this is the process that made the engine, not a fork of it.
  bool is_own_process() const;

 private:
  // A task that a thread executes; lives on that thread's stack.
  struct Execution {
    StartedRun started;
    std::shared_ptr<RunState> run;
    std::atomic<bool> cancelled{false};
    // What came of it.
    Status status;
    TaskPieces pieces;
    int64_t num_bytes = 0;
    std::vector<std::shared_ptr<const Evidence>> evidence;
  };
  // What is done as soon as the mutex is not held.
  struct Deferred {
    std::vector<TaskPieces> pieces;               // destroyed
    std::vector<std::shared_ptr<RunState>> runs;  // let go of
    std::vector<std::function<void()>> callbacks;
    bool empty() const { return pieces.empty() && runs.empty() && callbacks.empty(); }
    void Settle();
  };

  // core.cc
  void RunThread();
  bool TrimIdleMemory(std::unique_lock<std::mutex>& lock);
  void Begin(Execution& execution, const StartedRun& started);
  void Finish(Execution& execution, Deferred& deferred);
  void YieldTo(Priority mine);
  void Settle(Deferred& deferred);
  void CarryOut(const WorkerAction& action, Deferred& deferred);
  void CarryOut(const SchedulerAction& action, Deferred& deferred);
  void EndRun(PlanId id, Status status, Deferred& deferred);
  std::vector<LayerProgress> CountLayers(const RunState& run) const;

  // execute.cc: no lock held
  void Execute(Execution& execution);
  Result<InputGroups> GatherInputs(const Execution& execution);

  const int num_threads_;
  const int process_;
  Store store_;

  std::mutex mutex_;  // guards all below
  std::condition_variable work_;     // something is ready, or the engine stops
  std::condition_variable stopped_;  // a thread has ended
  Scheduler scheduler_;
  Worker worker_;
  WorkerId worker_id_;
  SchedulerOutbox scheduler_outbox_;
  WorkerOutbox worker_outbox_;
  std::map<PlanId, std::shared_ptr<RunState>> runs_;
  std::vector<Execution*> executing_;
  std::vector<std::thread> threads_;
  int idle_threads_ = 0;
  int live_threads_ = 0;
  bool stopping_ = false;
  std::atomic<int> most_urgent_ready_{-1};  // written under the mutex; read without it by tasks that may have to yield
};

}  // namespace cask
