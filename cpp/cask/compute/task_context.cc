#include "cask/compute/task_context.h"

#include "cask/base/pool.h"

namespace cask {

Status TaskContext::Breathe() {
  if (is_cancelled()) return CancelledError("the task was cancelled");
  if (yield_) yield_();
  return Status::OK();
}

arrow::MemoryPool* TaskContext::pool() const { return pool_ != nullptr ? pool_ : BufferPool(); }

}  // namespace cask
