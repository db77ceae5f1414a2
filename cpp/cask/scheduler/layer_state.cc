#include "cask/scheduler/layer_state.h"

#include "cask/base/check.h"

namespace cask {

int64_t TaskQueue::Pop() {
  CASK_CHECK(!empty());
  const int64_t task = tasks_[head_++];
  constexpr size_t kWorthMoving = 1024;
  if (head_ == tasks_.size()) {
    Clear();
  } else if (head_ >= kWorthMoving && head_ * 2 >= tasks_.size()) {
    tasks_.erase(tasks_.begin(), tasks_.begin() + static_cast<ptrdiff_t>(head_));
    head_ = 0;
  }
  return task;
}

void TaskQueue::Clear() {
  tasks_.clear();
  head_ = 0;
}

void LayerState::SetState(int64_t task, TaskState to) {
  --count[static_cast<int>(state[task])];
  ++count[static_cast<int>(to)];
  state[task] = to;
}

int64_t LayerState::TakeReady() {
  CASK_CHECK_GT(Count(TaskState::kReady), 0);
  while (!queue.empty()) {
    const int64_t task = queue.Pop();
    if (state[task] == TaskState::kReady) return task;
  }
  while (true) {
    CASK_CHECK_LT(cursor, num_tasks);
    const int64_t task = cursor++;
    if (state[task] == TaskState::kReady) return task;
  }
}

}  // namespace cask
