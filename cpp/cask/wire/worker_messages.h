// What the scheduler and its workers say to each other. docs/cluster.md says how.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "cask/base/error_codec.h"
#include "cask/wire/message.h"

namespace cask {

/// What several messages are about.
struct RunOfTask {
  TaskId task{};
  RunId run = kNoRun;
};
template <std::derived_from<RunOfTask> Message>
constexpr auto FieldsOf(std::type_identity<Message>) {
  return std::tuple(&RunOfTask::task, &RunOfTask::run);
}

/// What a task has learned.
struct EvidenceOfTask {
  TaskId task{};
  Blob evidence;  // compute/evidence_codec.h
};
constexpr auto FieldsOf(std::type_identity<EvidenceOfTask>) { return std::tuple(&EvidenceOfTask::task, &EvidenceOfTask::evidence); }

/// An input that another worker holds.
struct RemoteInput {
  TaskId task{};
  WorkerId holder = kNoWorker;
};
constexpr auto FieldsOf(std::type_identity<RemoteInput>) { return std::tuple(&RemoteInput::task, &RemoteInput::holder); }

// -- To a worker.

/// It is to run `task` as `run`.
struct Assignment {
  TaskId task{};
  RunId run = kNoRun;
  Priority priority = Priority::kNormal;
  int64_t estimated_bytes = 0;             // of the result
  std::vector<RemoteInput> remote_inputs;  // those that this worker does not hold, each once
};
constexpr auto FieldsOf(std::type_identity<Assignment>) {
  return std::tuple(&Assignment::task, &Assignment::run, &Assignment::priority, &Assignment::estimated_bytes, &Assignment::remote_inputs);
}

/// It is to stop `run`, or to drop what it gave if it has ended; no answer is expected.
struct CancelRun : RunOfTask {};

/// It is to drop the pieces of `task` that `run` gave.
struct FreePieces : RunOfTask {};

/// What the tasks of a plan are. Comes before the first assignment of one.
struct PlanProgram {
  PlanId plan{};
  Blob program;                 // cluster/program.h
  std::vector<TaskId> imports;  // results of other plans, which stand as the tasks of layer 0
};
constexpr auto FieldsOf(std::type_identity<PlanProgram>) { return std::tuple(&PlanProgram::plan, &PlanProgram::program, &PlanProgram::imports); }

/// No task of the plan will be assigned any more.
struct ForgetPlan {
  PlanId plan{};
};
constexpr auto FieldsOf(std::type_identity<ForgetPlan>) { return std::tuple(&ForgetPlan::plan); }

/// Where another worker gives its pieces. Comes before the first assignment that names it as a holder.
struct WorkerAddress {
  WorkerId worker = kNoWorker;
  std::string address;  // "node7:40123"
};
constexpr auto FieldsOf(std::type_identity<WorkerAddress>) { return std::tuple(&WorkerAddress::worker, &WorkerAddress::address); }

/// The worker is to end.
struct Dismissal {};
constexpr auto FieldsOf(std::type_identity<Dismissal>) { return std::tuple(); }

/// What it holds of a persisted collection is not needed any more.
struct DropCollection {
  CollectionId collection{};
};
constexpr auto FieldsOf(std::type_identity<DropCollection>) { return std::tuple(&DropCollection::collection); }

using ToWorker = std::variant<Assignment, CancelRun, FreePieces, PlanProgram, ForgetPlan, WorkerAddress, Dismissal, DropCollection>;

// -- To the scheduler.

/// Up to that size the value of a call goes with the news of it, by the scheduler, to who waits for it.
inline constexpr int64_t kMaxValueBytes = 4 << 10;

struct TaskDone {
  TaskId task{};
  RunId run = kNoRun;
  int64_t num_bytes = 0;  // of the result, which the worker holds
  Blob evidence;          // compute/evidence_codec.h; empty where there is none
  std::optional<Blob> value;  // of a user's function, where it is so short that it goes along (kMaxValueBytes)
};
constexpr auto FieldsOf(std::type_identity<TaskDone>) {
  return std::tuple(&TaskDone::task, &TaskDone::run, &TaskDone::num_bytes, &TaskDone::evidence, &TaskDone::value);
}

struct TaskFailed {
  TaskId task{};
  RunId run = kNoRun;
  Status error;
  Blob evidence;
};
constexpr auto FieldsOf(std::type_identity<TaskFailed>) {
  return std::tuple(&TaskFailed::task, &TaskFailed::run, &TaskFailed::error, &TaskFailed::evidence);
}

/// An input of `task` could not be fetched from the worker that was said to hold it.
struct InputMissing : RunOfTask {};

/// The worker takes no more tasks (`is_paused`), or takes some again.
struct Pressure {
  bool is_paused = false;
};
constexpr auto FieldsOf(std::type_identity<Pressure>) { return std::tuple(&Pressure::is_paused); }

/// A result that the worker holds.
struct HeldResult {
  TaskId task{};
  RunId run = kNoRun;
  int64_t num_bytes = 0;
};
constexpr auto FieldsOf(std::type_identity<HeldResult>) { return std::tuple(&HeldResult::task, &HeldResult::run, &HeldResult::num_bytes); }

/// Partitions of a persisted collection that the worker holds columns of.
struct HeldPartitions {
  CollectionId collection{};
  std::vector<int64_t> partitions;
};
constexpr auto FieldsOf(std::type_identity<HeldPartitions>) { return std::tuple(&HeldPartitions::collection, &HeldPartitions::partitions); }

/// What a worker holds when it joins: it may have worked for the scheduler before this one. Comes first, in as many messages as it takes; until the
/// last the worker is given nothing.
struct Holdings {
  std::vector<HeldResult> results;
  std::vector<EvidenceOfTask> evidence;  // also of tasks whose results are not held any more
  std::vector<HeldPartitions> partitions;
  bool is_last = true;
};
constexpr auto FieldsOf(std::type_identity<Holdings>) {
  return std::tuple(&Holdings::results, &Holdings::evidence, &Holdings::partitions, &Holdings::is_last);
}

/// That the worker lives, several times a second, and how it does.
struct Heartbeat {
  int64_t memory_bytes = 0;   // what its process takes
  int64_t store_bytes = 0;    // of results and persisted columns
  int64_t spilled_bytes = 0;
};
constexpr auto FieldsOf(std::type_identity<Heartbeat>) {
  return std::tuple(&Heartbeat::memory_bytes, &Heartbeat::store_bytes, &Heartbeat::spilled_bytes);
}

using ToScheduler = std::variant<TaskDone, TaskFailed, InputMissing, Pressure, Heartbeat, Holdings>;

}  // namespace cask
