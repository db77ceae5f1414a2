// TaskContext: what a running task knows of its surroundings: which partition it works on, its inputs, whether to stop, and where
// to put what it learned about the source.
#pragma once

#include <arrow/type_fwd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "cask/base/error.h"
#include "cask/data/piece.h"

namespace cask {

using InputGroups = std::vector<std::vector<std::shared_ptr<const Piece>>>;

/// What a source learned about its data while reading one partition, beyond the rows themselves. Each source defines its own
/// evidence; whoever made the plan checks it once the tasks are done (a column wider than its provisional type, a partition that
/// ended elsewhere than the next one began) and plans anew where it does not bear out what was assumed.
class Evidence {
 public:
  virtual ~Evidence() = default;
  /// Whether it contradicts what was assumed already by itself: then the rows that came with it do not count.
  virtual bool is_void() const { return false; }
};

class TaskContext {
 public:
  explicit TaskContext(int64_t partition) : partition_(partition) {}

  /// The partition or task number within its layer.
  int64_t partition() const { return partition_; }
  void set_partition(int64_t partition) { partition_ = partition; }

  /// The results that this task depends on: one group for each input of its layer, each in the order that the input's pattern gives.
  const InputGroups& inputs() const { return inputs_; }
  void set_inputs(InputGroups inputs) { inputs_ = std::move(inputs); }
  /// The inputs, which the task then owns: it can let go of each as soon as it is used.
  InputGroups TakeInputs() { return std::move(inputs_); }

  /// Set from another thread when nobody wants the result any more; not owned, may be null.
  void set_cancel_flag(const std::atomic<bool>* cancelled) { cancelled_ = cancelled; }
  bool is_cancelled() const { return cancelled_ != nullptr && cancelled_->load(std::memory_order_relaxed); }

  /// Called between batches; runs more urgent tasks, if any wait, on this thread.
  void set_yield(std::function<void()> yield) { yield_ = std::move(yield); }
  /// Cancelled if the task is to stop. To be called at least once a few milliseconds.
  Status Breathe();

  void AddEvidence(std::shared_ptr<const Evidence> evidence) { evidence_.push_back(std::move(evidence)); }
  const std::vector<std::shared_ptr<const Evidence>>& evidence() const { return evidence_; }
  std::vector<std::shared_ptr<const Evidence>> TakeEvidence() { return std::move(evidence_); }

  /// Where the task allocates: counted, pooled.
  arrow::MemoryPool* pool() const;
  void set_pool(arrow::MemoryPool* pool) { pool_ = pool; }

 private:
  int64_t partition_;
  InputGroups inputs_;
  const std::atomic<bool>* cancelled_ = nullptr;
  std::function<void()> yield_;
  std::vector<std::shared_ptr<const Evidence>> evidence_;
  arrow::MemoryPool* pool_ = nullptr;  // null: the process's default pool
};

}  // namespace cask
