// What the machine wants done, and what follows from time passing.

#include "cask/cluster/scheduler_server.h"

#include <unordered_set>
#include <utility>

#include "cask/base/log.h"

namespace cask {
namespace {

constexpr double kReportSeconds = 0.1;      // between two reports of progress
constexpr size_t kEvidenceBytes = 1 << 20;  // that one message of it is filled up to

}  // namespace

bool SchedulerServer::is_recovering() const { return clock_.MonotonicNanoseconds() - started_ < Nanoseconds(options_.recovery_seconds); }

void SchedulerServer::OnTick() {
  const int64_t now = clock_.MonotonicNanoseconds();
  if (was_recovering_ && !is_recovering()) {
    was_recovering_ = false;
    for (const auto& [id, worker] : workers_) UpdatePause(id);
  }
  LookAtWorkers(now);
  LookAtAbsentClients(now);
  LookAtOrphans(now);
  CarryOut();
  if (now - last_report_ < Nanoseconds(kReportSeconds)) return;
  last_report_ = now;
  ReportProgress();
}

void SchedulerServer::CarryOut() {
  // By index: none of them adds to it, but a plan that ends may be answered at once in a simulation.
  for (size_t i = 0; i < outbox_.size(); ++i) CarryOut(SchedulerAction(outbox_[i]));
  outbox_.clear();
}

void SchedulerServer::CarryOut(const SchedulerAction& action) {
  const PlanId plan = action.task.plan;
  switch (action.kind) {
    case SchedulerAction::Kind::kAssign: return Assign(action);
    case SchedulerAction::Kind::kCancelRun: return Tell(action.worker, CancelRun{{action.task, action.run}});
    case SchedulerAction::Kind::kFreePieces: return Tell(action.worker, FreePieces{{action.task, action.run}});
    case SchedulerAction::Kind::kPlanFinished: return EndPlan(plan, Status::OK());
    case SchedulerAction::Kind::kPlanFailed: {
      const Status& failure = plans_.at(plan).failure;
      return EndPlan(plan, failure.ok() ? OSError("a task was lost with its workers too often; does it end them?") : failure);
    }
    case SchedulerAction::Kind::kPlanCancelled: return EndPlan(plan, CancelledError("the run was cancelled"));
    case SchedulerAction::Kind::kPlanForgotten: return Forget(plan);
    case SchedulerAction::Kind::kTaskFinished: {
      const bool is_news = done_ && done_->task == action.task && done_->run == action.run;
      return EndTask(action.task, Status::OK(), is_news ? std::exchange(done_->value, std::nullopt) : std::nullopt);
    }
    case SchedulerAction::Kind::kTaskErred: {
      const Status failure = FailureOf(action.cause);
      plans_.at(plan).failures.insert_or_assign(action.task, failure);
      return EndTask(action.task, failure, std::nullopt);
    }
  }
}

void SchedulerServer::Tell(WorkerId id, const ToWorker& message) {
  const auto worker = workers_.find(id);
  if (worker != workers_.end()) Send(*worker->second.link, message);  // else it is lost, and with it what it was to do
}

void SchedulerServer::Assign(const SchedulerAction& action) {
  WorkerSession& worker = workers_.at(action.worker);
  const PlanRecord& plan = plans_.at(action.task.plan);
  if (worker.programs.insert(action.task.plan).second) {
    Send(*worker.link, ToWorker(PlanProgram{action.task.plan, plan.program, plan.shape.imports}));
  }
  Assignment assignment{action.task, action.run, action.priority, action.estimated_bytes, {}};
  std::unordered_set<TaskId> seen;
  for (const LayerInput& input : plan.shape.layers[action.task.layer].inputs) {
    input.pattern->ForEachInput(action.task.task, [&](int64_t task) {
      const TaskId id = scheduler_.OriginOf({action.task.plan, input.layer, task});
      const WorkerId holder = scheduler_.WorkerOf(id);
      // None holds it where the plan has ended by now; then the run's cancellation follows.
      if (holder == action.worker || holder == kNoWorker || !seen.insert(id).second) return;
      if (worker.addresses.insert(holder).second) Send(*worker.link, ToWorker(WorkerAddress{holder, workers_.at(holder).greeting.address}));
      assignment.remote_inputs.push_back({id, holder});
    });
  }
  Send(*worker.link, ToWorker(std::move(assignment)));
}

std::vector<LayerNews> SchedulerServer::CountLayers(PlanId id) const {
  std::vector<LayerNews> layers;
  for (int i = 0; i < scheduler_.num_layers(id); ++i) {
    const LayerCounts counts = scheduler_.CountsOf(id, i);
    layers.push_back({counts.total, counts.done, counts.in_memory, counts.processing});
  }
  return layers;
}

void SchedulerServer::EndPlan(PlanId id, const Status& status) {
  PlanRecord& plan = plans_.at(id);
  const auto client = clients_.find(plan.client);
  if (client == clients_.end()) return;
  TellEvidence(plan);
  PlanEnded ended{plan.request, id, status, CountLayers(id), {}, {}};
  if (status.ok()) AddHolders(id, plan, &ended);
  if (!std::exchange(plan.has_ended, true)) LogInfo("'{}' has ended: {}", plan.name, status.ok() ? "OK" : status.message());
  plan.end_status = status;
  Tell(client->second, std::move(ended));
}

Status SchedulerServer::FailureOf(const TaskId& cause) const {
  const auto plan = plans_.find(cause.plan);
  if (plan == plans_.end()) return KeyError("the result of a function that this one needs is not there any more: its future was cancelled or released");
  const auto failure = plan->second.failures.find(cause);
  if (failure != plan->second.failures.end()) return failure->second;
  return ProcessLostError("the workers that ran it were lost too often; does it end them?");
}

void SchedulerServer::EndTask(const TaskId& task, const Status& status, std::optional<Blob> value) {
  PlanRecord& plan = plans_.at(task.plan);
  const auto client = clients_.find(plan.client);
  if (client == clients_.end() || plan.is_released) return;
  TaskEnded ended{plan.request, task, status, kNoWorker, std::move(value)};
  if (status.ok()) {
    ended.holder = scheduler_.WorkerOf(task);
    if (client->second.addresses.insert(ended.holder).second) {
      Tell(client->second, WorkerAddress{ended.holder, workers_.at(ended.holder).greeting.address});
    }
  }
  Tell(client->second, std::move(ended));
}

// All that have ended.
void SchedulerServer::TellTasks(PlanId id) {
  const PlanRecord& plan = plans_.at(id);
  for (int32_t layer = 0; layer < static_cast<int32_t>(plan.shape.layers.size()); ++layer) {
    if (!plan.shape.layers[layer].is_output) continue;
    for (int64_t i = 0; i < plan.shape.layers[layer].num_tasks; ++i) {
      const TaskId task{id, layer, i};
      const TaskState state = scheduler_.StateOf(task);
      if (state == TaskState::kMemory) EndTask(task, Status::OK(), std::nullopt);
      if (state == TaskState::kErred) EndTask(task, FailureOf(task), std::nullopt);
    }
  }
}

void SchedulerServer::AddHolders(PlanId id, const PlanRecord& plan, PlanEnded* ended) const {
  std::set<WorkerId> known;
  for (int32_t i = 0; i < static_cast<int32_t>(plan.shape.layers.size()); ++i) {
    const PlanShape::Layer& layer = plan.shape.layers[i];
    if (!layer.is_output) continue;
    OutputHolders& output = ended->outputs.emplace_back(OutputHolders{i, {}});
    for (int64_t task = 0; task < layer.num_tasks; ++task) {
      const WorkerId holder = scheduler_.WorkerOf({id, i, task});
      output.holders.push_back(holder);
      if (known.insert(holder).second) ended->addresses.push_back({holder, workers_.at(holder).greeting.address});
    }
  }
}

void SchedulerServer::ReportProgress() {
  for (auto& [id, plan] : plans_) {
    const auto client = clients_.find(plan.client);
    if (client == clients_.end() || plan.is_independent || scheduler_.StatusOf(id) != PlanStatus::kRunning) continue;
    TellEvidence(plan);
    PlanProgress progress{plan.request, CountLayers(id)};
    int64_t news = 0;
    for (const LayerNews& layer : progress.layers) news += layer.done + layer.processing;
    if (std::exchange(plan.num_news, news) != news) Tell(client->second, std::move(progress));
  }
}

void SchedulerServer::TellEvidence(PlanRecord& plan) {
  const auto client = clients_.find(plan.client);
  if (client == clients_.end() || client->second.link == nullptr) return;
  while (plan.num_told < plan.evidence.size()) {
    PlanEvidence news{plan.request, {}};
    for (size_t bytes = 0; bytes < kEvidenceBytes && plan.num_told < plan.evidence.size(); ++plan.num_told) {
      news.evidence.push_back(plan.evidence[plan.num_told]);
      bytes += sizeof(EvidenceOfTask) + news.evidence.back().evidence.bytes.size();
    }
    Tell(client->second, std::move(news));
  }
}

}  // namespace cask
