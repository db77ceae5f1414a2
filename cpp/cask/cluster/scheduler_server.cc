#include "cask/cluster/scheduler_server.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "cask/base/check.h"
#include "cask/base/log.h"
#include "cask/scheduler/shape_codec.h"

namespace cask {
namespace {

// What a worker is to have at hand, so that it need not wait for news to travel: that many tasks a thread, or, of short tasks, that much time's worth.
constexpr int kTasksAtHand = 2;
constexpr double kSecondsAtHand = 0.005;
constexpr int kMaxSlots = 1024;

constexpr double kReportSeconds = 0.1;  // between two reports of progress

constexpr size_t kEvidenceBytes = 1 << 20;  // that one message of it is filled up to

int64_t Nanoseconds(double seconds) { return static_cast<int64_t>(seconds * 1e9); }

}  // namespace

// -- Workers.

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
  scheduler_.OnTaskDone(done.task, done.run, worker, done.num_bytes, outbox_);
  return Status::OK();
}

Status SchedulerServer::On(WorkerId worker, TaskFailed failed) {
  if (failed.error.ok()) return ValueError("a task failed without an error");
  if (const auto plan = plans_.find(failed.task.plan); plan != plans_.end()) {
    plan->second.failure = failed.error;
    LogWarning("a task of '{}' failed at worker {}: {}", plan->second.name, Number(worker), failed.error.message());
  }
  KeepEvidence(failed.task, std::move(failed.evidence));
  scheduler_.OnTaskFailed(failed.task, failed.run, worker, outbox_);
  return Status::OK();
}

