// Ids of what a scheduler, its workers and the store speak about. Integers inside; names exist only at the edges.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace cask {

/// A submitted plan. Never given twice by one scheduler.
enum class PlanId : int64_t {};
/// A worker as long as it is connected; one that comes back is another worker.
enum class WorkerId : int32_t {};
/// One attempt at a task. Never given twice by one scheduler, so an answer that names an old run is known to be late.
enum class RunId : int64_t {};
/// A persisted frame or array.
enum class CollectionId : int64_t {};

inline constexpr PlanId kNoPlan{-1};
inline constexpr WorkerId kNoWorker{-1};
inline constexpr RunId kNoRun{-1};

/// The number behind an id, for messages.
template <typename Id>
constexpr auto Number(Id id) {
  return static_cast<std::underlying_type_t<Id>>(id);
}

/// A task: number `task` of layer `layer` of a plan. Also names the pieces that it gives, all outputs together.
struct TaskId {
  PlanId plan;
  int32_t layer;
  int64_t task;
  auto operator<=>(const TaskId&) const = default;
};

/// Mixes a number into a hash.
inline uint64_t HashCombine(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
  return hash ^ (hash >> 32);
}

}  // namespace cask

template <>
struct std::hash<cask::TaskId> {
  size_t operator()(const cask::TaskId& id) const {
    uint64_t hash = cask::HashCombine(0, static_cast<uint64_t>(id.plan));
    hash = cask::HashCombine(hash, static_cast<uint64_t>(id.layer));
    return cask::HashCombine(hash, static_cast<uint64_t>(id.task));
  }
};
