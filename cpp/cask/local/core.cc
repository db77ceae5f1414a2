#include "cask/local/core.h"

#include <arrow/memory_pool.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "cask/base/check.h"
#include "cask/base/pool.h"
#include "cask/base/threads.h"

namespace cask {
namespace {

// The worker goes slower beyond a quarter more than the store holds before it spills: the difference is for what tasks work with.
int64_t WorkerMemoryLimit(int64_t store_limit) { return store_limit / 4 * 5; }

// Freed buffers that are kept when there is nothing to do.
constexpr int64_t kIdleBytesKept = int64_t{64} << 20;

constexpr auto kInterruptCheckInterval = std::chrono::milliseconds(50);

Status EngineStopped() { return CancelledError("the engine was shut down"); }

Status ForkedProcess() { return InternalError("this run belongs to the process that this one was forked from"); }

}  // namespace

LocalEngine::Core::Core(EngineOptions options)
    : num_threads_(options.num_threads > 0 ? options.num_threads : AvailableCores()),
      process_(getpid()),
      store_(std::move(options.store)),
      worker_({.threads = num_threads_, .memory_limit_bytes = WorkerMemoryLimit(store_.memory_limit_bytes())}) {
  worker_id_ = scheduler_.OnWorkerJoined(num_threads_, num_threads_, scheduler_outbox_);
}

bool LocalEngine::Core::is_own_process() const { return getpid() == process_; }

void LocalEngine::Core::StartThreads() {
  std::lock_guard lock(mutex_);
  live_threads_ = num_threads_;
  for (int i = 0; i < num_threads_; ++i) {
    threads_.push_back(StartThread(fmt::format("cask-{}", i), [self = shared_from_this()] { self->RunThread(); }));
  }
}

void LocalEngine::Core::Deferred::Settle() {
  // Emptied before anything runs: a callback may let go of a run, which has a list of its own.
  const auto to_call = std::exchange(callbacks, {});
  pieces.clear();
  runs.clear();
  for (const auto& callback : to_call) callback();
}

void LocalEngine::Core::RunThread() {
  Deferred deferred;
  std::unique_lock lock(mutex_);
  while (true) {
    if (const auto started = worker_.OnThreadFree()) {
      Execution execution;
      Begin(execution, *started);
      lock.unlock();
      deferred.Settle();
      Execute(execution);
      lock.lock();
      Finish(execution, deferred);
      continue;
    }
    if (!deferred.empty()) {
      lock.unlock();
      deferred.Settle();
      lock.lock();
      continue;
    }
    if (stopping_) break;
    if (TrimIdleMemory(lock)) continue;
    ++idle_threads_;
    work_.wait(lock);
    --idle_threads_;
  }
  --live_threads_;
  stopped_.notify_all();
}

// Whether the lock was let go of meanwhile.
bool LocalEngine::Core::TrimIdleMemory(std::unique_lock<std::mutex>& lock) {
  if (!scheduler_.idle() || !executing_.empty() || IdleBufferBytes() <= kIdleBytesKept) return false;
  lock.unlock();
  TrimBufferPool(kIdleBytesKept);
  lock.lock();
  return true;
}

void LocalEngine::Core::Begin(Execution& execution, const StartedRun& started) {
  execution.started = started;
  execution.run = runs_.at(started.task.plan);
  executing_.push_back(&execution);
  most_urgent_ready_.store(worker_.most_urgent_ready(), std::memory_order_relaxed);
  if (idle_threads_ > 0 && worker_.num_ready() > 0) work_.notify_one();
}

void LocalEngine::Core::Finish(Execution& execution, Deferred& deferred) {
  std::erase(executing_, &execution);
  RunState& run = *execution.run;
  const TaskId& id = execution.started.task;
  worker_.OnMemoryUsed(BufferPool()->bytes_allocated(), worker_outbox_);
  bool wanted;
  if (execution.status.ok()) {
    wanted = worker_.OnRunDone(execution.started.run, execution.num_bytes, worker_outbox_);
    if (wanted) store_.PutResult(id, std::move(execution.pieces), execution.num_bytes);
  } else {
    wanted = worker_.OnRunFailed(execution.started.run, worker_outbox_);
    if (wanted) run.failure = execution.status;
  }
  if (wanted) {
    for (auto& evidence : execution.evidence) run.evidence.push_back({id.layer, id.task, std::move(evidence)});
  }
  Settle(deferred);
  if (!execution.pieces.empty()) deferred.pieces.push_back(std::move(execution.pieces));
  // This may be the last reference to the plan.
  deferred.runs.push_back(std::move(execution.run));
}

void LocalEngine::Core::YieldTo(Priority mine) {
  Deferred deferred;
  std::unique_lock lock(mutex_);
  while (idle_threads_ == 0) {
    const auto started = worker_.OnYield(mine);
    if (!started) break;
    Execution execution;
    Begin(execution, *started);
    lock.unlock();
    deferred.Settle();
    Execute(execution);
    lock.lock();
    Finish(execution, deferred);
  }
  lock.unlock();
  deferred.Settle();
}

// Carries out actions until the machines want nothing more.
void LocalEngine::Core::Settle(Deferred& deferred) {
  // By index: carrying out an action may add actions to the other outbox only.
  while (!worker_outbox_.empty() || !scheduler_outbox_.empty()) {
    for (size_t i = 0; i < worker_outbox_.size(); ++i) CarryOut(worker_outbox_[i], deferred);
    worker_outbox_.clear();
    for (size_t i = 0; i < scheduler_outbox_.size(); ++i) CarryOut(scheduler_outbox_[i], deferred);
    scheduler_outbox_.clear();
  }
  most_urgent_ready_.store(worker_.most_urgent_ready(), std::memory_order_relaxed);
}

void LocalEngine::Core::CarryOut(const WorkerAction& action, Deferred& deferred) {
  switch (action.kind) {
    case WorkerAction::Kind::kReportDone:
      scheduler_.OnTaskDone(action.task, action.run, worker_id_, action.num_bytes, scheduler_outbox_);
      break;
    case WorkerAction::Kind::kReportFailed:
      scheduler_.OnTaskFailed(action.task, action.run, worker_id_, scheduler_outbox_);
      break;
    case WorkerAction::Kind::kStopRun:
      for (Execution* execution : executing_) {
        if (execution->started.run == action.run) execution->cancelled.store(true, std::memory_order_relaxed);
      }
      break;
    case WorkerAction::Kind::kDropPieces: deferred.pieces.push_back(store_.TakeResult(action.task)); break;
    case WorkerAction::Kind::kReportPaused: scheduler_.OnWorkerPaused(worker_id_); break;
    case WorkerAction::Kind::kReportResumed: scheduler_.OnWorkerResumed(worker_id_, scheduler_outbox_); break;
    case WorkerAction::Kind::kFetch:
    case WorkerAction::Kind::kReportInputMissing:
      // All pieces are here.
      CASK_CHECK(false);
  }
}

void LocalEngine::Core::CarryOut(const SchedulerAction& action, Deferred& deferred) {
  switch (action.kind) {
    case SchedulerAction::Kind::kAssign:
      worker_.OnAssign({action.task, action.run, action.priority, action.estimated_bytes, {}}, worker_outbox_);
      break;
    case SchedulerAction::Kind::kCancelRun: worker_.OnCancelRun(action.task, action.run, worker_outbox_); break;
    case SchedulerAction::Kind::kFreePieces: worker_.OnFreePieces(action.task, action.run, worker_outbox_); break;
    case SchedulerAction::Kind::kPlanFinished: EndRun(action.task.plan, Status::OK(), deferred); break;
    case SchedulerAction::Kind::kPlanFailed: EndRun(action.task.plan, runs_.at(action.task.plan)->failure, deferred); break;
    case SchedulerAction::Kind::kPlanCancelled:
      EndRun(action.task.plan, stopping_ ? EngineStopped() : CancelledError("the run was cancelled"), deferred);
      break;
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
  Deferred deferred;
  {
    std::lock_guard lock(mutex_);
    run->id = scheduler_.OnSubmit(shape, {run->options.priority, run->options.retries}, scheduler_outbox_);
    runs_.emplace(run->id, run);
    if (stopping_) scheduler_.OnCancel(run->id, scheduler_outbox_);
    Settle(deferred);
    if (worker_.num_ready() > 0) work_.notify_one();
  }
  deferred.Settle();
}

void LocalEngine::Core::Cancel(RunState& run) {
  if (!is_own_process()) return;
  Deferred deferred;
  {
    std::lock_guard lock(mutex_);
    scheduler_.OnCancel(run.id, scheduler_outbox_);
    Settle(deferred);
    if (worker_.num_ready() > 0) work_.notify_one();
  }
  deferred.Settle();
}

void LocalEngine::Core::Release(RunState& run) {
  if (!is_own_process()) return;
  Deferred deferred;
  {
    std::lock_guard lock(mutex_);
    if (!runs_.contains(run.id)) return;
    scheduler_.OnCancel(run.id, scheduler_outbox_);
    Settle(deferred);
    scheduler_.OnRelease(run.id, scheduler_outbox_);
    Settle(deferred);
    runs_.erase(run.id);
    if (worker_.num_ready() > 0) work_.notify_one();
  }
  deferred.Settle();
}

Status LocalEngine::Core::Wait(RunState& run, const std::function<Status()>& check_interrupt) {
  if (!is_own_process()) return ForkedProcess();
  std::unique_lock lock(mutex_);
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
  std::unique_lock lock(mutex_);
  return run.end.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return run.ended; });
}

