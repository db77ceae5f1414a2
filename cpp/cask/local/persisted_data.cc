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
  store_.DropCollection(collection_);
}

void PersistedColumns::Load(const Projection& input) {
  int64_t generation;
  {
    std::lock_guard lock(mutex_);
    generation = generation_;
  }
  Plan plan;
  plan.layers.push_back({"persist", input.root->num_partitions(), MakeLoadBody(weak_from_this(), input, generation), {}});
  plan.outputs.push_back({0, 0});
  SubmitOptions options;
  options.priority = Priority::kBackground;
  options.name = "persist";
  options.on_finish = [weak = weak_from_this(), input, generation](const Status& status) {
    if (auto self = weak.lock()) self->OnLoaded(input, generation, status);
  };
  auto run = engine_.Submit(std::move(plan), std::move(options));
  std::lock_guard lock(mutex_);
  run_ = std::move(run);
  if (is_cancelled_) run_->Cancel();
}

// Called on an engine thread when the background run has ended: checks what it saw, and loads anew what that made void.
void PersistedColumns::OnLoaded(const Projection& input, int64_t generation, const Status& status) {
  if (!status.ok()) return End(status);
  const auto expr = std::static_pointer_cast<const PersistedExpr>(PersistedExpr::Make(input, shared_from_this(), nullptr));
  bool is_current;
  {
    std::lock_guard lock(mutex_);
    is_current = generation == generation_;
  }
  if (is_current) {
    auto borne_out = expr->Learn(AllEvidence());
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

PersistedColumns::EvidenceList PersistedColumns::AllEvidence() {
  std::lock_guard lock(mutex_);
  EvidenceList all;
  for (const auto& [partition, evidence] : evidence_) all.insert(all.end(), evidence.begin(), evidence.end());
  return all;
}

Result<std::shared_ptr<const Source>> PersistedColumns::MakeSource(const Projection& input, const std::vector<int>& columns,
                                                                   int64_t first_partition) {
  std::lock_guard lock(mutex_);
  return MakePersistedSource(shared_from_this(), input, columns, generation_, first_partition);
}

void PersistedColumns::OnContradiction() {
  CollectionId dropped;
  {
    std::lock_guard lock(mutex_);
    ++generation_;
    types_.clear();
    evidence_.clear();
    dropped = collection_;
    collection_ = store_.NewCollection();
  }
  store_.DropCollection(dropped);
}

Result<bool> PersistedColumns::Wait(double seconds) {
  std::unique_lock lock(mutex_);
  if (!ended_changed_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return ended_.has_value(); })) return false;
  ARROW_RETURN_NOT_OK(*ended_);
  return true;
}

void PersistedColumns::Cancel() {
  std::shared_ptr<Run> run;
  {
    std::lock_guard lock(mutex_);
    is_cancelled_ = true;
    run = run_;
  }
  if (run) run->Cancel();
}

Result<PersistedColumns::Held> PersistedColumns::Find(int64_t generation, int64_t partition, const std::vector<int>& columns,
                                                      const Schema& schema) {
  Held held;
  held.chunks.resize(columns.size());
  std::vector<size_t> found;
  CollectionId collection;
  {
    std::lock_guard lock(mutex_);
    if (generation != generation_) return held;
    collection = collection_;
    for (size_t i = 0; i < columns.size(); ++i) {
      const auto type = types_.find({partition, columns[i]});
      if (type != types_.end() && type->second == schema.field(columns[i]).type) found.push_back(i);
    }
    const auto evidence = evidence_.find(partition);
    if (evidence != evidence_.end() && !found.empty()) held.evidence = evidence->second;
  }
  for (size_t i : found) {
    auto chunks = store_.GetColumn({collection, partition, columns[i]});
    // Dropped meanwhile by a contradiction that another run found: this run will be void too.
    if (!chunks.ok() && KindOf(chunks.status()) == ErrorKind::kKey) continue;
    ARROW_RETURN_NOT_OK(chunks.status());
    held.chunks[i] = std::move(*chunks);
  }
  return held;
}

Status PersistedColumns::Keep(int64_t generation, int64_t partition, int column, const DType& type, std::vector<Column> chunks) {
  CollectionId collection;
  {
    std::lock_guard lock(mutex_);
    if (generation != generation_) return Status::OK();
    collection = collection_;
  }
  ARROW_RETURN_NOT_OK(store_.PutColumn({collection, partition, column}, std::move(chunks)));
  std::lock_guard lock(mutex_);
  if (generation == generation_) types_[{partition, column}] = type;
  return Status::OK();
}

void PersistedColumns::KeepEvidence(int64_t generation, int64_t partition, const EvidenceList& evidence) {
  std::lock_guard lock(mutex_);
  if (generation != generation_) return;
  EvidenceList& kept = evidence_[partition];
  kept.insert(kept.end(), evidence.begin(), evidence.end());
}

}  // namespace cask
