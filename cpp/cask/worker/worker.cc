#include "cask/worker/worker.h"

#include <algorithm>

#include "cask/base/check.h"

namespace cask {

using Kind = WorkerAction::Kind;

void Worker::MakeReady(RunId run, RunState& state) {
  state.state = State::kReady;
  ++num_ready_;
  ready_.push({state.priority, run});
}

void Worker::OnAssign(Assignment assignment, WorkerOutbox& outbox) {
  const RunId run = assignment.run;
  const auto [it, is_new] = runs_.try_emplace(run);
  CASK_CHECK(is_new);
  RunState& state = it->second;
  state.task = assignment.task;
  state.priority = assignment.priority;
  state.estimated_bytes = assignment.estimated_bytes;
  state.state = State::kWaiting;
  for (const RemoteInput& input : assignment.remote_inputs) {
    if (held_.Contains(input.task)) continue;
    state.remote_inputs.push_back(input.task);
    const auto [copy, first] = copies_.try_emplace(input.task);
    copy->second.users.push_back(run);
    if (!copy->second.arrived) ++state.fetches_missing;
    if (first) outbox.push_back({.kind = Kind::kFetch, .task = input.task, .holder = input.holder});
  }
  if (state.fetches_missing == 0) MakeReady(run, state);
}

// Takes a run out of the table, and with it the fetched copies that only it used.
void Worker::EndRun(Runs::iterator it, WorkerOutbox& outbox) {
  RunState& state = it->second;
  if (state.state == State::kReady) --num_ready_;
  if (state.state == State::kExecuting || state.state == State::kCancelled) {
    --num_executing_;
    num_nested_ -= state.nested ? 1 : 0;
    reserved_bytes_ -= state.estimated_bytes;
  }
  for (const TaskId& input : state.remote_inputs) {
    const auto copy = copies_.find(input);
    if (copy == copies_.end()) continue;
    std::erase(copy->second.users, it->first);
    if (!copy->second.users.empty()) continue;
    // A copy in flight is dropped when it arrives: then nobody knows it.
    if (copy->second.arrived && !held_.Contains(input)) outbox.push_back({.kind = Kind::kDropPieces, .task = input});
    copies_.erase(copy);
  }
  runs_.erase(it);
}

void Worker::OnCancelRun(const TaskId& task, RunId run, WorkerOutbox& outbox) {
  const auto it = runs_.find(run);
  if (it == runs_.end()) return OnFreePieces(task, run, outbox);
  RunState& state = it->second;
  if (state.state == State::kCancelled) return;
  if (state.state == State::kExecuting) {
    state.state = State::kCancelled;
    outbox.push_back({.kind = Kind::kStopRun, .task = state.task, .run = run});
    return;
  }
  EndRun(it, outbox);
  UpdatePressure(outbox);
}

void Worker::OnFreePieces(const TaskId& task, RunId run, WorkerOutbox& outbox) {
  const Held* held = held_.Find(task);
  // A later run may have given the pieces anew.
  if (held == nullptr || held->run != run) return;
  held_.Take(task);
  outbox.push_back({.kind = Kind::kDropPieces, .task = task});
}

void Worker::OnSchedulerLost(WorkerOutbox& outbox) {
  std::vector<RunId> runs;
  for (const auto& [run, state] : runs_) runs.push_back(run);
  std::sort(runs.begin(), runs.end());  // so that the same events give the same actions
  for (const RunId run : runs) OnCancelRun(runs_.at(run).task, run, outbox);
  paused_ = false;
}

std::vector<HeldResult> Worker::Holdings() const {
  std::vector<HeldResult> results;
  held_.ForEach([&](const TaskId& task, const Held& held) { results.push_back({task, held.run, held.num_bytes}); });
  return results;
}

void Worker::DropStaleEntries() {
  while (!ready_.empty()) {
    const auto it = runs_.find(ready_.top().run);
    if (it != runs_.end() && it->second.state == State::kReady) return;
    ready_.pop();
  }
}

int Worker::most_urgent_ready() {
  DropStaleEntries();
  return ready_.empty() ? -1 : static_cast<int>(ready_.top().priority);
}

std::optional<StartedRun> Worker::Start(bool nested) {
  DropStaleEntries();
  if (ready_.empty()) return std::nullopt;
  const RunId run = ready_.top().run;
  RunState& state = runs_.at(run);
  const bool fits = state.estimated_bytes <= options_.memory_limit_bytes - used_bytes_ - reserved_bytes_;
  if (!fits && num_executing_ > 0) return std::nullopt;
  ready_.pop();
  --num_ready_;
  ++num_executing_;
  num_nested_ += nested ? 1 : 0;
  reserved_bytes_ += state.estimated_bytes;
  state.state = State::kExecuting;
  state.nested = nested;
  return StartedRun{state.task, run, state.priority};
}

std::optional<StartedRun> Worker::OnThreadFree() {
  CASK_CHECK_LT(num_executing_ - num_nested_, options_.threads);
  return Start(/*nested=*/false);
}

std::optional<StartedRun> Worker::OnYield(Priority than) {
  if (most_urgent_ready() <= static_cast<int>(than)) return std::nullopt;
  return Start(/*nested=*/true);
}

bool Worker::OnRunDone(RunId run, int64_t num_bytes, WorkerOutbox& outbox) {
  const auto it = runs_.find(run);
  CASK_CHECK(it != runs_.end());
  const TaskId task = it->second.task;
  const bool wanted = it->second.state == State::kExecuting;
  EndRun(it, outbox);
  if (wanted) {
    held_.At(task) = {run, num_bytes};
    outbox.push_back({.kind = Kind::kReportDone, .task = task, .run = run, .num_bytes = num_bytes});
  }
  UpdatePressure(outbox);
  return wanted;
}

bool Worker::OnRunFailed(RunId run, WorkerOutbox& outbox) {
  const auto it = runs_.find(run);
  CASK_CHECK(it != runs_.end());
  const TaskId task = it->second.task;
  const bool wanted = it->second.state == State::kExecuting;
  EndRun(it, outbox);
  if (wanted) outbox.push_back({.kind = Kind::kReportFailed, .task = task, .run = run});
  UpdatePressure(outbox);
  return wanted;
}

void Worker::OnFetched(const TaskId& task, WorkerOutbox& outbox) {
  const auto it = copies_.find(task);
  if (it == copies_.end() || it->second.arrived) {
    // Nobody waits for it any more. A copy that is here already stays.
    if (it == copies_.end() && !held_.Contains(task)) outbox.push_back({.kind = Kind::kDropPieces, .task = task});
    return;
  }
  it->second.arrived = true;
  for (RunId user : it->second.users) {
    RunState& state = runs_.at(user);
    CASK_CHECK_GT(state.fetches_missing, 0);
    if (--state.fetches_missing == 0) MakeReady(user, state);
  }
}

void Worker::OnFetchFailed(const TaskId& task, WorkerOutbox& outbox) {
  const auto it = copies_.find(task);
  if (it == copies_.end() || it->second.arrived) return;
  const std::vector<RunId> users = std::move(it->second.users);
  copies_.erase(it);
  for (RunId user : users) {
    const auto run = runs_.find(user);
    CASK_CHECK(run != runs_.end());
    outbox.push_back({.kind = Kind::kReportInputMissing, .task = run->second.task, .run = user});
    EndRun(run, outbox);
  }
}

void Worker::OnMemoryUsed(int64_t bytes, WorkerOutbox& outbox) {
  used_bytes_ = bytes;
  UpdatePressure(outbox);
}

// Paused while too much is used; but a worker that has nothing left to do takes work all the same, as it would wait for ever where
// what uses the memory is not its own.
void Worker::UpdatePressure(WorkerOutbox& outbox) {
  const bool pause = used_bytes_ > options_.memory_limit_bytes && !runs_.empty();
  if (pause == paused_) return;
  paused_ = pause;
  outbox.push_back({.kind = pause ? Kind::kReportPaused : Kind::kReportResumed});
}

void Worker::Validate() const {
  int ready = 0, executing = 0, nested = 0;
  int64_t reserved = 0;
  for (const auto& [run, state] : runs_) {
    ready += state.state == State::kReady ? 1 : 0;
    CASK_CHECK_EQ(state.state == State::kWaiting, state.fetches_missing > 0);
    if (state.state == State::kExecuting || state.state == State::kCancelled) {
      ++executing;
      nested += state.nested ? 1 : 0;
      reserved += state.estimated_bytes;
    }
    int in_flight = 0;
    for (const TaskId& input : state.remote_inputs) {
      const auto copy = copies_.find(input);
      CASK_CHECK(copy != copies_.end());
      CASK_CHECK_EQ(std::count(copy->second.users.begin(), copy->second.users.end(), run), 1);
      in_flight += copy->second.arrived ? 0 : 1;
    }
    CASK_CHECK_EQ(state.fetches_missing, in_flight);
  }
  for (const auto& [task, copy] : copies_) {
    CASK_CHECK(!copy.users.empty());
    for (RunId user : copy.users) CASK_CHECK(runs_.contains(user));
  }
  CASK_CHECK_EQ(num_ready_, ready);
  CASK_CHECK_EQ(num_executing_, executing);
  CASK_CHECK_EQ(num_nested_, nested);
  CASK_CHECK_EQ(reserved_bytes_, reserved);
  CASK_CHECK_LE(num_executing_ - num_nested_, options_.threads);
}

}  // namespace cask
