#include "cask/cluster/cluster_collection.h"

#include "cask/base/random.h"
#include "cask/compute/pipeline.h"

namespace cask {
namespace {

// Stands for the columns where only the plan's shape is of interest: at the client.
class RemoteSource final : public Source {
 public:
  explicit RemoteSource(Schema schema) : schema_(std::move(schema)) {}
  Result<std::unique_ptr<BatchReader>> Open(TaskContext&) const override {
    return NotImplementedError("a collection that is persisted on a cluster cannot be read by this process; compute it while its Client is open");
  }
  const Schema& schema() const override { return schema_; }
  std::string Describe() const override {
    std::string text = "persisted on a cluster, columns:";
    for (const Field& field : schema_.fields()) text += " " + field.name;
    return text;
  }

 private:
  Schema schema_;
};

}  // namespace

Result<std::shared_ptr<PersistedData>> ClusterCollection::Start(const Projection& input, std::shared_ptr<ClusterClient> client) {
  // Known to a whole cluster, whose clients do not know of each other.
  const CollectionId id{static_cast<int64_t>(Random(FreshSeed()).Next() >> 1)};
  std::shared_ptr<ClusterCollection> collection(new ClusterCollection(std::move(client), id));
  ARROW_RETURN_NOT_OK(collection->Load(input));
  return collection;
}

ClusterCollection::~ClusterCollection() {
  load_.Cancel();
  client_->Drop(id_);
}

Status ClusterCollection::Load(const Projection& input) {
  const int64_t generation = identity()->generation;
  SubmitOptions options;
  options.priority = Priority::kBackground;
  options.name = "persist";
  options.on_finish = [weak = weak_from_this(), input, generation](const Status& status) {
    if (auto self = weak.lock()) self->OnLoaded(input, generation, status);
  };
  const Projection all = Projection::All(PersistedExpr::Make(input, shared_from_this(), nullptr));
  ARROW_ASSIGN_OR_RAISE(auto run, client_->SubmitLoad(all, *identity(), std::move(options)));
  load_.Begin(std::move(run));
  return Status::OK();
}

// Called when the background plan has ended: checks what it saw, and loads anew what that made void.
void ClusterCollection::OnLoaded(const Projection& input, int64_t generation, const Status& status) {
  if (!status.ok()) return load_.End(status);
  const std::shared_ptr<Run> run = load_.run();
  if (generation == identity()->generation && run != nullptr) {
    std::vector<std::shared_ptr<const Evidence>> evidence;
    for (TaskEvidence& item : run->TakeEvidence()) evidence.push_back(std::move(item.evidence));
    const auto expr = std::static_pointer_cast<const PersistedExpr>(PersistedExpr::Make(input, shared_from_this(), nullptr));
    const auto borne_out = expr->Learn(evidence);
    if (!borne_out.ok() || *borne_out) return load_.End(borne_out.status());
  }
  auto rebound = Rebinder().Rebind(input);
  if (!rebound.ok()) return load_.End(rebound.status());
  const Status again = Load(*rebound);
  if (!again.ok()) load_.End(again);
}

Result<std::shared_ptr<const Source>> ClusterCollection::MakeSource(const Projection& input, const std::vector<int>& columns, int64_t) {
  Projection selected{input.root, {}};
  for (const int column : columns) selected.columns.push_back(input.columns[column]);
  return std::make_shared<RemoteSource>(selected.schema());
}

void ClusterCollection::OnContradiction() {
  std::lock_guard lock(mutex_);
  ++generation_;
}

std::optional<PersistedData::Identity> ClusterCollection::identity() const {
  std::lock_guard lock(mutex_);
  return Identity{id_, generation_};
}

}  // namespace cask
