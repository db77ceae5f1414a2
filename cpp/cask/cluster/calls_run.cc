#include "cask/cluster/calls_run.h"

#include <arrow/buffer.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "cask/data/value_piece.h"

namespace cask {
namespace {

constexpr double kRetrySeconds = 0.2;
// How often a worker is asked that the scheduler takes for alive.
constexpr int kMaxTries = 300;

auto Seconds(double seconds) { return std::chrono::duration<double>(std::min(seconds, 1e8)); }

// Lets go of holds one after another: each may be the last of a call that holds others in turn, as long a chain as there are calls.
void LetGo(TaskHolds holds) {
  thread_local TaskHolds* waiting = nullptr;
  if (waiting != nullptr) {
    waiting->insert(waiting->end(), std::make_move_iterator(holds.begin()), std::make_move_iterator(holds.end()));
    return;
  }
  waiting = &holds;
  while (!holds.empty()) {
    const auto last = std::move(holds.back());
    holds.pop_back();
  }
  waiting = nullptr;
}

}  // namespace

TaskHold::~TaskHold() { run->Release(task); }

CallsRun::CallsRun(std::shared_ptr<ClusterClient> client, Submission submission, int32_t layer, int64_t num_calls, TaskHolds inputs)
    : client_(std::move(client)),
      layer_(layer),
      submission_(std::move(submission)),
      calls_(static_cast<size_t>(num_calls)),
      num_held_(num_calls),
      num_pending_(num_calls),
      inputs_(std::move(inputs)) {}

CallsRun::~CallsRun() {
  client_->Forget(submission_.request);
  LetGo(std::move(inputs_));
}

CallState CallsRun::StateOf(int64_t task) const {
  std::lock_guard lock(mutex_);
  return calls_[static_cast<size_t>(task)].state;
}

Status CallsRun::ErrorOf(int64_t task) const {
  std::lock_guard lock(mutex_);
  return calls_[static_cast<size_t>(task)].status;
}

bool CallsRun::WaitFor(int64_t task, double seconds) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, Seconds(seconds), [&] { return calls_[static_cast<size_t>(task)].state != CallState::kPending; });
}

void CallsRun::Prefetch(int64_t task) {
  std::unique_lock lock(mutex_);
  Call& call = calls_[static_cast<size_t>(task)];
  call.is_wanted = true;
  FetchIfWanted(task, call, lock);
}

Result<std::shared_ptr<arrow::Buffer>> CallsRun::ValueOf(int64_t task, double seconds) {
  Prefetch(task);
  std::unique_lock lock(mutex_);
  Call& call = calls_[static_cast<size_t>(task)];
  std::shared_ptr<arrow::Buffer> value;
  const auto is_there = [&] {
    value = call.value != nullptr ? call.value : call.taken.lock();
    return value != nullptr || !call.status.ok();
  };
  if (!changed_.wait_for(lock, Seconds(seconds), is_there)) return nullptr;
  if (value == nullptr) return call.status;
  call.is_wanted = false;
  // What is short stays here; what is long, only for as long as somebody uses it.
  if (value->size() > kMaxValueBytes) {
    call.taken = value;
    call.value = nullptr;
  }
  return value;
}

void CallsRun::Watch(int64_t task) {
  {
    std::lock_guard lock(mutex_);
    Call& call = calls_[static_cast<size_t>(task)];
    call.is_watched = call.state == CallState::kPending;
    if (call.is_watched) return;
  }
  client_->AddEnded({{submission_.request, task}});
}

void CallsRun::Retry(int64_t task) {
  std::unique_lock lock(mutex_);
  Call& call = calls_[static_cast<size_t>(task)];
  if (call.state != CallState::kErred || call.is_released) return;
  call.state = CallState::kPending;
  call.status = Status::OK();
  const RetryTask retry{submission_.request, task};
  lock.unlock();
  client_->Tell(retry);
}

void CallsRun::Release(int64_t task) {
  {
    std::lock_guard lock(mutex_);
    Call& call = calls_[static_cast<size_t>(task)];
    if (std::exchange(call.is_released, true)) return;
    call.value = nullptr;
    // The whole is let go of with the last.
    if (--num_held_ == 0) return;
  }
  client_->Tell(ReleaseTasks{submission_.request, {task}});
}

std::vector<FromClient> CallsRun::Messages() const {
  std::lock_guard lock(mutex_);
  std::vector<FromClient> messages{submission_};
  ReleaseTasks released{submission_.request, {}};
  for (size_t i = 0; i < calls_.size(); ++i) {
    // What has failed stays so: nobody has asked for another try.
    if (calls_[i].is_released || calls_[i].state == CallState::kErred) released.tasks.push_back(static_cast<int64_t>(i));
  }
  if (!released.tasks.empty()) messages.push_back(std::move(released));
  return messages;
}

