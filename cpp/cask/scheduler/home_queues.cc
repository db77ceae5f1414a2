#include "cask/scheduler/home_queues.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace cask {

int SeatSet::NextCommon(const SeatSet& a, const SeatSet& b, int from) {
  const size_t num_words = std::min(a.words_.size(), b.words_.size());
  if (num_words == 0) return -1;
  if (static_cast<size_t>(from) >= num_words * 64) from = 0;
  const size_t first = static_cast<size_t>(from) / 64;
  // Of the first word the higher bits, then all other words, then the first word whole.
  uint64_t mask = ~uint64_t{0} << (from % 64);
  for (size_t i = 0; i <= num_words; ++i, mask = ~uint64_t{0}) {
    const size_t word = first + i < num_words ? first + i : first + i - num_words;
    const uint64_t common = a.words_[word] & b.words_[word] & mask;
    if (common != 0) return static_cast<int>(word * 64) + std::countr_zero(common);
  }
  return -1;
}

void HomeQueues::Push(int seat, int64_t task) {
  if (static_cast<size_t>(seat) >= queues_.size()) {
    queues_.resize(static_cast<size_t>(seat) + 1);
    backlog_.Resize(queues_.size());
  }
  queues_[seat].Push(task);
  backlog_.Insert(seat);
}

int64_t HomeQueues::Pop(int seat) {
  const int64_t task = queues_[seat].Pop();
  if (queues_[seat].empty()) backlog_.Erase(seat);
  next_ = seat + 1;
  return task;
}

TaskQueue HomeQueues::TakeAll(int seat) {
  if (static_cast<size_t>(seat) >= queues_.size()) return {};
  backlog_.Erase(seat);
  return std::exchange(queues_[seat], {});
}

void HomeQueues::Clear() { *this = {}; }

}  // namespace cask
