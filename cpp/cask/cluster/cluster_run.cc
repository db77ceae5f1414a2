#include "cask/cluster/cluster_run.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "cask/cluster/program.h"
#include "cask/compute/evidence_codec.h"

namespace cask {
namespace {

constexpr auto kInterruptCheckInterval = std::chrono::milliseconds(50);
constexpr double kRetrySeconds = 1;
// How long a worker that the scheduler takes for alive may be out of this client's reach.
constexpr int kMaxRetries = 60;

}  // namespace

ClusterRun::ClusterRun(std::shared_ptr<ClusterClient> client, Submission submission, const Plan& plan, std::vector<Projection> computed,
                       SubmitOptions options)
    : client_(std::move(client)), computed_(std::move(computed)), options_(std::move(options)), submission_(std::move(submission)) {
  for (const Layer& layer : plan.layers) progress_.push_back({layer.name, layer.num_tasks, 0, 0, 0});
  for (const PlanOutput& output : plan.outputs) {
    const int64_t num_tasks = plan.layers[output.layer].num_tasks;
    outputs_.push_back({output.layer, output.output, TaskPieces(static_cast<size_t>(num_tasks))});
    num_missing_ += num_tasks;
  }
}

ClusterRun::~ClusterRun() { client_->Forget(submission_.request); }

Status ClusterRun::Wait(const std::function<Status()>& check_interrupt) {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    if (!check_interrupt) {
      end_.wait(lock);
      continue;
    }
    if (end_.wait_for(lock, kInterruptCheckInterval) == std::cv_status::no_timeout) continue;
    lock.unlock();
    const Status interrupt = check_interrupt();
    if (!interrupt.ok()) {
      Cancel();
      return interrupt;
    }
    lock.lock();
  }
  return status_;
}

bool ClusterRun::WaitFor(double seconds) {
  std::unique_lock lock(mutex_);
  return end_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return ended_; });
}

bool ClusterRun::done() const {
  std::lock_guard lock(mutex_);
  return ended_;
}

void ClusterRun::Cancel() { client_->Tell(CancelPlan{submission_.request}); }

std::vector<LayerProgress> ClusterRun::Progress() const {
  std::lock_guard lock(mutex_);
  return progress_;
}

Result<std::vector<TaskPieces>> ClusterRun::TakeOutputs() {
  std::lock_guard lock(mutex_);
  if (!ended_) return InternalError("the run has not ended yet");
  ARROW_RETURN_NOT_OK(status_);
  if (std::exchange(outputs_taken_, true)) return InternalError("the outputs of the run were taken before");
  std::vector<TaskPieces> outputs;
  for (Output& output : outputs_) outputs.push_back(std::move(output.pieces));
  return outputs;
}

std::vector<TaskEvidence> ClusterRun::TakeEvidence() {
  std::lock_guard lock(mutex_);
  std::vector<TaskEvidence> evidence = std::exchange(evidence_, {});
  std::stable_sort(evidence.begin(), evidence.end(),
                   [](const auto& a, const auto& b) { return std::pair(a.layer, a.task) < std::pair(b.layer, b.task); });
  return evidence;
}

Submission ClusterRun::submission() const {
  std::lock_guard lock(mutex_);
  return submission_;
}

void ClusterRun::OnAccepted(PlanId plan) {
  std::lock_guard lock(mutex_);
  submission_.plan = plan;
}

void ClusterRun::SetProgress(const std::vector<LayerNews>& layers) {
  for (size_t i = 0; i < std::min(layers.size(), progress_.size()); ++i) {
    progress_[i].total = layers[i].total;
    progress_[i].done = layers[i].done;
    progress_[i].in_memory = layers[i].in_memory;
    progress_[i].processing = layers[i].processing;
  }
}

void ClusterRun::OnProgress(const std::vector<LayerNews>& layers) {
  std::lock_guard lock(mutex_);
  if (!ended_) SetProgress(layers);
}

std::function<void()> ClusterRun::End(Status status) {
  if (std::exchange(ended_, true)) return [] {};
  status_ = std::move(status);
  end_.notify_all();
  if (!options_.on_finish) return [] {};
  return [self = shared_from_this(), status = status_] { self->options_.on_finish(status); };
}

