// ClusterClient: a client of a cluster: gives its scheduler plans to run, hears how they get on, and gets their results from the workers.
//
// Thread-safe.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cask/base/serial_thread.h"
#include "cask/cluster/message_link.h"
#include "cask/cluster/piece_fetcher.h"
#include "cask/expr/persisted_expr.h"
#include "cask/local/run.h"
#include "cask/plan/lower.h"
#include "cask/scheduler/plan_state.h"
#include "cask/wire/client_messages.h"

namespace cask {

class ClusterRun;

class ClusterClient : public std::enable_shared_from_this<ClusterClient> {
 public:
  /// Connects to the scheduler at `address`; waits until it welcomes the client, at most so long.
  static Result<std::shared_ptr<ClusterClient>> Connect(const std::string& address, std::unique_ptr<Transport> transport, double seconds);
  /// Runs keep their client alive.
  ~ClusterClient();

  /// `lowered` is what Lower makes of `outputs`. Error where the computation cannot be sent.
  Result<std::shared_ptr<Run>> Submit(const std::vector<Projection>& outputs, const LoweredPlan& lowered, SubmitOptions options);
  /// Has the columns of a persisted collection loaded where they will be held; `persisted` is all columns of it. The run gives evidence only.
  Result<std::shared_ptr<Run>> SubmitLoad(const Projection& persisted, const PersistedData::Identity& identity, SubmitOptions options);
  /// A persisted collection is not needed any more.
  void Drop(CollectionId collection) { Tell(ReleaseCollection{collection}); }

  /// The plans that have not ended.
  std::vector<std::shared_ptr<Run>> ActiveRuns() const;

  /// Who computes for the cluster now.
  Result<std::vector<WorkerNews>> AskWorkers(double seconds);
  /// Ends the cluster: its workers, then its scheduler.
  void ShutDown();
  /// Lets go of the connection. Runs that have not ended fail.
  void Close();

  /// "127.0.0.1:8786"
  const std::string& address() const { return address_; }
  /// OK while the connection is there; else why it is not.
  Status status() const;

 private:
  friend class ClusterRun;

  ClusterClient(std::string address, std::unique_ptr<Transport> transport);
  static void Delete(ClusterClient* client);

  Status Open(double seconds);
  void OnFrame(Frame frame);
  Status TakeFrame(Frame frame);
  void OnClosed(const Status& status);
  RequestId NewRequest();
  Result<std::shared_ptr<Run>> SubmitProgram(std::string program, const PlanShape& shape, const Plan& plan, std::vector<Projection> outputs,
                                             SubmitOptions options);
  /// Nothing happens where the connection is not there any more.
  void Tell(const FromClient& message);
  /// The run is not there any more.
  void Forget(RequestId request);
  std::shared_ptr<ClusterRun> FindRun(RequestId request) const;

  const std::string address_;
  std::unique_ptr<Transport> transport_;
  SerialThread aside_{"cask-aside"};
  PieceFetcher fetcher_;
  MessageReader reader_;  // on the transport's thread

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::shared_ptr<Connection> scheduler_;
  Status status_;
  bool is_welcome_ = false;
  bool has_ended_ = false;
  int64_t next_request_ = 0;
  std::map<RequestId, std::weak_ptr<ClusterRun>> runs_;
  std::map<RequestId, Workers> answers_;
};

}  // namespace cask
