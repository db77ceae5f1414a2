// What the scheduler and its workers say to each other. docs/cluster.md says how.
//
// Each message is a struct; its place in ToWorker or ToScheduler is its number on the wire, so new ones are added at the end and none is taken out.
#pragma once

#include <concepts>
#include <string>
#include <variant>
#include <vector>

#include "cask/base/error.h"
#include "cask/base/codec.h"

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

using ToWorker = std::variant<Assignment, CancelRun, FreePieces>;

// -- To the scheduler.

struct TaskDone {
  TaskId task{};
  RunId run = kNoRun;
  int64_t num_bytes = 0;  // of the result, which the worker holds
};
constexpr auto FieldsOf(std::type_identity<TaskDone>) { return std::tuple(&TaskDone::task, &TaskDone::run, &TaskDone::num_bytes); }

struct TaskFailed : RunOfTask {};

/// An input of `task` could not be fetched from the worker that was said to hold it.
struct InputMissing : RunOfTask {};

/// The worker takes no more tasks (`is_paused`), or takes some again.
struct Pressure {
  bool is_paused = false;
};
constexpr auto FieldsOf(std::type_identity<Pressure>) { return std::tuple(&Pressure::is_paused); }

using ToScheduler = std::variant<TaskDone, TaskFailed, InputMissing, Pressure>;

// -- Their bytes: the number of the message, then its fields.

std::string Encode(const ToWorker& message);
std::string Encode(const ToScheduler& message);
/// Error if the bytes are no such message.
Result<ToWorker> DecodeToWorker(std::string_view bytes);
Result<ToScheduler> DecodeToScheduler(std::string_view bytes);

}  // namespace cask
