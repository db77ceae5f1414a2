// TaskQueue: numbers of tasks, taken out in the order in which they were put in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cask/base/check.h"

namespace cask {

class TaskQueue {
 public:
  bool empty() const { return head_ == tasks_.size(); }
  void Push(int64_t task) { tasks_.push_back(task); }
  int64_t Front() const { return tasks_[head_]; }
  int64_t Pop() {
    CASK_CHECK(!empty());
    const int64_t task = tasks_[head_++];
    if (empty()) {
      Clear();
    } else if (head_ >= kWorthMoving && head_ * 2 >= tasks_.size()) {
      tasks_.erase(tasks_.begin(), tasks_.begin() + static_cast<ptrdiff_t>(head_));
      head_ = 0;
    }
    return task;
  }
  void Clear() {
    tasks_.clear();
    head_ = 0;
  }
  const std::vector<int64_t>& tasks() const { return tasks_; }
  size_t head() const { return head_; }

 private:
  static constexpr size_t kWorthMoving = 1024;

  std::vector<int64_t> tasks_;
  size_t head_ = 0;
};

}  // namespace cask