bool CallsRun::is_wanted() const {
  std::lock_guard lock(mutex_);
  return num_held_ > 0;
}

void CallsRun::OnAccepted(PlanId plan) {
  std::lock_guard lock(mutex_);
  submission_.plan = plan;
}

// With the mutex. What the calls need is needed no more once all of them have ended: `done` is to be let go of without it.
void CallsRun::EndFirst(Call& call, TaskHolds* done) {
  if (call.endings++ == 0 && --num_pending_ == 0) *done = std::exchange(inputs_, {});
}

void CallsRun::OnEnded(TaskEnded ended, const std::string& address) {
  TaskHolds done;
  bool is_watched;
  {
    std::unique_lock lock(mutex_);
    if (ended.task.task < 0 || ended.task.task >= static_cast<int64_t>(calls_.size())) return;
    Call& call = calls_[static_cast<size_t>(ended.task.task)];
    EndFirst(call, &done);
    call.state = ended.status.ok() ? CallState::kFinished : CallState::kErred;
    call.status = std::move(ended.status);
    call.holder = address;
    if (ended.value && !call.is_released) call.value = arrow::Buffer::FromString(std::move(ended.value->bytes));
    call.is_fetching = false;
    is_watched = std::exchange(call.is_watched, false);
    FetchIfWanted(ended.task.task, call, lock);
    changed_.notify_all();
  }
  if (is_watched) client_->AddEnded({{submission_.request, ended.task.task}});
  LetGo(std::move(done));
}

void CallsRun::OnLost(const Status& status) {
  TaskHolds done;
  std::vector<EndedCall> watched;
  {
    std::lock_guard lock(mutex_);
    for (size_t i = 0; i < calls_.size(); ++i) {
      Call& call = calls_[i];
      if (std::exchange(call.is_watched, false)) watched.push_back({submission_.request, static_cast<int64_t>(i)});
      if (call.state == CallState::kErred || call.value != nullptr) continue;
      call.status = status;
      if (call.state == CallState::kPending) call.state = CallState::kErred;
    }
    done = std::exchange(inputs_, {});
    changed_.notify_all();
  }
  client_->AddEnded(watched);
  LetGo(std::move(done));
}

void CallsRun::FetchIfWanted(int64_t task, Call& call, std::unique_lock<std::mutex>& lock) {
  const bool is_missing = call.value == nullptr && call.taken.expired();
  if (!call.is_wanted || call.is_fetching || call.state != CallState::kFinished || !call.status.ok() || !is_missing) return;
  call.is_fetching = true;
  const TaskId id{*submission_.plan, layer_, task};
  const std::string address = call.holder;
  const int32_t ending = call.endings;
  lock.unlock();
  Fetch(id, address, ending, 0);
  lock.lock();
}

void CallsRun::Fetch(const TaskId& id, const std::string& address, int32_t ending, int tries) {
  client_->fetcher_.Fetch(address, id, 0, [weak = weak_from_this(), id, ending, tries](Result<std::shared_ptr<const Piece>> piece) {
    if (const auto self = weak.lock()) self->OnFetched(id, ending, tries, std::move(piece));
  });
}

void CallsRun::OnFetched(const TaskId& id, int32_t ending, int tries, Result<std::shared_ptr<const Piece>> piece) {
  const auto* value = piece.ok() ? dynamic_cast<const ValuePiece*>(piece->get()) : nullptr;
  std::lock_guard lock(mutex_);
  Call& call = calls_[static_cast<size_t>(id.task)];
  // The scheduler has said meanwhile that it lies elsewhere.
  if (call.endings != ending || !call.is_fetching) return;
  const bool may_pass = KindOf(piece.status()) == ErrorKind::kOS || KindOf(piece.status()) == ErrorKind::kKey;
  if (!piece.ok() && may_pass && tries < kMaxTries) {
    // Out of reach, or lost and not found so yet: then the scheduler has it computed anew.
    client_->transport_->PostAfter(kRetrySeconds, [weak = weak_from_this(), id, address = call.holder, ending, tries] {
      if (const auto self = weak.lock()) self->Fetch(id, address, ending, tries + 1);
    });
    return;
  }
  call.is_fetching = false;
  if (value != nullptr) {
    call.value = value->bytes;
  } else {
    call.status = piece.ok() ? InternalError("a worker gave something else than the value of a call") : piece.status();
  }
  changed_.notify_all();
}

}  // namespace cask
