// PersistedCache: what a process holds of a persisted collection: columns of partitions, in its store, as far as they have been computed here.
//
// Thread-safe.
// Invariants: 1. A column is in the store under the current collection id only if it is complete, has the type that `types_` says and
//                was computed in the current generation.
//             2. A generation ends when the source turns out to be other than assumed; what it computed is dropped.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "cask/compute/task_context.h"
#include "cask/data/schema.h"
#include "cask/store/store.h"

namespace cask {

class PersistedCache {
 public:
  explicit PersistedCache(Store& store, int64_t generation = 0) : store_(store), generation_(generation), collection_(store.NewCollection()) {}
  ~PersistedCache() { store_.DropCollection(collection_); }
  PersistedCache(const PersistedCache&) = delete;
  PersistedCache& operator=(const PersistedCache&) = delete;

  int64_t generation() const;
  /// Ends all generations before that one.
  void BeginGeneration(int64_t generation);

  using EvidenceList = std::vector<std::shared_ptr<const Evidence>>;
  struct Held {
    std::vector<std::optional<std::vector<Column>>> chunks;  // of each wanted column, packed (store/packed_column.h); nothing where it is not held
    EvidenceList evidence;                                   // of all that was read of the partition
  };
  /// What is held of columns `columns` of a partition in the types of `schema`.
  Result<Held> Find(int64_t generation, int64_t partition, const std::vector<int>& columns, const Schema& schema);
  /// Keeps a column that was just computed whole, unless its generation has ended.
  Status Keep(int64_t generation, int64_t partition, int column, const DType& type, std::vector<Column> chunks);
  void KeepEvidence(int64_t generation, int64_t partition, const EvidenceList& evidence);
  /// Those of which columns are held, ascending.
  std::vector<int64_t> Partitions() const;
  /// Of all partitions.
  EvidenceList AllEvidence() const;

 private:
  Store& store_;
  mutable std::mutex mutex_;
  int64_t generation_;
  CollectionId collection_;
  std::map<std::pair<int64_t, int>, DType> types_;  // (partition, column) -> the type of what is in the store
  std::map<int64_t, EvidenceList> evidence_;
};

}  // namespace cask
