// WorkerServer: a worker of a cluster: an executor whose employer is the scheduler at the other end of a connection, and which gives its pieces to
// whoever may have them.
//
// A worker outlives its scheduler: what it holds is told to the next one at the same address, which goes on from there.
//
// Threads: the transport's, on which messages arrive; the executor's; and one for what takes too long for the first: making plans of programs, and
// bytes of pieces. What they share is guarded by the executor's mutex.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
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

  /// Listens, and starts threads.
  Status Start();
  /// Joins the scheduler. `on_end` is called once, on the transport's thread: when the worker is dismissed (OK), has lost its scheduler, or could not
  /// reach it. After that it may join again.
  void Join(const HostAndPort& scheduler, std::function<void(const Status&)> on_end);
  /// Ends the connection with the scheduler, which then knows that the worker has gone; on_end is called.
  void Leave();
  /// Calls `work` on the transport's thread, unless the worker ends before.
  void PostAfter(double seconds, std::function<void()> work) { transport_->PostAfter(seconds, std::move(work)); }
  /// Whether a scheduler has welcomed it.
  bool has_joined() const { return has_joined_.load(); }
  /// What it holds now.
  StoreCounts held() { return executor_.store().counts(); }
  /// Tasks that have ended here.
  int64_t num_ended() const { return num_ended_.load(); }

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

  // The connection with a scheduler, from its greeting on; on the transport's thread.
  struct Link {
    std::shared_ptr<Connection> connection;
    std::function<void(const Status&)> on_end;
    MessageReader reader;
    bool is_welcome = false;
  };

  // On the transport's thread.
  void OnFrame(const std::shared_ptr<Link>& link, Frame frame);
  Status TakeFrame(Link& link, Frame frame);
  void TellHoldings();
  void On(Assignment assignment);
  void On(const CancelRun& cancel);
  void On(const FreePieces& free);
  void On(PlanProgram program);
  void On(const ForgetPlan& forget);
  void On(const WorkerAddress& address);
  void On(const Dismissal& dismissal);
  void On(const DropCollection& drop);
  void Beat(const std::shared_ptr<Link>& link);
  void End(const std::shared_ptr<Link>& link, const Status& status);

  // With the executor's mutex.
  void Begin(const KnownPlan& plan, Assignment assignment);
  void Fetch(const TaskId& task, WorkerId holder);
  /// What a call gave, where it may go with the news.
  std::optional<Blob> ShortValueOf(const WorkerAction& done) const;
  /// Nothing happens where there is no scheduler: the next one is told what is held.
  void Report(const ToScheduler& message);

  // On the aside thread.
  void OnMade(PlanId id, Result<std::shared_ptr<const ProgramPlan>> plan);
  void OnFetched(const TaskId& task, TaskPieces pieces);
  // From any thread.
  void OnNotFetched(const TaskId& task, const Status& why);

  const WorkerServerOptions options_;
  std::unique_ptr<Transport> transport_;
  SerialThread aside_{"cask-aside"};
  Executor executor_;
  PersistedCaches caches_;
  PieceHolder holder_;
  PieceFetcher fetcher_;

  // On the transport's thread.
  std::shared_ptr<Link> link_;
  int port_ = 0;
  std::atomic<bool> has_joined_{false};
  std::atomic<int64_t> num_ended_{0};

  // Guarded by the executor's mutex.
  std::map<PlanId, KnownPlan> plans_;
  std::map<WorkerId, std::string> addresses_;
  std::map<PlanId, std::vector<EvidenceOfTask>> evidence_;
  std::shared_ptr<Connection> scheduler_;  // null while there is none
};

}  // namespace cask
