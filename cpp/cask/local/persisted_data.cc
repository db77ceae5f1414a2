#include "cask/local/persisted_data.h"

#include <chrono>

#include "cask/local/persisted_source.h"

namespace cask {

std::shared_ptr<PersistedColumns> PersistedColumns::Start(const Projection& input, LocalEngine& engine) {
  std::shared_ptr<PersistedColumns> columns(new PersistedColumns(engine));
  columns->Load(input);
  return columns;
}

PersistedColumns::~PersistedColumns() {
  if (run_) run_->Cancel();
}

void PersistedColumns::Load(const Projection& input) {
  const int64_t generation = cache_->generation();
  SubmitOptions options;
  options.priority = Priority::kBackground;
  options.name = "persist";
  options.on_finish = [weak = weak_from_this(), input, generation](const Status& status) {
    if (auto self = weak.lock()) self->OnLoaded(input, generation, status);
  };
  auto run = engine_.Submit(LoadPlan(cache_, input, generation), std::move(options));
  std::lock_guard lock(mutex_);
  run_ = std::move(run);
  if (is_cancelled_) run_->Cancel();
}

// Called on an engine thread when the background run has ended: checks what it saw, and loads anew what that made void.
void PersistedColumns::OnLoaded(const Projection& input, int64_t generation, const Status& status) {
  if (!status.ok()) return End(status);
  const auto expr = std::static_pointer_cast<const PersistedExpr>(PersistedExpr::Make(input, shared_from_this(), nullptr));
  if (generation == cache_->generation()) {
    auto borne_out = expr->Learn(cache_->AllEvidence());
    if (!borne_out.ok() || *borne_out) return End(borne_out.status());
  }
  auto rebound = Rebinder().Rebind(input);
  if (!rebound.ok()) return End(rebound.status());
  Load(*rebound);
}

void PersistedColumns::End(const Status& status) {
  std::lock_guard lock(mutex_);
  ended_ = status;
  ended_changed_.notify_all();
}

Result<std::shared_ptr<const Source>> PersistedColumns::MakeSource(const Projection& input, const std::vector<int>& columns,
                                                                   int64_t first_partition) {
  return MakePersistedSource(cache_, input, columns, cache_->generation(), first_partition);
}

Result<bool> PersistedColumns::WaitUntilLoaded(double seconds) {
  std::unique_lock lock(mutex_);
  if (!ended_changed_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return ended_.has_value(); })) return false;
  ARROW_RETURN_NOT_OK(*ended_);
  return true;
}

void PersistedColumns::CancelLoading() {
  std::shared_ptr<Run> run;
  {
    std::lock_guard lock(mutex_);
    is_cancelled_ = true;
    run = run_;
  }
  if (run) run->Cancel();
}

}  // namespace cask
