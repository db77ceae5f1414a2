// ClusterClient: a client of a cluster: gives its scheduler plans to run, hears how they get on, and gets their results from the workers.
//
// Where the connection breaks it is made again, and what the client still wants is said again, to the same scheduler or to one that has taken its
// place: plans go on, and whoever waits for them notices a pause.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cask/base/serial_thread.h"
#include "cask/cluster/message_link.h"
#include "cask/cluster/piece_fetcher.h"
#include "cask/compute/sink_spec.h"
#include "cask/expr/array_expr.h"
#include "cask/expr/persisted_expr.h"
#include "cask/local/run.h"
#include "cask/plan/lower.h"
#include "cask/scheduler/plan_state.h"
#include "cask/wire/client_messages.h"

namespace cask {

class CallsRun;
class ClusterRun;
struct CallProgram;
struct TaskHold;

/// A call, by the request that made it.
struct EndedCall {
  RequestId request{};
  int64_t task = 0;
};

struct ClusterClientOptions {
  double answer_seconds = 10;  // that the scheduler may take to welcome the client
  double away_seconds = 60;    // how long there may be no scheduler before what waits for it fails
};

class ClusterClient : public std::enable_shared_from_this<ClusterClient> {
 public:
  /// Connects to the scheduler at `address`; waits until it welcomes the client.
  static Result<std::shared_ptr<ClusterClient>> Connect(const std::string& address, std::unique_ptr<Transport> transport,
                                                        const ClusterClientOptions& options = {});
  /// Runs keep their client alive.
  ~ClusterClient();

  /// `lowered` is what Lower makes of `outputs` and the sinks of `sinks`. Error where the computation cannot be sent.
  Result<std::shared_ptr<Run>> Submit(const std::vector<Projection>& outputs, const LoweredPlan& lowered, SubmitOptions options,
                                      const SinkSpecs& sinks = {});
  /// `plan` is what LowerArrays makes of `arrays` where no result lies in one piece of memory.
  Result<std::shared_ptr<Run>> SubmitArrays(const std::vector<ArrayExprPtr>& arrays, const Plan& plan, SubmitOptions options);
  /// Has the columns of a persisted collection loaded where they will be held; `persisted` is all columns of it. The run gives evidence only.
  Result<std::shared_ptr<Run>> SubmitLoad(const Projection& persisted, const PersistedData::Identity& identity, SubmitOptions options);
  /// Calls a user's function: a hold for each call. `inputs`: whose values the program's imports are, in order.
  Result<std::vector<std::shared_ptr<TaskHold>>> SubmitCalls(const CallProgram& program, std::vector<std::shared_ptr<TaskHold>> inputs,
                                                             const SubmitOptions& options);
  /// The calls that have ended of those that are watched (CallsRun::Watch), once there are any or so much time has passed; nothing once the client
  /// has ended.
  std::optional<std::vector<EndedCall>> TakeEnded(double seconds);
  /// A persisted collection is not needed any more.
  void Drop(CollectionId collection);

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
  /// OK unless the client was closed or has given its scheduler up; then why.
  Status status() const;

 private:
  friend class CallsRun;
  friend class ClusterRun;

  // A connection with the scheduler, or the attempt at one; on the transport's thread.
  struct Link {
    std::shared_ptr<Connection> connection;
    MessageReader reader;
    bool is_welcome = false;
  };

  ClusterClient(HostAndPort scheduler, std::unique_ptr<Transport> transport, const ClusterClientOptions& options);
  static void Delete(ClusterClient* client);

  Status Open();
  void Connect();
  void OnFrame(const std::shared_ptr<Link>& link, Frame frame);
  Status TakeFrame(Link& link, Frame frame);
  Status On(const PlanAccepted& accepted);
  Status On(const PlanProgress& progress);
  Status On(const PlanEvidence& evidence);
  Status On(const PlanEnded& ended);
  Status On(Workers workers);
  Status On(TaskEnded ended);
  Status On(const WorkerAddress& address);
  void OnWelcome(const std::shared_ptr<Connection>& connection);
  void OnClosed(const std::shared_ptr<Link>& link, const Status& status);
  void End(const Status& status);
  void AddEnded(const std::vector<EndedCall>& ended);
  RequestId NewRequest();
  Result<std::shared_ptr<Run>> SubmitProgram(std::string program, const PlanShape& shape, const Plan& plan, std::vector<Projection> outputs,
                                             SubmitOptions options);
  /// Nothing happens where the connection is not there any more.
  void Tell(const FromClient& message);
  /// The run is not there any more.
  void Forget(RequestId request);
  std::shared_ptr<ClusterRun> FindRun(RequestId request) const;
  std::shared_ptr<CallsRun> FindCalls(RequestId request) const;

  const HostAndPort scheduler_place_;
  const std::string address_;
  const ClusterClientOptions options_;
  const SessionId session_;
  std::unique_ptr<Transport> transport_;
  SerialThread aside_{"cask-aside"};
  PieceFetcher fetcher_;
  std::chrono::steady_clock::time_point away_since_;  // on the transport's thread

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::shared_ptr<Connection> scheduler_;  // null while there is none
  Status status_;
  bool was_welcome_ = false;
  bool has_ended_ = false;
  std::set<CollectionId> collections_;
  int64_t next_request_ = 0;
  std::map<RequestId, std::weak_ptr<ClusterRun>> runs_;
  std::map<RequestId, std::weak_ptr<CallsRun>> calls_;
  std::map<WorkerId, std::string> addresses_;
  std::vector<EndedCall> ended_;
  std::condition_variable call_ended_;
  std::map<RequestId, Workers> answers_;
};

}  // namespace cask
