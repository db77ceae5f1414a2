// LocalEngine::Core: the scheduler's state machine and an executor that runs what it assigns, in one process.
//
// The executor's mutex guards the machine and all runs.
//
// After a fork the child's copy is dead: its threads do not exist and its mutex may be locked. It refuses everything.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "cask/local/engine.h"
#include "cask/local/run_state.h"
#include "cask/scheduler/scheduler.h"
#include "cask/worker/executor.h"

namespace cask {

class LocalEngine::Core final : public Employer, public std::enable_shared_from_this<LocalEngine::Core> {
 public:
  explicit Core(EngineOptions options);

  void StartThreads() { executor_.StartThreads(shared_from_this()); }
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

  Store& store() { return executor_.store(); }
  int num_threads() const { return executor_.num_threads(); }
  /// Whether this is the process that made the engine, not a fork of it.
  bool is_own_process() const;

  // -- Of the executor.
  std::shared_ptr<const RunnablePlan> FindPlan(PlanId id) override { return runs_.at(id); }
  void Take(const WorkerAction& action, TaskOutcome* outcome, Deferred& deferred) override;
  void OnSettled(Deferred& deferred) override;
  bool is_idle() const override { return scheduler_.idle(); }

 private:
  void CarryOut(const SchedulerAction& action, Deferred& deferred);
  void EndRun(PlanId id, Status status, Deferred& deferred);
  std::vector<LayerProgress> CountLayers(const RunState& run) const;

  const int process_;
  Executor executor_;

  // Guarded by the executor's mutex.
  Scheduler scheduler_;
  WorkerId worker_id_;
  SchedulerOutbox outbox_;
  std::map<PlanId, std::shared_ptr<RunState>> runs_;
  bool stopping_ = false;
};

}  // namespace cask
