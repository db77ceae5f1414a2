// ClusterCollection: a persisted collection whose columns the workers of a cluster hold, each those of the partitions that it was given first. A
// background plan loads them; computations that need a column sooner load it where that partition is to be, ahead of that plan. What is lost with
// a worker is loaded anew where it is next asked for.
//
// Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "cask/cluster/cluster_client.h"
#include "cask/expr/persisted_expr.h"
#include "cask/local/background_load.h"

namespace cask {

class ClusterCollection final : public PersistedData, public std::enable_shared_from_this<ClusterCollection> {
 public:
  /// Starts loading every column of `input`, a projection over a source.
  static Result<std::shared_ptr<PersistedData>> Start(const Projection& input, std::shared_ptr<ClusterClient> client);
  ~ClusterCollection() override;

  Result<std::shared_ptr<const Source>> MakeSource(const Projection& input, const std::vector<int>& columns, int64_t first_partition) override;
  void OnContradiction() override;
  Result<bool> WaitUntilLoaded(double seconds) override { return load_.Wait(seconds); }
  void CancelLoading() override { load_.Cancel(); }
  std::optional<Identity> identity() const override;

 private:
  ClusterCollection(std::shared_ptr<ClusterClient> client, CollectionId id) : client_(std::move(client)), id_(id) {}
  Status Load(const Projection& input);
  void OnLoaded(const Projection& input, int64_t generation, const Status& status);

  const std::shared_ptr<ClusterClient> client_;
  const CollectionId id_;
  mutable std::mutex mutex_;
  int64_t generation_ = 0;  // guarded by the mutex
  BackgroundLoad load_;
};

}  // namespace cask
