// WorkerServer: a worker of a cluster: an executor whose employer is the scheduler at the other end of a connection, and which gives its pieces to
// whoever may have them.
//
// Threads: the transport's, on which messages arrive; the executor's; and one for what takes too long for the first: making plans of programs, and
// bytes of pieces. What they share is guarded by the executor's mutex.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cask/base/serial_thread.h"
#include "cask/cluster/message_link.h"
#include "cask/cluster/piece_fetcher.h"
#include "cask/cluster/piece_holder.h"
#include "cask/cluster/program.h"
#include "cask/net/transport.h"
#include "cask/wire/worker_messages.h"
#include "cask/worker/executor.h"

namespace cask {

struct WorkerServerOptions {
  std::string name;                // for people
  std::string host = "127.0.0.1";  // where it listens, and what others are told
  ExecutorOptions executor;
};

class WorkerServer final : public Employer {
 public:
  WorkerServer(WorkerServerOptions options, std::unique_ptr<Transport> transport);
  ~WorkerServer() override;

  /// Joins the scheduler. `on_end` is called once, on the transport's thread, when the worker is dismissed (OK) or has lost its scheduler.
  Status Start(const std::string& scheduler_address, std::function<void(const Status&)> on_end);

  /// Whether a scheduler has welcomed it.
  bool has_joined() const { return is_welcome_.load(); }

  // -- Of the executor.
  std::shared_ptr<const RunnablePlan> FindPlan(PlanId id) override { return plans_.at(id).plan; }
  void Take(const WorkerAction& action, TaskOutcome* outcome, Deferred& deferred) override;
  void OnSettled(Deferred&) override {}
  bool is_idle() const override { return plans_.empty(); }

 private:
  // A plan of which tasks were assigned, or will be.
  struct KnownPlan {
    std::shared_ptr<const ProgramPlan> plan;  // null while it is being made, or where it cannot be made
    Status status;                             // why it cannot be made
    bool is_made = false;
    std::vector<Assignment> waiting;           // for it to be made
  };

  // On the transport's thread.
  void OnFrame(Frame frame);
  Status TakeFrame(Frame frame);
  void On(Assignment assignment);
  void On(const CancelRun& cancel);
  void On(const FreePieces& free);
  void On(PlanProgram program);
  void On(const ForgetPlan& forget);
  void On(const WorkerAddress& address);
  void On(const Dismissal& dismissal);
  void On(const DropCollection& drop);
  void Beat();
  void End(const Status& status);

  // With the executor's mutex.
  void Begin(const KnownPlan& plan, Assignment assignment);
  void Fetch(const TaskId& task, WorkerId holder);
  void Report(const ToScheduler& message) { Send(*scheduler_, message); }

  // On the aside thread.
  void OnMade(PlanId id, Result<std::shared_ptr<const ProgramPlan>> plan);
  void OnFetched(const TaskId& task, Result<TaskPieces> pieces);

  const WorkerServerOptions options_;
  std::unique_ptr<Transport> transport_;
  SerialThread aside_{"cask-aside"};
  Executor executor_;
  PersistedCaches caches_;
  PieceHolder holder_;
  PieceFetcher fetcher_;

  // On the transport's thread, but for sending.
  std::shared_ptr<Connection> scheduler_;
  MessageReader reader_;
  std::function<void(const Status&)> on_end_;
  std::atomic<bool> is_welcome_{false};

  // Guarded by the executor's mutex.
  std::map<PlanId, KnownPlan> plans_;
  std::map<WorkerId, std::string> addresses_;
};

}  // namespace cask