void ClusterRun::OnLost(const Status& status) {
  std::function<void()> then;
  {
    std::lock_guard lock(mutex_);
    then = End(status);
  }
  then();
}

void ClusterRun::OnEvidence(const std::vector<EvidenceOfTask>& evidence) {
  for (const EvidenceOfTask& news : evidence) {
    auto list = DecodeEvidenceList(news.evidence.bytes);
    if (!list.ok()) return OnLost(list.status());
    std::lock_guard lock(mutex_);
    for (auto& item : *list) evidence_.push_back({news.task.layer, news.task.task, std::move(item)});
  }
}

void ClusterRun::OnEnded(const PlanEnded& ended) {
  MarkWidenedCalls(ended.status, computed_);
  std::unique_lock lock(mutex_);
  if (ended_) return;
  SetProgress(ended.layers);
  std::map<WorkerId, std::string> addresses;
  for (const WorkerAddress& holder : ended.addresses) addresses.emplace(holder.worker, holder.address);
  std::vector<Wanted> wanted;
  for (size_t i = 0; i < outputs_.size() && ended.status.ok(); ++i) {
    const auto holders = std::find_if(ended.outputs.begin(), ended.outputs.end(), [&](const OutputHolders& one) { return one.layer == outputs_[i].layer; });
    for (size_t task = 0; task < outputs_[i].pieces.size(); ++task) {
      if (outputs_[i].pieces[task] != nullptr) continue;
      const bool is_told = holders != ended.outputs.end() && task < holders->holders.size();
      const auto address = is_told ? addresses.find(holders->holders[task]) : addresses.end();
      wanted.push_back({i, static_cast<int64_t>(task), address == addresses.end() ? "" : address->second});
    }
  }
  const int64_t ending = ++ending_;
  std::function<void()> then = [] {};
  if (!ended.status.ok() || wanted.empty()) then = End(ended.status);
  lock.unlock();
  then();
  for (const Wanted& one : wanted) Fetch(ended.plan, one, ending, 0);
}

void ClusterRun::Fetch(PlanId plan, const Wanted& wanted, int64_t ending, int tries) {
  const TaskId task{plan, outputs_[wanted.output].layer, wanted.task};
  const std::weak_ptr<ClusterRun> weak = weak_from_this();
  client_->fetcher_.Fetch(wanted.address, task, outputs_[wanted.output].output, [=](Result<std::shared_ptr<const Piece>> piece) {
    const auto self = weak.lock();
    if (self == nullptr) return;
    if (piece.ok()) return self->OnFetched(wanted, std::move(*piece));
    self->OnNotFetched(plan, wanted, ending, tries, piece.status());
  });
}

void ClusterRun::OnFetched(const Wanted& wanted, std::shared_ptr<const Piece> piece) {
  std::function<void()> then;
  {
    std::lock_guard lock(mutex_);
    auto& place = outputs_[wanted.output].pieces[static_cast<size_t>(wanted.task)];
    if (ended_ || place != nullptr) return;
    place = std::move(piece);
    if (--num_missing_ > 0) return;
    then = End(Status::OK());
  }
  client_->Tell(ReleasePlan{submission_.request});
  then();
}

void ClusterRun::OnNotFetched(PlanId plan, const Wanted& wanted, int64_t ending, int tries, const Status& status) {
  std::function<void()> then = [] {};
  {
    std::lock_guard lock(mutex_);
    // Once the scheduler has found the worker lost, it has the result computed anew, and says so.
    if (ended_ || ending != ending_) return;
    // Out of reach, or lost and not found so yet.
    const bool may_pass = KindOf(status) == ErrorKind::kOS || KindOf(status) == ErrorKind::kKey;
    if (may_pass && tries < kMaxRetries) {
      const std::weak_ptr<ClusterRun> weak = weak_from_this();
      client_->transport_->PostAfter(kRetrySeconds, [=] {
        const auto self = weak.lock();
        if (self != nullptr && self->IsPresent(ending)) self->Fetch(plan, wanted, ending, tries + 1);
      });
    } else {
      then = End(WithNote(status, "while getting a result from the worker that holds it"));
    }
  }
  then();
}

bool ClusterRun::IsPresent(int64_t ending) const {
  std::lock_guard lock(mutex_);
  return !ended_ && ending == ending_;
}

}  // namespace cask
