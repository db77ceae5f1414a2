#include "cask/scheduler/layer_state.h"

#include "cask/base/check.h"

namespace cask {

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

int64_t LayerState::PeekReady() {
  for (; !queue.empty(); queue.Pop()) {
    if (state[queue.Front()] == TaskState::kReady) return queue.Front();
  }
  for (; cursor < num_tasks; ++cursor) {
    if (state[cursor] == TaskState::kReady) return cursor;
  }
  return -1;
}

int LayerState::FindAtHome(const SeatSet& free) {
  while (true) {
    const int seat = at_home.Find(free);
    if (seat < 0 || state[at_home.Front(seat)] == TaskState::kReady) return seat;
    at_home.Pop(seat);
  }
}

void LayerState::DropAffinity() {
  affinity.reset();
  homes = nullptr;
  // All ready tasks are found by the cursor again.
  at_home.Clear();
  queue.Clear();
  cursor = 0;
}

}  // namespace cask
