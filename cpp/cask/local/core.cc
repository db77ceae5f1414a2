#include "cask/local/core.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "cask/base/check.h"

namespace cask {
namespace {

constexpr auto kInterruptCheckInterval = std::chrono::milliseconds(50);

Status EngineStopped() { return CancelledError("the engine was shut down"); }

Status ForkedProcess() { return InternalError("this run belongs to the process that this one was forked from"); }

}  // namespace

LocalEngine::Core::Core(EngineOptions options)
    : process_(getpid()), executor_({.num_threads = options.num_threads, .store = std::move(options.store)}, *this) {
  worker_id_ = scheduler_.OnWorkerJoined(num_threads(), num_threads(), outbox_);
}

bool LocalEngine::Core::is_own_process() const { return getpid() == process_; }

void LocalEngine::Core::Take(const WorkerAction& action, TaskOutcome* outcome, Deferred&) {
  const bool has_ended = action.kind == WorkerAction::Kind::kReportDone || action.kind == WorkerAction::Kind::kReportFailed;
  if (has_ended) {
    RunState& run = *runs_.at(action.task.plan);
    for (auto& evidence : outcome->evidence) run.evidence.push_back({action.task.layer, action.task.task, std::move(evidence)});
    if (!outcome->status.ok()) run.failure = outcome->status;
  }
  switch (action.kind) {
    case WorkerAction::Kind::kReportDone: scheduler_.OnTaskDone(action.task, action.run, worker_id_, action.num_bytes, outbox_); break;
    case WorkerAction::Kind::kReportFailed: scheduler_.OnTaskFailed(action.task, action.run, worker_id_, outbox_); break;
    case WorkerAction::Kind::kReportPaused: scheduler_.OnWorkerPaused(worker_id_); break;
    case WorkerAction::Kind::kReportResumed: scheduler_.OnWorkerResumed(worker_id_, outbox_); break;
    default: CASK_CHECK(false);  // all pieces are here, and the executor takes the rest
  }
}

void LocalEngine::Core::OnSettled(Deferred& deferred) {
  // None of them adds to the outbox: what they cause, the executor takes next.
  for (const SchedulerAction& action : outbox_) CarryOut(action, deferred);
  outbox_.clear();
}

void LocalEngine::Core::CarryOut(const SchedulerAction& action, Deferred& deferred) {
  switch (action.kind) {
    case SchedulerAction::Kind::kAssign: executor_.OnAssign({action.task, action.run, action.priority, action.estimated_bytes, {}}); break;
    case SchedulerAction::Kind::kCancelRun: executor_.OnCancelRun(action.task, action.run); break;
    case SchedulerAction::Kind::kFreePieces: executor_.OnFreePieces(action.task, action.run); break;
    case SchedulerAction::Kind::kPlanFinished: EndRun(action.task.plan, Status::OK(), deferred); break;
    case SchedulerAction::Kind::kPlanFailed: EndRun(action.task.plan, runs_.at(action.task.plan)->failure, deferred); break;
    case SchedulerAction::Kind::kPlanCancelled:
      EndRun(action.task.plan, stopping_ ? EngineStopped() : CancelledError("the run was cancelled"), deferred);
      break;
    case SchedulerAction::Kind::kTaskFinished:
    case SchedulerAction::Kind::kTaskErred:
    case SchedulerAction::Kind::kPlanForgotten: CASK_CHECK(false);  // no plan here is independent, and none imports
  }
}

void LocalEngine::Core::EndRun(PlanId id, Status status, Deferred& deferred) {
  const std::shared_ptr<RunState>& run = runs_.at(id);
  CASK_CHECK(!run->ended);
  run->progress_at_end = CountLayers(*run);
  run->ended = true;
  run->status = std::move(status);
  run->end.notify_all();
  if (run->options.on_finish) deferred.callbacks.push_back([run] { run->options.on_finish(run->status); });
}

std::vector<LayerProgress> LocalEngine::Core::CountLayers(const RunState& run) const {
  std::vector<LayerProgress> layers;
  for (int i = 0; i < static_cast<int>(run.plan.layers.size()); ++i) {
    const LayerCounts counts = scheduler_.CountsOf(run.id, i);
    layers.push_back({run.plan.layers[i].name, counts.total, counts.done, counts.in_memory, counts.processing});
  }
  return layers;
}

void LocalEngine::Core::Submit(const std::shared_ptr<RunState>& run) {
  const PlanShape shape = ShapeOf(run->plan);
  executor_.Do([&](Deferred&) {
    run->id = scheduler_.OnSubmit(shape, {run->options.priority, run->options.retries}, outbox_);
    runs_.emplace(run->id, run);
    if (stopping_) scheduler_.OnCancel(run->id, outbox_);
  });
}

void LocalEngine::Core::Cancel(RunState& run) {
  if (!is_own_process()) return;
  executor_.Do([&](Deferred&) { scheduler_.OnCancel(run.id, outbox_); });
}

void LocalEngine::Core::Release(RunState& run) {
  if (!is_own_process()) return;
  executor_.Do([&](Deferred& deferred) {
    if (!runs_.contains(run.id)) return;
    scheduler_.OnCancel(run.id, outbox_);
    executor_.Settle(nullptr, deferred);
    scheduler_.OnRelease(run.id, outbox_);
    executor_.Settle(nullptr, deferred);
    deferred.plans.push_back(std::move(runs_.at(run.id)));
    runs_.erase(run.id);
  });
}

Status LocalEngine::Core::Wait(RunState& run, const std::function<Status()>& check_interrupt) {
  if (!is_own_process()) return ForkedProcess();
  std::unique_lock lock(executor_.mutex());
  while (!run.ended) {
    if (!check_interrupt) {
      run.end.wait(lock);
      continue;
    }
    if (run.end.wait_for(lock, kInterruptCheckInterval) == std::cv_status::no_timeout) continue;
    lock.unlock();
    const Status interrupt = check_interrupt();
    if (!interrupt.ok()) {
      Cancel(run);
      return interrupt;
    }
    lock.lock();
  }
  return run.status;
}

bool LocalEngine::Core::WaitFor(RunState& run, double seconds) {
  if (!is_own_process()) return false;
  std::unique_lock lock(executor_.mutex());
  return run.end.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return run.ended; });
}

