// PersistedColumns: a persisted collection on the local engine. Its pieces are columns of partitions in the engine's store; a
// background run loads them all, and computations that need a column sooner load it themselves, ahead of that run.
//
// Thread-safe.
// Invariants: 1. A column is in the store under the current collection id only if it is complete, has the type that `types_` says and
//                was computed in the current generation.
//             2. A generation ends when the source turns out to be other than assumed; what it computed is dropped.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>

#include "cask/expr/persisted_expr.h"
#include "cask/local/engine.h"

namespace cask {

class PersistedColumns final : public PersistedData, public std::enable_shared_from_this<PersistedColumns> {
 public:
  /// Starts loading every column of `input`, a projection over a source.
  static std::shared_ptr<PersistedColumns> Start(const Projection& input, LocalEngine& engine);
  ~PersistedColumns() override;

  Result<std::shared_ptr<const Source>> MakeSource(const Projection& input, const std::vector<int>& columns,
                                                   int64_t first_partition) override;
  void OnContradiction() override;

  /// Whether loading has ended, after at most `seconds`. The error that ended it, if one did.
  Result<bool> Wait(double seconds);
  /// Stops loading in the background. Columns that are not held yet are loaded when they are asked for.
  void Cancel();

  // For the tasks that read or load a partition.

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

 private:
  explicit PersistedColumns(LocalEngine& engine) : engine_(engine), store_(engine.store()), collection_(store_.NewCollection()) {}
  void Load(const Projection& input);
  void OnLoaded(const Projection& input, int64_t generation, const Status& status);
  void End(const Status& status);
  EvidenceList AllEvidence();

  LocalEngine& engine_;
  Store& store_;
  std::mutex mutex_;
  std::condition_variable ended_changed_;
  int64_t generation_ = 0;
  CollectionId collection_;
  std::map<std::pair<int64_t, int>, DType> types_;  // (partition, column) -> the type of what is in the store
  std::map<int64_t, EvidenceList> evidence_;
  std::shared_ptr<Run> run_;
  bool is_cancelled_ = false;
  std::optional<Status> ended_;  // how loading ended
};

}  // namespace cask
