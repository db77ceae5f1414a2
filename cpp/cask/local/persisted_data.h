// PersistedColumns: a persisted collection on the local engine: a background run loads all of its columns into the engine's store, and computations
// that need a column sooner load it themselves, ahead of that run.
//
// Thread-safe.
#pragma once

#include <memory>

#include "cask/expr/persisted_expr.h"
#include "cask/local/background_load.h"
#include "cask/local/engine.h"
#include "cask/local/persisted_cache.h"

namespace cask {

class PersistedColumns final : public PersistedData, public std::enable_shared_from_this<PersistedColumns> {
 public:
  /// Starts loading every column of `input`, a projection over a source.
  static std::shared_ptr<PersistedColumns> Start(const Projection& input, LocalEngine& engine);

  Result<std::shared_ptr<const Source>> MakeSource(const Projection& input, const std::vector<int>& columns,
                                                   int64_t first_partition) override;
  void OnContradiction() override { cache_->BeginGeneration(cache_->generation() + 1); }
  Result<bool> WaitUntilLoaded(double seconds) override { return load_.Wait(seconds); }
  void CancelLoading() override { load_.Cancel(); }

 private:
  explicit PersistedColumns(LocalEngine& engine) : engine_(engine), cache_(std::make_shared<PersistedCache>(engine.store())) {}
  void Load(const Projection& input);
  void OnLoaded(const Projection& input, int64_t generation, const Status& status);

  LocalEngine& engine_;
  const std::shared_ptr<PersistedCache> cache_;  // tasks hold it as long as they run
  BackgroundLoad load_;
};

}  // namespace cask
