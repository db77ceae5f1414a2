#include "cask/local/persisted_cache.h"

namespace cask {

int64_t PersistedCache::generation() const {
  std::lock_guard lock(mutex_);
  return generation_;
}

void PersistedCache::BeginGeneration(int64_t generation) {
  CollectionId dropped;
  {
    std::lock_guard lock(mutex_);
    if (generation <= generation_) return;
    generation_ = generation;
    types_.clear();
    evidence_.clear();
    dropped = collection_;
    collection_ = store_.NewCollection();
  }
  store_.DropCollection(dropped);
}

std::vector<int64_t> PersistedCache::Partitions() const {
  std::lock_guard lock(mutex_);
  std::vector<int64_t> partitions;
  for (const auto& [place, type] : types_) {
    if (partitions.empty() || partitions.back() != place.first) partitions.push_back(place.first);
  }
  return partitions;
}

PersistedCache::EvidenceList PersistedCache::AllEvidence() const {
  std::lock_guard lock(mutex_);
  EvidenceList all;
  for (const auto& [partition, evidence] : evidence_) all.insert(all.end(), evidence.begin(), evidence.end());
  return all;
}

Result<PersistedCache::Held> PersistedCache::Find(int64_t generation, int64_t partition, const std::vector<int>& columns,
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

Status PersistedCache::Keep(int64_t generation, int64_t partition, int column, const DType& type, std::vector<Column> chunks) {
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

void PersistedCache::KeepEvidence(int64_t generation, int64_t partition, const EvidenceList& evidence) {
  std::lock_guard lock(mutex_);
  if (generation != generation_) return;
  EvidenceList& kept = evidence_[partition];
  kept.insert(kept.end(), evidence.begin(), evidence.end());
}

}  // namespace cask