bool LocalEngine::Core::HasEnded(RunState& run) {
  if (!is_own_process()) return false;
  std::lock_guard lock(mutex_);
  return run.ended;
}

std::vector<LayerProgress> LocalEngine::Core::Progress(RunState& run) {
  if (!is_own_process()) return {};
  std::lock_guard lock(mutex_);
  return run.ended ? run.progress_at_end : CountLayers(run);
}

Result<std::vector<TaskPieces>> LocalEngine::Core::TakeOutputs(RunState& run) {
  if (!is_own_process()) return ForkedProcess();
  {
    std::lock_guard lock(mutex_);
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
      pieces.push_back(store_.GetResult({run.id, output.layer, task}, output.output));
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
    std::lock_guard lock(mutex_);
    evidence = std::exchange(run.evidence, {});
  }
  std::stable_sort(evidence.begin(), evidence.end(),
                   [](const auto& a, const auto& b) { return std::pair(a.layer, a.task) < std::pair(b.layer, b.task); });
  return evidence;
}

std::vector<std::shared_ptr<Run>> LocalEngine::Core::ActiveRuns() {
  std::vector<std::shared_ptr<Run>> active;
  if (!is_own_process()) return active;
  std::lock_guard lock(mutex_);
  for (const auto& [id, run] : runs_) {
    if (run->ended) continue;
    if (auto handle = run->handle.lock()) active.push_back(std::move(handle));
  }
  return active;
}

bool LocalEngine::Core::Shutdown(double seconds) {
  if (!is_own_process()) return true;
  Deferred deferred;
  std::unique_lock lock(mutex_);
  stopping_ = true;
  for (const auto& [id, run] : runs_) scheduler_.OnCancel(id, scheduler_outbox_);
  Settle(deferred);
  work_.notify_all();
  lock.unlock();
  deferred.Settle();
  lock.lock();
  // Longer waits than this overflow the clock.
  const auto limit = std::chrono::duration<double>(std::min(seconds, 1e8));
  const bool all_stopped = stopped_.wait_for(lock, limit, [&] { return live_threads_ == 0; });
  std::vector<std::thread> threads = std::exchange(threads_, {});
  lock.unlock();
  for (std::thread& thread : threads) {
    if (all_stopped) {
      thread.join();
    } else {
      thread.detach();
    }
  }
  return all_stopped;
}

}  // namespace cask
