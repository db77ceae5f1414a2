// What the scheduler hears of its workers.

#include <algorithm>
#include <utility>

#include "cask/base/log.h"
#include "cask/cluster/scheduler_server.h"
#include "cask/scheduler/shape_codec.h"

namespace cask {
namespace {

// What a worker is to have at hand, so that it need not wait for news to travel: that many tasks a thread, or, of short tasks, that much time's worth.
constexpr int kTasksAtHand = 2;
constexpr double kSecondsAtHand = 0.005;
constexpr int kMaxSlots = 1024;

}  // namespace

Result<WorkerId> SchedulerServer::Join(std::shared_ptr<Connection> link, WorkerGreeting greeting) {
  if (greeting.protocol != kProtocolVersion) {
    return ValueError("the scheduler speaks version {} of Cask's protocol, the worker version {}: use one version of Cask", kProtocolVersion,
                      greeting.protocol);
  }
  if (greeting.threads < 1 || greeting.threads > 4096) return ValueError("a worker cannot have {} threads", greeting.threads);
  ARROW_RETURN_NOT_OK(ParseAddress(greeting.address));
  // Paused until it has told what it holds.
  const WorkerId id = scheduler_.OnWorkerJoined(greeting.threads, kTasksAtHand * greeting.threads, outbox_, /*is_paused=*/true);
  LogInfo("worker {} ('{}', {} threads) joined from {}", Number(id), greeting.name, greeting.threads, greeting.address);
  SendGreeting(*link, cask::Welcome{.worker = id});
  workers_.emplace(id, WorkerSession{.link = std::move(link), .greeting = std::move(greeting), .heartbeat = {}, .last_heard = clock_.MonotonicNanoseconds()});
  CarryOut();
  return id;
}

void SchedulerServer::OnWorkerClosed(WorkerId id, const Status& why) {
  if (workers_.erase(id) == 0) return;
  for (auto& [plan, orphan] : orphans_) std::erase_if(orphan.results, [&](const HeldTask& held) { return held.worker == id; });
  if (why.ok()) {
    LogInfo("worker {} has left", Number(id));
  } else {
    LogWarning("worker {} is lost: {}", Number(id), why.message());
  }
  scheduler_.OnWorkerLost(id, outbox_);
  CarryOut();
}

Status SchedulerServer::OnWorkerMessage(WorkerId id, ToScheduler message) {
  const auto found = workers_.find(id);
  if (found == workers_.end()) return CancelledError("the worker was taken for dead");
  found->second.last_heard = clock_.MonotonicNanoseconds();
  if (std::exchange(found->second.is_suspect, false)) UpdatePause(id);
  ARROW_RETURN_NOT_OK(std::visit([&](auto& content) { return On(id, std::move(content)); }, message));
  CarryOut();
  return Status::OK();
}

Status SchedulerServer::On(WorkerId worker, TaskDone done) {
  if (done.num_bytes < 0) return ValueError("a result has {} bytes", done.num_bytes);
  ++workers_.at(worker).num_done;
  KeepEvidence(done.task, std::move(done.evidence));
  done_ = std::move(done);
  scheduler_.OnTaskDone(done_->task, done_->run, worker, done_->num_bytes, outbox_);
  CarryOut();
  done_.reset();
  return Status::OK();
}

Status SchedulerServer::On(WorkerId worker, TaskFailed failed) {
  if (failed.error.ok()) return ValueError("a task failed without an error");
  if (const auto plan = plans_.find(failed.task.plan); plan != plans_.end()) {
    plan->second.failure = failed.error;
    if (plan->second.is_independent) plan->second.failures.insert_or_assign(failed.task, failed.error);
    LogWarning("a task of '{}' failed at worker {}: {}", plan->second.name, Number(worker), failed.error.message());
  }
  KeepEvidence(failed.task, std::move(failed.evidence));
  scheduler_.OnTaskFailed(failed.task, failed.run, worker, outbox_);
  return Status::OK();
}

Status SchedulerServer::On(WorkerId worker, const InputMissing& missing) {
  if (const auto plan = plans_.find(missing.task.plan); plan != plans_.end()) {
    plan->second.failure = OSError("worker {} could not get the results that a task needs from the workers that hold them", Number(worker));
    if (plan->second.is_independent) plan->second.failures.insert_or_assign(missing.task, plan->second.failure);
  }
  scheduler_.OnInputMissing(missing.task, missing.run, worker, outbox_);
  return Status::OK();
}

Status SchedulerServer::On(WorkerId worker, const Pressure& pressure) {
  workers_.at(worker).is_pressed = pressure.is_paused;
  UpdatePause(worker);
  return Status::OK();
}

Status SchedulerServer::On(WorkerId worker, const Heartbeat& heartbeat) {
  workers_.at(worker).heartbeat = heartbeat;
  return Status::OK();
}

Status SchedulerServer::On(WorkerId worker, Holdings holdings) {
  WorkerSession& session = workers_.at(worker);
  if (session.is_settled) return ValueError("the worker told twice what it holds");
  const int64_t now = clock_.MonotonicNanoseconds();
  for (const HeldResult& result : holdings.results) {
    const HeldTask held{result.task, result.run, worker, result.num_bytes};
    if (plans_.contains(held.task.plan)) {
      scheduler_.OnTaskHeld(held, outbox_);
    } else {
      orphans_.try_emplace(held.task.plan, Orphan{.since = now}).first->second.results.push_back(held);
    }
  }
  for (EvidenceOfTask& held : holdings.evidence) {
    const PlanId plan = held.task.plan;
    if (plans_.contains(plan)) {
      KeepEvidence(held.task, std::move(held.evidence));
    } else {
      orphans_.try_emplace(plan, Orphan{.since = now}).first->second.evidence.push_back(std::move(held));
    }
  }
  for (const HeldPartitions& held : holdings.partitions) {
    const auto wants = [&](const auto& client) { return client.second.collections.contains(held.collection); };
    if (std::none_of(clients_.begin(), clients_.end(), wants)) orphaned_collections_.emplace(held.collection, now);
    for (const int64_t partition : held.partitions) {
      if (partition < 0 || partition >= kMaxPlanTasks) return ValueError("the worker holds partition {}, which there is not", partition);
      scheduler_.OnPartitionHeld(held.collection, partition, worker);
    }
  }
  session.is_settled = holdings.is_last;
  if (session.is_settled) UpdatePause(worker);
  return Status::OK();
}

void SchedulerServer::UpdatePause(WorkerId id) {
  const WorkerSession& worker = workers_.at(id);
  if (worker.is_pressed || worker.is_suspect || !worker.is_settled || is_recovering()) {
    scheduler_.OnWorkerPaused(id);
  } else {
    scheduler_.OnWorkerResumed(id, outbox_);
  }
}

void SchedulerServer::LookAtWorkers(int64_t now) {
  std::vector<WorkerId> dead;
  for (auto& [id, worker] : workers_) {
    AdjustSlots(id, worker, now);
    const int64_t silence = now - worker.last_heard;
    if (silence > Nanoseconds(options_.death_seconds)) dead.push_back(id);
    if (silence < Nanoseconds(options_.suspect_seconds) || worker.is_suspect) continue;
    LogWarning("worker {} has been silent for {:.1f} s: it gets nothing new until it speaks", Number(id), static_cast<double>(silence) / 1e9);
    worker.is_suspect = true;
    UpdatePause(id);
  }
  for (const WorkerId id : dead) {
    workers_.at(id).link->Close();
    OnWorkerClosed(id, OSError("it was silent for {} s", options_.death_seconds));
  }
}

// Grows at once and shrinks by halves, since what is slow now may be a pause.
void SchedulerServer::AdjustSlots(WorkerId id, WorkerSession& worker, int64_t now) {
  const double seconds = static_cast<double>(now - std::exchange(worker.last_look, now)) / 1e9;
  const double rate = seconds > 0 ? static_cast<double>(std::exchange(worker.num_done, 0)) / seconds : 0;
  const int least = kTasksAtHand * worker.greeting.threads;
  const int wanted = std::clamp(static_cast<int>(std::min(rate * kSecondsAtHand, double{kMaxSlots})), least, std::max(least, kMaxSlots));
  const int slots = std::max(wanted, worker.slots / 2);
  if (std::exchange(worker.slots, slots) != slots) scheduler_.OnSlotsChanged(id, std::max(slots, least), outbox_);
}

void SchedulerServer::DismissWorkers() {
  for (const auto& [id, worker] : workers_) Send(*worker.link, ToWorker(Dismissal{}));
}

}  // namespace cask
