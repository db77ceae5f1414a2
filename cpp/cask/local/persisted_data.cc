#include "cask/local/persisted_data.h"

#include "cask/local/persisted_source.h"

namespace cask {

std::shared_ptr<PersistedColumns> PersistedColumns::Start(const Projection& input, LocalEngine& engine) {
  std::shared_ptr<PersistedColumns> columns(new PersistedColumns(engine));
  columns->Load(input);
  return columns;
}

void PersistedColumns::Load(const Projection& input) {
  const int64_t generation = cache_->generation();
  SubmitOptions options;
  options.priority = Priority::kBackground;
  options.name = "persist";
  options.on_finish = [weak = weak_from_this(), input, generation](const Status& status) {
    if (auto self = weak.lock()) self->OnLoaded(input, generation, status);
  };
  load_.Begin(engine_.Submit(LoadPlan(cache_, input, generation), std::move(options)));
}

// Called on an engine thread when the background run has ended: checks what it saw, and loads anew what that made void.
void PersistedColumns::OnLoaded(const Projection& input, int64_t generation, const Status& status) {
  if (!status.ok()) return load_.End(status);
  const auto expr = std::static_pointer_cast<const PersistedExpr>(PersistedExpr::Make(input, shared_from_this(), nullptr));
  if (generation == cache_->generation()) {
    auto borne_out = expr->Learn(cache_->AllEvidence());
    if (!borne_out.ok() || *borne_out) return load_.End(borne_out.status());
  }
  auto rebound = Rebinder().Rebind(input);
  if (!rebound.ok()) return load_.End(rebound.status());
  Load(*rebound);
}

Result<std::shared_ptr<const Source>> PersistedColumns::MakeSource(const Projection& input, const std::vector<int>& columns,
                                                                   int64_t first_partition) {
  return MakePersistedSource(cache_, input, columns, cache_->generation(), first_partition);
}

}  // namespace cask
