// SchedulerServer: the scheduler's state machine among its workers and clients: turns their messages into its events, and what it wants done into
// messages to them.
//
// On one thread, that of the connections. It reads no clock but the one it is given, and nothing but what it is told.
#pragma once

#include <functional>
#include <map>
#include <memory>
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
};

class SchedulerServer {
 public:
  /// `on_shut_down` is called when a client asks for the cluster's end.
  SchedulerServer(Clock& clock, SchedulerServerOptions options, std::function<void()> on_shut_down)
      : clock_(clock), options_(options), on_shut_down_(std::move(on_shut_down)) {}

  /// For Transport::Listen.
  ConnectionEvents OnAccept(std::shared_ptr<Connection> connection);
  /// To be called several times a second.
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
    bool is_suspect = false;
    bool is_pressed = false;       // it has said that it takes no more
    std::set<PlanId> programs;     // that it was told
    std::set<WorkerId> addresses;  // likewise
  };
  struct ClientSession {
    std::shared_ptr<Connection> link;
    std::map<RequestId, PlanId> plans;
    std::set<CollectionId> collections;  // that its plans have read
  };
  struct PlanRecord {
    int64_t client;  // its key in clients_
    RequestId request;
    std::string name;
    PlanShape shape;
    Blob program;
    Status failure;  // of the task that failed last
    std::vector<EvidenceNews> evidence;
    int64_t num_news = 0;  // what the client was told last, in tasks done
  };
  class Session;

  // Events of sessions.
  Result<WorkerId> Join(std::shared_ptr<Connection> link, WorkerGreeting greeting);
  void OnWorkerClosed(WorkerId id, const Status& why);
  Status OnWorkerMessage(WorkerId id, ToScheduler message);
  int64_t Welcome(std::shared_ptr<Connection> link);
  void OnClientClosed(int64_t client);
  Status OnClientMessage(int64_t client, FromClient message);

  Status On(int64_t client, Submission submission);
  Status On(int64_t client, const CancelPlan& cancel);
  Status On(int64_t client, const ReleasePlan& release);
  Status On(int64_t client, const AskWorkers& ask);
  Status On(int64_t client, const ShutDown&);
  Status On(int64_t client, const ReleaseCollection& release);
  Status On(WorkerId worker, TaskDone done);
  Status On(WorkerId worker, TaskFailed failed);
  Status On(WorkerId worker, const InputMissing& missing);
  Status On(WorkerId worker, const Pressure& pressure);
  Status On(WorkerId worker, const Heartbeat& heartbeat);

  void UpdatePause(WorkerId id);
  void Release(PlanId plan);
  void Drop(CollectionId collection);
  void KeepEvidence(const TaskId& task, Blob evidence);

  // What the machine wants done.
  void CarryOut();
  void CarryOut(const SchedulerAction& action);
  void Tell(WorkerId id, const ToWorker& message);
  void Assign(const SchedulerAction& action);
  void EndPlan(PlanId id, const Status& status);
  void AddHolders(PlanId id, const PlanRecord& plan, PlanEnded* ended) const;
  std::vector<LayerNews> CountLayers(PlanId id) const;
  void ReportProgress();

  Clock& clock_;
  const SchedulerServerOptions options_;
  const std::function<void()> on_shut_down_;
  Scheduler scheduler_;
  SchedulerOutbox outbox_;
  std::map<WorkerId, WorkerSession> workers_;
  std::map<int64_t, ClientSession> clients_;
  std::map<PlanId, PlanRecord> plans_;
  int64_t next_client_ = 0;
};

}  // namespace cask
