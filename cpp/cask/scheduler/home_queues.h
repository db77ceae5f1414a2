// HomeQueues: ready tasks of one layer that wait for a slot at the home of their partition, a queue for each worker.
//
// Workers are named by seats here: numbers below the most workers that were ever connected at a time, so that sets of them are a few words
// of bits and a worker with both a backlog and a free slot is found without a look at each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cask/scheduler/task_queue.h"

namespace cask {

class SeatSet {
 public:
  SeatSet() = default;
  explicit SeatSet(size_t num_seats) { Resize(num_seats); }
  /// Makes room for all seats below `num_seats`, which must be before one of them is named.
  void Resize(size_t num_seats) { words_.resize((num_seats + 63) / 64); }
  bool Contains(int seat) const { return (words_[WordOf(seat)] & BitOf(seat)) != 0; }
  void Insert(int seat) { words_[WordOf(seat)] |= BitOf(seat); }
  void Erase(int seat) { words_[WordOf(seat)] &= ~BitOf(seat); }
  /// Erases a member, inserts another.
  void Flip(int seat) { words_[WordOf(seat)] ^= BitOf(seat); }
  /// The first seat from `from` on that is in both sets, else the first one before it; -1 if they have none in common.
  static int NextCommon(const SeatSet& a, const SeatSet& b, int from);

 private:
  static size_t WordOf(int seat) { return static_cast<size_t>(seat) / 64; }
  static uint64_t BitOf(int seat) { return uint64_t{1} << (seat % 64); }

  std::vector<uint64_t> words_;
};

/// A queue may also name tasks that are not ready any more.
class HomeQueues {
 public:
  void Push(int seat, int64_t task);
  /// A seat among `free` whose queue has a task, the one after that of the last Pop first; -1 if there is none.
  int Find(const SeatSet& free) const { return SeatSet::NextCommon(backlog_, free, next_); }
  int64_t Front(int seat) const { return queues_[seat].Front(); }
  int64_t Pop(int seat);
  /// Empties the queue of a seat.
  TaskQueue TakeAll(int seat);
  void Clear();
  /// Null if nothing ever waited there.
  const TaskQueue* QueueOf(int seat) const { return static_cast<size_t>(seat) < queues_.size() ? &queues_[seat] : nullptr; }

 private:
  std::vector<TaskQueue> queues_;  // by seat
  SeatSet backlog_;                // seats whose queue is not empty
  int next_ = 0;                   // where the next search begins, so that workers are served in turn
};

}  // namespace cask
