// The inner loop of grouped aggregation: combines values into the slots of their groups.
//
// With few groups consecutive rows often meet the same slot, and each would wait for the store of the one before. Four sets of slots,
// used in turn, keep them apart; they are local to a block, and combined at its end in a fixed order.
#pragma once

#include <algorithm>
#include <cstdint>

#include "cask/compute/frame/block_values.h"

namespace cask {

inline constexpr int64_t kFewSlots = 256;

/// Combines values by `op`, starting from `identity`, and gives the (partial) results of groups to `add(slot, value)`: once a
/// group and block if there are few slots, else once a row. Partial results that nothing went into are `identity`.
template <typename T, typename Op, typename Add>
void CombineByGroup(const GroupedValues<T>& rows, int64_t num_slots, T identity, Op op, Add add) {
  const T* values = rows.values;
  const int64_t n = rows.num_rows;
  if (rows.ids == nullptr) {
    constexpr int kLanes = 16;
    T lanes[kLanes];
    std::fill(lanes, lanes + kLanes, identity);
    int64_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
      for (int lane = 0; lane < kLanes; ++lane) lanes[lane] = op(lanes[lane], values[i + lane]);
    }
    for (; i < n; ++i) lanes[i % kLanes] = op(lanes[i % kLanes], values[i]);
    for (int half = kLanes / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < half; ++lane) lanes[lane] = op(lanes[lane], lanes[lane + half]);
    }
    add(1, lanes[0]);
    return;
  }
  const uint32_t* ids = rows.ids;
  if (num_slots > kFewSlots) {
    for (int64_t i = 0; i < n; ++i) add(ids[i], values[i]);
    return;
  }
  T parts[4][kFewSlots];
  for (auto& part : parts) std::fill(part, part + num_slots, identity);
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    T& a = parts[0][ids[i]];
    a = op(a, values[i]);
    T& b = parts[1][ids[i + 1]];
    b = op(b, values[i + 1]);
    T& c = parts[2][ids[i + 2]];
    c = op(c, values[i + 2]);
    T& d = parts[3][ids[i + 3]];
    d = op(d, values[i + 3]);
  }
  for (; i < n; ++i) parts[0][ids[i]] = op(parts[0][ids[i]], values[i]);
  for (int64_t slot = 1; slot < num_slots; ++slot) {
    add(slot, op(op(parts[0][slot], parts[1][slot]), op(parts[2][slot], parts[3][slot])));
  }
}

}  // namespace cask
