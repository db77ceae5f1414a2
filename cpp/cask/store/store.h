// Store: what a process holds: results of tasks until their consumers are done, and the columns of persisted collections.
//
// All bytes are counted. When they exceed the limit, the least recently used persisted columns are written to the scratch
// directory, and read back when they are asked for; results of running plans stay in memory. Losing a spilled column's file, or a
// bit of it, is an error when the column is read, never wrong data.
//
// Thread-safe. Files are written and read with no lock held, by the thread that asked.
//
// Invariants:
//  1. A persisted column is in memory, in a file, or both; it can be had at any moment.
//  2. `memory_bytes()` is the sum of the bytes of all results and of all columns in memory; a buffer that two of them share counts twice.
//  3. A spill file, once written, lives until its column is replaced or dropped, so that spilling the column again costs nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cask/base/error.h"
#include "cask/base/ids.h"
#include "cask/data/batch.h"
#include "cask/data/piece.h"

namespace cask {

/// One column of one partition of a persisted collection.
struct ColumnKey {
  CollectionId collection;
  int64_t partition;
  int column;
  auto operator<=>(const ColumnKey&) const = default;
};

struct StoreOptions {
  int64_t memory_limit_bytes = 0;  // 0: DefaultMemoryLimit() of base/memory.h
  std::string scratch_directory;   // empty: $CASK_SCRATCH, or else the temporary directory; Cask's own folder is made in it when first needed
};

struct StoreCounts {
  int64_t memory_limit_bytes;
  int64_t result_bytes;          // in memory, of tasks' results
  int64_t column_bytes;          // in memory, of persisted columns
  int64_t spilled_bytes;         // in files now
  int64_t total_spilled_bytes;   // ever written
  int64_t total_restored_bytes;  // ever read back
};

using TaskPieces = std::vector<std::shared_ptr<const Piece>>;

/// The sum of the pieces' bytes.
int64_t NumBytes(const TaskPieces& pieces);

class Store {
 public:
  explicit Store(StoreOptions options = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // -- Results of tasks: one piece an output.

  void PutResult(const TaskId& id, TaskPieces pieces);
  /// The same, by a caller that has counted the pieces' bytes already.
  void PutResult(const TaskId& id, TaskPieces pieces, int64_t num_bytes);
  /// One output of a task; null if it has none of that number, or its result is not held.
  std::shared_ptr<const Piece> GetResult(const TaskId& id, int output) const;
  bool HasResult(const TaskId& id) const;
  /// Lets go of a task's result and gives it to the caller, who destroys it where no lock is held. Empty if there is none.
  TaskPieces TakeResult(const TaskId& id);

  // -- Persisted columns.

  CollectionId NewCollection();
  /// Holds a column, given as the chunks of its batches, in order. Replaces what was there. May write other columns, or this one, to
  /// disk before it returns; an error of the disk is returned, and the column held in memory nevertheless.
  /// A column of a collection that was dropped meanwhile is not held.
  Status PutColumn(const ColumnKey& key, std::vector<Column> chunks);
  bool HasColumn(const ColumnKey& key) const;
  /// The chunks as they were put; KeyError if the column is not held, OSError if its file is damaged.
  Result<std::vector<Column>> GetColumn(const ColumnKey& key);
  /// Lets go of all columns of a collection and their files.
  void DropCollection(CollectionId id);

  /// Removes every file and the process's folder for them. For the end of the process, when nothing is put or asked for any more; the
  /// store itself may be kept alive by what will never end.
  void RemoveFiles();

  StoreCounts counts() const;
  int64_t memory_bytes() const;
  int64_t memory_limit_bytes() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cask
