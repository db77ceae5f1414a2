// CallsRun: calls of a user's function that run on a cluster, as their client sees them: each ends by itself, and is let go of by itself.
//
// What holds a task is a TaskHold: the user's future, and calls that need its value until they have ended. Once nobody does the cluster frees the value.
//
// Thread-safe. Waiting is for the user's threads; news come on the transport's.
#pragma once

#include <arrow/type_fwd.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cask/cluster/cluster_client.h"
#include "cask/data/piece.h"

namespace cask {

class CallsRun;

/// Holds one call.
struct TaskHold {
  TaskHold(std::shared_ptr<CallsRun> run, int64_t task) : run(std::move(run)), task(task) {}
  ~TaskHold();
  TaskHold(const TaskHold&) = delete;
  TaskHold& operator=(const TaskHold&) = delete;

  const std::shared_ptr<CallsRun> run;
  const int64_t task;
};
using TaskHolds = std::vector<std::shared_ptr<TaskHold>>;

enum class CallState : uint8_t { kPending, kFinished, kErred };

class CallsRun final : public std::enable_shared_from_this<CallsRun> {
 public:
  /// The calls are the tasks of layer `layer`.
  CallsRun(std::shared_ptr<ClusterClient> client, Submission submission, int32_t layer, int64_t num_calls, TaskHolds inputs);
  ~CallsRun();

  RequestId request() const { return submission_.request; }
  int32_t layer() const { return layer_; }

  CallState StateOf(int64_t task) const;
  /// Why an erred call has failed.
  Status ErrorOf(int64_t task) const;
  /// Waits at most so long; whether the call has ended.
  bool WaitFor(int64_t task, double seconds) const;
  /// Has the value of a call fetched as soon as it has ended, so that it is here when it is asked for.
  void Prefetch(int64_t task);
  /// The value of a call, once it is here; null if it is not after so long. The error where the call, or fetching its value, has failed.
  Result<std::shared_ptr<arrow::Buffer>> ValueOf(int64_t task, double seconds);
  /// Has ClusterClient::TakeEnded tell when the call has ended.
  void Watch(int64_t task);
  /// Runs a call that has failed once more.
  void Retry(int64_t task);

  // -- For the client.
  /// What is to be said to a scheduler that may not know of it.
  std::vector<FromClient> Messages() const;
  /// Whether somebody holds a call of it.
  bool is_wanted() const;
  void OnAccepted(PlanId plan);
  void OnEnded(TaskEnded ended, const std::string& address);
  /// There will be no more news.
  void OnLost(const Status& status);

 private:
  friend struct TaskHold;

  struct Call {
    CallState state = CallState::kPending;
    bool is_released = false;
    bool is_wanted = false;                   // its value: as soon as it is there
    bool is_fetching = false;
    bool is_watched = false;
    int32_t endings = 0;                      // how often the scheduler has said that it has ended
    Status status;                            // of the call, or of fetching its value
    std::string holder;                       // the address
    std::shared_ptr<arrow::Buffer> value;     // where it is here, until it is taken
    std::weak_ptr<arrow::Buffer> taken;
  };

  void Release(int64_t task);
  void EndFirst(Call& call, TaskHolds* done);
  // With the mutex.
  void FetchIfWanted(int64_t task, Call& call, std::unique_lock<std::mutex>& lock);
  void Fetch(const TaskId& id, const std::string& address, int32_t ending, int tries);
  void OnFetched(const TaskId& id, int32_t ending, int tries, Result<std::shared_ptr<const Piece>> piece);

  const std::shared_ptr<ClusterClient> client_;
  const int32_t layer_;

  mutable std::mutex mutex_;  // guards all below
  mutable std::condition_variable changed_;
  Submission submission_;
  std::vector<Call> calls_;
  int64_t num_held_;     // calls
  int64_t num_pending_;  // calls that have never ended yet
  TaskHolds inputs_;     // until all calls have ended
};

}  // namespace cask
