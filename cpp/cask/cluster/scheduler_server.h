// SchedulerServer: the scheduler's state machine among its workers and clients: turns their messages into its events, and what it wants done into
// messages to them.
//
// It keeps nothing that others do not know: clients say again what they want, workers what they hold, when they come to a scheduler that has taken the
// place of one that is no more; and the plans go on.
//
// On one thread, that of the connections. It reads no clock but the one it is given, and nothing but what it is told.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cask/base/clock.h"
#include "cask/cluster/message_link.h"
#include "cask/scheduler/scheduler.h"
#include "cask/wire/client_messages.h"
#include "cask/wire/worker_messages.h"

namespace cask {

struct SchedulerServerOptions {
  double suspect_seconds = 1;   // a worker that is silent for so long gets nothing new
  double death_seconds = 30;    // for so long: it is taken for dead
  double grace_seconds = 30;    // that a client may be away, or a worker's results without a client that wants them
  double recovery_seconds = 0;  // after the start, when nothing is assigned: where an earlier scheduler's workers and clients may come
};

class SchedulerServer {
 public:
  /// `on_shut_down` is called when a client asks for the cluster's end.
  SchedulerServer(Clock& clock, SchedulerServerOptions options, std::function<void()> on_shut_down)
      : clock_(clock),
        options_(options),
        on_shut_down_(std::move(on_shut_down)),
        started_(clock.MonotonicNanoseconds()),
        scheduler_({.first_id = FirstId(clock)}) {}

  /// For Transport::Listen.
  ConnectionEvents OnAccept(std::shared_ptr<Connection> connection);
  /// To be called many times a second: what follows from time passing is done then.
  void OnTick();
  /// Tells the workers to end.
  void DismissWorkers();

  int num_workers() const { return static_cast<int>(workers_.size()); }

 private:
  struct WorkerSession {
    std::shared_ptr<Connection> link;
    WorkerGreeting greeting;
    Heartbeat heartbeat;
    int64_t last_heard = 0;  // by the clock
    int slots = 0;           // how many tasks it has at once
    int64_t num_done = 0;    // tasks, since the last look
    int64_t last_look = 0;   // by the clock
    bool is_suspect = false;
    bool is_pressed = false;       // it has said that it takes no more
    bool is_settled = false;       // it has told all that it holds
    std::set<PlanId> programs;     // that it was told
    std::set<WorkerId> addresses;  // likewise
  };
  struct ClientSession {
    std::shared_ptr<Connection> link;  // null while the client is away
    int64_t last_seen = 0;             // by the clock, if it is
    std::map<RequestId, PlanId> plans;
    std::set<CollectionId> collections;  // that its plans have read
    std::set<WorkerId> addresses;        // that it was told
  };
  struct PlanRecord {
    SessionId client;
    RequestId request;
    std::string name;
    PlanShape shape;
    Blob program;
    Status failure;  // of the task that failed last
    std::map<TaskId, Status> failures;  // of an independent plan: why its tasks have failed
    std::vector<EvidenceOfTask> evidence;
    size_t num_told = 0;   // of it, to the client
    bool is_independent = false;
    bool is_released = false;  // nobody wants it but plans that import from it
    Status end_status;     // how it ended last
    bool has_ended = false;
    int64_t num_news = 0;  // what the client was told last, in tasks done
  };
  // What workers hold of plans that no client has asked for yet, since this scheduler took the place of another.
  struct Orphan {
    std::vector<HeldTask> results;
    std::vector<EvidenceOfTask> evidence;
    int64_t since = 0;  // by the clock
  };
  class Session;

  /// Above all that a scheduler before this one has given: none starts within the same millisecond, or gives 2 million ids in one.
  static int64_t FirstId(Clock& clock) { return clock.UnixNanoseconds() / 1'000'000 << 21; }
  bool is_recovering() const;

  // scheduler_workers.cc
  Result<WorkerId> Join(std::shared_ptr<Connection> link, WorkerGreeting greeting);
  void OnWorkerClosed(WorkerId id, const Status& why);
  Status OnWorkerMessage(WorkerId id, ToScheduler message);
  Status On(WorkerId worker, TaskDone done);
  Status On(WorkerId worker, TaskFailed failed);
  Status On(WorkerId worker, const InputMissing& missing);
  Status On(WorkerId worker, const Pressure& pressure);
  Status On(WorkerId worker, const Heartbeat& heartbeat);
  Status On(WorkerId worker, Holdings holdings);
  void UpdatePause(WorkerId id);
  void LookAtWorkers(int64_t now);
  void AdjustSlots(WorkerId id, WorkerSession& worker, int64_t now);

  // scheduler_clients.cc
  void Welcome(SessionId client, std::shared_ptr<Connection> link);
  /// The connection that it came by is closed; it may have come by another one since.
  void OnClientClosed(SessionId client, const Connection* link);
  Status OnClientMessage(SessionId client, FromClient message);
  Status On(SessionId client, Submission submission);
  Status On(SessionId client, const CancelPlan& cancel);
  Status On(SessionId client, const ReleasePlan& release);
  Status On(SessionId client, const AskWorkers& ask);
  Status On(SessionId client, const ShutDown&);
  Status On(SessionId client, const ReleaseCollection& release);
  Status On(SessionId client, const LiveRequests& live);
  Status On(SessionId client, const Farewell&);
  Status On(SessionId client, const ReleaseTasks& release);
  Status On(SessionId client, const RetryTask& retry);
  void ResolveImports(const ClientSession& client, PlanShape* shape) const;
  void Tell(const ClientSession& client, const ToClient& message);
  void Claim(ClientSession& client, CollectionId collection);
  std::vector<HeldTask> TakeOrphan(PlanId plan, std::vector<EvidenceOfTask>* evidence);
  void KeepEvidence(const TaskId& task, Blob evidence);
  void Release(PlanId plan);
  void Forget(PlanId plan);
  void Drop(CollectionId collection);
  void EndSession(SessionId client);
  void LookAtAbsentClients(int64_t now);
  void LookAtOrphans(int64_t now);

  // scheduler_server.cc
  void CarryOut();
  void CarryOut(const SchedulerAction& action);
  void Tell(WorkerId id, const ToWorker& message);
  void Assign(const SchedulerAction& action);
  void EndPlan(PlanId id, const Status& status);
  Status FailureOf(const TaskId& cause) const;
  void EndTask(const TaskId& task, const Status& status, std::optional<Blob> value);
  void TellTasks(PlanId id);
  void AddHolders(PlanId id, const PlanRecord& plan, PlanEnded* ended) const;
  std::vector<LayerNews> CountLayers(PlanId id) const;
  void ReportProgress();
  void TellEvidence(PlanRecord& plan);

  Clock& clock_;
  const SchedulerServerOptions options_;
  const std::function<void()> on_shut_down_;
  const int64_t started_;
  Scheduler scheduler_;
  SchedulerOutbox outbox_;
  std::map<WorkerId, WorkerSession> workers_;
  std::map<SessionId, ClientSession> clients_;
  std::map<PlanId, PlanRecord> plans_;
  std::map<PlanId, Orphan> orphans_;
  std::optional<TaskDone> done_;  // what is being taken: its value goes along with the news
  std::map<CollectionId, int64_t> orphaned_collections_;  // since when workers hold them for nobody
  bool was_recovering_ = true;
  int64_t last_report_ = 0;  // by the clock
};

}  // namespace cask