Status SchedulerServer::On(WorkerId worker, const InputMissing& missing) {
  if (const auto plan = plans_.find(missing.task.plan); plan != plans_.end()) {
    plan->second.failure = OSError("worker {} could not get the results that a task needs from the workers that hold them", Number(worker));
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
  for (HeldEvidence& held : holdings.evidence) {
    const PlanId plan = held.task.plan;
    if (plans_.contains(plan)) {
      KeepEvidence(held.task, std::move(held.evidence));
    } else {
      orphans_.try_emplace(plan, Orphan{.since = now}).first->second.evidence.push_back({held.task.layer, held.task.task, std::move(held.evidence)});
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

bool SchedulerServer::is_recovering() const { return clock_.MonotonicNanoseconds() - started_ < Nanoseconds(options_.recovery_seconds); }

void SchedulerServer::UpdatePause(WorkerId id) {
  const WorkerSession& worker = workers_.at(id);
  if (worker.is_pressed || worker.is_suspect || !worker.is_settled || is_recovering()) {
    scheduler_.OnWorkerPaused(id);
  } else {
    scheduler_.OnWorkerResumed(id, outbox_);
  }
}

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

void SchedulerServer::LookAtAbsentClients(int64_t now) {
  std::vector<SessionId> gone;
  for (const auto& [id, client] : clients_) {
    if (client.link == nullptr && now - client.last_seen > Nanoseconds(options_.grace_seconds)) gone.push_back(id);
  }
  for (const SessionId id : gone) EndSession(id);
}

void SchedulerServer::LookAtOrphans(int64_t now) {
  for (auto it = orphans_.begin(); it != orphans_.end();) {
    if (now - it->second.since <= Nanoseconds(options_.grace_seconds)) {
      ++it;
      continue;
    }
    for (const HeldTask& held : it->second.results) Tell(held.worker, FreePieces{{held.task, held.run}});
    for (const auto& [id, worker] : workers_) Send(*worker.link, ToWorker(ForgetPlan{it->first}));
    it = orphans_.erase(it);
  }
  std::vector<CollectionId> dropped;
  for (const auto& [collection, since] : orphaned_collections_) {
    if (now - since > Nanoseconds(options_.grace_seconds)) dropped.push_back(collection);
  }
  for (const CollectionId collection : dropped) {
    orphaned_collections_.erase(collection);
    Drop(collection);
  }
}

void SchedulerServer::DismissWorkers() {
  for (const auto& [id, worker] : workers_) Send(*worker.link, ToWorker(Dismissal{}));
}

// -- Clients.

void SchedulerServer::Welcome(SessionId id, std::shared_ptr<Connection> link) {
  LogInfo("a client came from {}", link->peer_address());
  SendGreeting(*link, cask::Welcome{});
  clients_[id].link = std::move(link);
}

void SchedulerServer::OnClientClosed(SessionId id, const Connection* link) {
  const auto session = clients_.find(id);
  if (session == clients_.end() || session->second.link.get() != link) return;
  LogWarning("the client at {} is away; what it wants is kept for {} s", link->peer_address(), options_.grace_seconds);
  session->second.link = nullptr;
  session->second.last_seen = clock_.MonotonicNanoseconds();
}

void SchedulerServer::EndSession(SessionId id) {
  auto session = clients_.extract(id);
  if (session.empty()) return;
  for (const auto& [request, plan] : session.mapped().plans) Release(plan);
  for (const CollectionId collection : session.mapped().collections) Drop(collection);
  CarryOut();
}

void SchedulerServer::Tell(const ClientSession& client, const ToClient& message) {
  if (client.link != nullptr) Send(*client.link, message);  // else it asks when it comes again
}

Status SchedulerServer::OnClientMessage(SessionId client, FromClient message) {
  if (!clients_.contains(client)) return ValueError("the client goes on after its farewell");
  ARROW_RETURN_NOT_OK(std::visit([&](auto& content) { return On(client, std::move(content)); }, message));
  CarryOut();
  return Status::OK();
}

Status SchedulerServer::On(SessionId client, Submission submission) {
  ClientSession& session = clients_.at(client);
  if (const auto known = session.plans.find(submission.request); known != session.plans.end()) {
    PlanRecord& plan = plans_.at(known->second);
    plan.num_told = 0;
    Tell(session, PlanAccepted{submission.request, known->second});
    if (plan.has_ended && scheduler_.StatusOf(known->second) != PlanStatus::kRunning) EndPlan(known->second, plan.end_status);
    return Status::OK();
  }
  ARROW_ASSIGN_OR_RAISE(PlanShape shape, DecodeShape(submission.shape.bytes));
  for (const PlanShape::Layer& layer : shape.layers) {
    if (layer.affinity) Claim(session, layer.affinity->collection);
  }
  const PlanOptions options{submission.priority, submission.retries};
  std::vector<EvidenceNews> evidence;
  SchedulerOutbox actions;
  PlanId id;
  if (submission.plan && !plans_.contains(*submission.plan)) {
    id = *submission.plan;
    const std::vector<HeldTask> held = TakeOrphan(id, &evidence);
    scheduler_.OnSubmitAgain(id, shape, options, held, actions);
    LogInfo("'{}' goes on with {} results of before", submission.name, held.size());
  } else {
    id = scheduler_.OnSubmit(shape, options, actions);
  }
  session.plans.emplace(submission.request, id);
  plans_.emplace(id, PlanRecord{client, submission.request, std::move(submission.name), std::move(shape), std::move(submission.program), {},
                                std::move(evidence), {}});
  Tell(session, PlanAccepted{submission.request, id});
  outbox_.insert(outbox_.end(), actions.begin(), actions.end());
  return Status::OK();
}

void SchedulerServer::Claim(ClientSession& client, CollectionId collection) {
  client.collections.insert(collection);
  orphaned_collections_.erase(collection);
}

std::vector<HeldTask> SchedulerServer::TakeOrphan(PlanId plan, std::vector<EvidenceNews>* evidence) {
  auto orphan = orphans_.extract(plan);
  if (orphan.empty()) return {};
  *evidence = std::move(orphan.mapped().evidence);
  return std::move(orphan.mapped().results);
}

Status SchedulerServer::On(SessionId client, const LiveRequests& live) {
  ClientSession& session = clients_.at(client);
  const std::set<RequestId> wanted(live.requests.begin(), live.requests.end());
  std::vector<PlanId> unwanted;
  std::erase_if(session.plans, [&](const auto& plan) {
    if (wanted.contains(plan.first)) return false;
    unwanted.push_back(plan.second);
    return true;
  });
  for (const PlanId plan : unwanted) Release(plan);
  for (const CollectionId collection : live.collections) Claim(session, collection);
  return Status::OK();
}

Status SchedulerServer::On(SessionId client, const Farewell&) {
  LogInfo("the client at {} has gone", clients_.at(client).link->peer_address());
  EndSession(client);
  return Status::OK();
}

Status SchedulerServer::On(SessionId client, const CancelPlan& cancel) {
  const auto& plans = clients_.at(client).plans;
  if (const auto found = plans.find(cancel.request); found != plans.end()) scheduler_.OnCancel(found->second, outbox_);
  return Status::OK();
}

Status SchedulerServer::On(SessionId client, const ReleasePlan& release) {
  auto node = clients_.at(client).plans.extract(release.request);
  if (!node.empty()) Release(node.mapped());
  return Status::OK();
}

Status SchedulerServer::On(SessionId client, const AskWorkers& ask) {
  Workers answer{ask.request, {}};
  for (const auto& [id, worker] : workers_) {
    answer.workers.push_back({id, worker.greeting.name, worker.greeting.address, worker.greeting.threads, worker.greeting.memory_limit_bytes,
                              worker.heartbeat.memory_bytes, worker.heartbeat.store_bytes, worker.heartbeat.spilled_bytes});
  }
  Tell(clients_.at(client), std::move(answer));
  return Status::OK();
}

Status SchedulerServer::On(SessionId client, const ShutDown&) {
  LogInfo("a client ends the cluster");
  DismissWorkers();
  on_shut_down_();
  return Status::OK();
}

Status SchedulerServer::On(SessionId client, const ReleaseCollection& release) {
  if (clients_.at(client).collections.erase(release.collection) > 0) Drop(release.collection);
  return Status::OK();
}

void SchedulerServer::Drop(CollectionId collection) {
  scheduler_.OnDropCollection(collection, outbox_);
  for (const auto& [id, worker] : workers_) Send(*worker.link, ToWorker(DropCollection{collection}));
}

void SchedulerServer::KeepEvidence(const TaskId& task, Blob evidence) {
  const auto plan = plans_.find(task.plan);
  if (plan != plans_.end() && !evidence.bytes.empty()) plan->second.evidence.push_back({task.layer, task.task, std::move(evidence)});
}

void SchedulerServer::Release(PlanId id) {
  scheduler_.OnCancel(id, outbox_);
  CarryOut();
  scheduler_.OnRelease(id, outbox_);
  CarryOut();
  plans_.erase(id);
  for (auto& [worker_id, worker] : workers_) {
    if (worker.programs.erase(id) > 0) Send(*worker.link, ToWorker(ForgetPlan{id}));
  }
}

// -- What the machine wants done.

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
  }
}

void SchedulerServer::Tell(WorkerId id, const ToWorker& message) {
  const auto worker = workers_.find(id);
  if (worker != workers_.end()) Send(*worker->second.link, message);  // else it is lost, and with it what it was to do
}

void SchedulerServer::Assign(const SchedulerAction& action) {
  WorkerSession& worker = workers_.at(action.worker);
  const PlanRecord& plan = plans_.at(action.task.plan);
  if (worker.programs.insert(action.task.plan).second) Send(*worker.link, ToWorker(PlanProgram{action.task.plan, plan.program}));
  Assignment assignment{action.task, action.run, action.priority, action.estimated_bytes, {}};
  std::unordered_set<TaskId> seen;
  for (const LayerInput& input : plan.shape.layers[action.task.layer].inputs) {
    input.pattern->ForEachInput(action.task.task, [&](int64_t task) {
      const TaskId id{action.task.plan, input.layer, task};
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
    if (client == clients_.end() || scheduler_.StatusOf(id) != PlanStatus::kRunning) continue;
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
      bytes += sizeof(EvidenceNews) + news.evidence.back().evidence.bytes.size();
    }
    Tell(client->second, std::move(news));
  }
}

}  // namespace cask
