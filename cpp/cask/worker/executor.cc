#include "cask/worker/executor.h"

#include <arrow/memory_pool.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "cask/base/pool.h"
#include "cask/base/threads.h"

namespace cask {
namespace {

// The worker goes slower beyond a quarter more than the store holds before it spills: the difference is for what tasks work with.
int64_t WorkerMemoryLimit(int64_t store_limit) { return store_limit / 4 * 5; }

// Freed buffers that are kept when there is nothing to do.
constexpr int64_t kIdleBytesKept = int64_t{64} << 20;

}  // namespace

void Deferred::Settle() {
  // Emptied before anything runs: a callback may let go of a plan, which has a list of its own.
  const auto to_call = std::exchange(callbacks, {});
  pieces.clear();
  plans.clear();
  for (const auto& callback : to_call) callback();
}

Executor::Executor(ExecutorOptions options, Employer& employer)
    : num_threads_(options.num_threads > 0 ? options.num_threads : AvailableCores()),
      employer_(employer),
      store_(std::move(options.store)),
      worker_({.threads = num_threads_, .memory_limit_bytes = WorkerMemoryLimit(store_.memory_limit_bytes())}) {}

void Executor::StartThreads(const std::shared_ptr<const void>& keep_alive) {
  std::lock_guard lock(mutex_);
  live_threads_ = num_threads_;
  for (int i = 0; i < num_threads_; ++i) {
    threads_.push_back(StartThread(fmt::format("cask-{}", i), [this, keep_alive] { RunThread(); }));
  }
}

bool Executor::StopThreads(double seconds) {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  work_.notify_all();
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

void Executor::RunThread() {
  Deferred deferred;
  std::unique_lock lock(mutex_);
  while (true) {
    if (const auto started = worker_.OnThreadFree()) {
      RunOne(*started, lock, deferred);
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

void Executor::RunOne(const StartedRun& started, std::unique_lock<std::mutex>& lock, Deferred& deferred) {
  Execution execution;
  Begin(execution, started);
  lock.unlock();
  deferred.Settle();
  Execute(execution);
  lock.lock();
  Finish(execution, deferred);
}

// Whether the lock was let go of meanwhile.
bool Executor::TrimIdleMemory(std::unique_lock<std::mutex>& lock) {
  if (!employer_.is_idle() || !executing_.empty() || IdleBufferBytes() <= kIdleBytesKept) return false;
  lock.unlock();
  TrimBufferPool(kIdleBytesKept);
  lock.lock();
  return true;
}

void Executor::Begin(Execution& execution, const StartedRun& started) {
  execution.started = started;
  execution.plan = employer_.FindPlan(started.task.plan);
  executing_.push_back(&execution);
  most_urgent_ready_.store(worker_.most_urgent_ready(), std::memory_order_relaxed);
  if (idle_threads_ > 0 && worker_.num_ready() > 0) work_.notify_one();
}

void Executor::Finish(Execution& execution, Deferred& deferred) {
  std::erase(executing_, &execution);
  worker_.OnMemoryUsed(BufferPool()->bytes_allocated(), outbox_);
  if (execution.outcome.status.ok()) {
    const bool wanted = worker_.OnRunDone(execution.started.run, execution.num_bytes, outbox_);
    if (wanted) store_.PutResult(execution.started.task, std::move(execution.pieces), execution.num_bytes);
  } else {
    worker_.OnRunFailed(execution.started.run, outbox_);
  }
  Settle(&execution.outcome, deferred);
  if (!execution.pieces.empty()) deferred.pieces.push_back(std::move(execution.pieces));
  // This may be the last reference to the plan.
  deferred.plans.push_back(std::move(execution.plan));
}

void Executor::YieldTo(Priority mine) {
  Deferred deferred;
  std::unique_lock lock(mutex_);
  while (idle_threads_ == 0) {
    const auto started = worker_.OnYield(mine);
    if (!started) break;
    RunOne(*started, lock, deferred);
  }
  lock.unlock();
  deferred.Settle();
}

void Executor::Settle(TaskOutcome* ended, Deferred& deferred) {
  do {
    // By index: what takes an action may add others.
    for (size_t i = 0; i < outbox_.size(); ++i) CarryOut(outbox_[i], ended, deferred);
    outbox_.clear();
    employer_.OnSettled(deferred);
  } while (!outbox_.empty());
  most_urgent_ready_.store(worker_.most_urgent_ready(), std::memory_order_relaxed);
}

void Executor::CarryOut(const WorkerAction& action, TaskOutcome* ended, Deferred& deferred) {
  switch (action.kind) {
    case WorkerAction::Kind::kStopRun:
      for (Execution* execution : executing_) {
        if (execution->started.run == action.run) execution->cancelled.store(true, std::memory_order_relaxed);
      }
      break;
    case WorkerAction::Kind::kDropPieces: deferred.pieces.push_back(store_.TakeResult(action.task)); break;
    default: employer_.Take(WorkerAction(action), ended, deferred);  // a copy: it may add to the outbox
  }
}

}  // namespace cask