bool LocalEngine::Core::HasEnded(RunState& run) {
  if (!is_own_process()) return false;
  std::lock_guard lock(executor_.mutex());
  return run.ended;
}

std::vector<LayerProgress> LocalEngine::Core::Progress(RunState& run) {
  if (!is_own_process()) return {};
  std::lock_guard lock(executor_.mutex());
  return run.ended ? run.progress_at_end : CountLayers(run);
}

Result<std::vector<TaskPieces>> LocalEngine::Core::TakeOutputs(RunState& run) {
  if (!is_own_process()) return ForkedProcess();
  {
    std::lock_guard lock(executor_.mutex());
    if (!run.ended) return InternalError("the run has not ended yet");
    ARROW_RETURN_NOT_OK(run.status);
    if (run.outputs_taken) return InternalError("the outputs of the run were taken before");
    run.outputs_taken = true;
  }
  // Without the lock: the outputs are held until the run is released.
  std::vector<TaskPieces> outputs;
  for (const PlanOutput& output : run.plan.outputs) {
    const int64_t num_tasks = run.plan.layers[output.layer].num_tasks;
    TaskPieces& pieces = outputs.emplace_back();
    pieces.reserve(static_cast<size_t>(num_tasks));
    for (int64_t task = 0; task < num_tasks; ++task) {
      pieces.push_back(store().GetResult({run.id, output.layer, task}, output.output));
      CASK_CHECK(pieces.back() != nullptr);
    }
  }
  Release(run);
  return outputs;
}

std::vector<TaskEvidence> LocalEngine::Core::TakeEvidence(RunState& run) {
  std::vector<TaskEvidence> evidence;
  if (!is_own_process()) return evidence;
  {
    std::lock_guard lock(executor_.mutex());
    evidence = std::exchange(run.evidence, {});
  }
  std::stable_sort(evidence.begin(), evidence.end(),
                   [](const auto& a, const auto& b) { return std::pair(a.layer, a.task) < std::pair(b.layer, b.task); });
  return evidence;
}

std::vector<std::shared_ptr<Run>> LocalEngine::Core::ActiveRuns() {
  std::vector<std::shared_ptr<Run>> active;
  if (!is_own_process()) return active;
  std::lock_guard lock(executor_.mutex());
  for (const auto& [id, run] : runs_) {
    if (run->ended) continue;
    if (auto handle = run->handle.lock()) active.push_back(std::move(handle));
  }
  return active;
}

bool LocalEngine::Core::Shutdown(double seconds) {
  if (!is_own_process()) return true;
  executor_.Do([&](Deferred&) {
    stopping_ = true;
    for (const auto& [id, run] : runs_) scheduler_.OnCancel(id, outbox_);
  });
  return executor_.StopThreads(seconds);
}

}  // namespace cask
