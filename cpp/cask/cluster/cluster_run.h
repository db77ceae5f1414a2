// ClusterRun: a plan that runs on a cluster, as its client sees it. Only for the client.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cask/cluster/cluster_client.h"

namespace cask {

class ClusterRun final : public Run, public std::enable_shared_from_this<ClusterRun> {
 public:
  /// `plan` says which results are to be fetched; `computed` is what it was made of.
  ClusterRun(std::shared_ptr<ClusterClient> client, Submission submission, const Plan& plan, std::vector<Projection> computed, SubmitOptions options);
  ~ClusterRun() override;

  Status Wait(const std::function<Status()>& check_interrupt) override;
  bool WaitFor(double seconds) override;
  bool done() const override;
  void Cancel() override;
  std::vector<LayerProgress> Progress() const override;
  const std::string& name() const override { return options_.name; }
  Result<std::vector<TaskPieces>> TakeOutputs() override;
  std::vector<TaskEvidence> TakeEvidence() override;

  // -- For the client.
  /// As it is to be said to a scheduler that may not know of it.
  Submission submission() const;

  // -- From the client, on the transport's thread.
  void OnAccepted(PlanId plan);
  void OnProgress(const std::vector<LayerNews>& layers);
  void OnEvidence(const std::vector<EvidenceOfTask>& evidence);
  /// The scheduler says that the plan has ended; results that are not here yet are fetched. It may say so again, of other workers.
  void OnEnded(const PlanEnded& ended);
  /// There will be no more news.
  void OnLost(const Status& status);

 private:
  // Of one output: its pieces, as they arrive.
  struct Output {
    int layer;
    int output;
    TaskPieces pieces;
  };
  // A piece on its way: of output `output`, task `task`.
  struct Wanted {
    size_t output;
    int64_t task;
    std::string address;
  };

  /// `ending`: how often the scheduler had said by then that the plan has ended.
  void Fetch(PlanId plan, const Wanted& wanted, int64_t ending, int tries);
  void OnFetched(const Wanted& wanted, std::shared_ptr<const Piece> piece);
  void OnNotFetched(PlanId plan, const Wanted& wanted, int64_t ending, int tries, const Status& status);
  bool IsPresent(int64_t ending) const;
  // With the mutex; gives what is to be called without it.
  std::function<void()> End(Status status);
  void SetProgress(const std::vector<LayerNews>& layers);

  const std::shared_ptr<ClusterClient> client_;
  const std::vector<Projection> computed_;
  const SubmitOptions options_;

  mutable std::mutex mutex_;  // guards all below
  Submission submission_;
  std::condition_variable end_;
  std::vector<LayerProgress> progress_;
  std::vector<Output> outputs_;
  std::vector<TaskEvidence> evidence_;
  int64_t num_missing_ = 0;  // pieces
  int64_t ending_ = 0;       // how often the scheduler has said that the plan has ended
  bool ended_ = false;
  bool outputs_taken_ = false;
  Status status_;
};

}  // namespace cask
