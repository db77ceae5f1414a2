// What the scheduler hears of its clients, and what it keeps for those that are away.

#include <utility>

#include "cask/base/log.h"
#include "cask/cluster/scheduler_server.h"
#include "cask/scheduler/shape_codec.h"

namespace cask {

void SchedulerServer::Welcome(SessionId id, std::shared_ptr<Connection> link) {
  LogInfo("a client came from {}", link->peer_address());
  SendGreeting(*link, cask::Welcome{});
  ClientSession& session = clients_[id];
  session.link = std::move(link);
  session.addresses.clear();
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
    if (plan.is_independent) TellTasks(known->second);
    if (plan.has_ended && scheduler_.StatusOf(known->second) != PlanStatus::kRunning) EndPlan(known->second, plan.end_status);
    return Status::OK();
  }
  ARROW_ASSIGN_OR_RAISE(PlanShape shape, DecodeShape(submission.shape.bytes));
  for (const PlanShape::Layer& layer : shape.layers) {
    if (layer.affinity) Claim(session, layer.affinity->collection);
  }
  ResolveImports(session, &shape);
  const PlanOptions options{submission.priority, submission.retries, submission.is_independent};
  std::vector<EvidenceOfTask> evidence;
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
  PlanRecord& record = plans_[id];
  record = {.client = client, .request = submission.request, .name = std::move(submission.name), .shape = std::move(shape),
            .program = std::move(submission.program), .evidence = std::move(evidence), .is_independent = submission.is_independent};
  Tell(session, PlanAccepted{submission.request, id});
  outbox_.insert(outbox_.end(), actions.begin(), actions.end());
  return Status::OK();
}

// A client names what it imports by its own requests. What it has released, or never asked for, is no plan at all, and the machine says so.
void SchedulerServer::ResolveImports(const ClientSession& client, PlanShape* shape) const {
  for (TaskId& import : shape->imports) {
    const auto origin = client.plans.find(RequestId{Number(import.plan)});
    import.plan = origin == client.plans.end() ? kNoPlan : origin->second;
  }
}

Status SchedulerServer::On(SessionId client, const ReleaseTasks& release) {
  const auto& plans = clients_.at(client).plans;
  const auto found = plans.find(release.request);
  if (found == plans.end()) return Status::OK();
  const auto layer = static_cast<int32_t>(plans_.at(found->second).shape.layers.size()) - 1;
  for (const int64_t task : release.tasks) scheduler_.OnReleaseTask({found->second, layer, task}, outbox_);
  return Status::OK();
}

Status SchedulerServer::On(SessionId client, const RetryTask& retry) {
  const auto& plans = clients_.at(client).plans;
  const auto found = plans.find(retry.request);
  if (found == plans.end()) return Status::OK();
  PlanRecord& plan = plans_.at(found->second);
  plan.failures.erase({found->second, static_cast<int32_t>(plan.shape.layers.size()) - 1, retry.task});
  scheduler_.OnRetryTask({found->second, static_cast<int32_t>(plan.shape.layers.size()) - 1, retry.task}, outbox_);
  return Status::OK();
}

void SchedulerServer::Claim(ClientSession& client, CollectionId collection) {
  client.collections.insert(collection);
  orphaned_collections_.erase(collection);
}

std::vector<HeldTask> SchedulerServer::TakeOrphan(PlanId plan, std::vector<EvidenceOfTask>* evidence) {
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
  if (plan != plans_.end() && !evidence.bytes.empty()) plan->second.evidence.push_back({task, std::move(evidence)});
}

void SchedulerServer::Release(PlanId id) {
  PlanRecord& plan = plans_.at(id);
  if (!plan.is_independent) {
    scheduler_.OnCancel(id, outbox_);
    CarryOut();
  }
  plan.is_released = true;
  scheduler_.OnRelease(id, outbox_);
  CarryOut();
  // Else other plans stand on it: kPlanForgotten.
  if (!scheduler_.Knows(id)) Forget(id);
}

// No plan stands on it any more.
void SchedulerServer::Forget(PlanId id) {
  plans_.erase(id);
  for (auto& [worker_id, worker] : workers_) {
    if (worker.programs.erase(id) > 0) Send(*worker.link, ToWorker(ForgetPlan{id}));
  }
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

}  // namespace cask
