// What a client and the scheduler say to each other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cask/wire/worker_messages.h"

namespace cask {

/// A number that a client gives to what it asks for, once each.
enum class RequestId : int64_t {};

// -- To the scheduler.

/// A plan is to be run. The scheduler answers with news of it until it is released. What it knows already, it only says the news of again.
struct Submission {
  RequestId request{};
  std::optional<PlanId> plan;  // by which a scheduler that is no more has called it
  std::string name;  // for people
  Priority priority = Priority::kNormal;
  int32_t retries = 0;
  bool is_independent = false;  // each task ends by itself: TaskEnded
  Blob shape;               // scheduler/shape_codec.h; imports are named by the client's requests, as if these were plans
  Blob program;             // for workers
};
constexpr auto FieldsOf(std::type_identity<Submission>) {
  return std::tuple(&Submission::request, &Submission::plan, &Submission::name, &Submission::priority, &Submission::retries, &Submission::is_independent,
                    &Submission::shape, &Submission::program);
}

struct CancelPlan {
  RequestId request{};
};
constexpr auto FieldsOf(std::type_identity<CancelPlan>) { return std::tuple(&CancelPlan::request); }

/// The results are not needed any more.
struct ReleasePlan {
  RequestId request{};
};
constexpr auto FieldsOf(std::type_identity<ReleasePlan>) { return std::tuple(&ReleasePlan::request); }

/// The client needs a persisted collection no more.
struct ReleaseCollection {
  CollectionId collection{};
};
constexpr auto FieldsOf(std::type_identity<ReleaseCollection>) { return std::tuple(&ReleaseCollection::collection); }

/// Who the workers are is to be said, now.
struct AskWorkers {
  RequestId request{};
};
constexpr auto FieldsOf(std::type_identity<AskWorkers>) { return std::tuple(&AskWorkers::request); }

/// The cluster is to end: workers, then the scheduler.
struct ShutDown {};
constexpr auto FieldsOf(std::type_identity<ShutDown>) { return std::tuple(); }

/// Which of a session's requests and collections the client still wants. The first message after a greeting.
struct LiveRequests {
  std::vector<RequestId> requests;
  std::vector<CollectionId> collections;
};
constexpr auto FieldsOf(std::type_identity<LiveRequests>) { return std::tuple(&LiveRequests::requests, &LiveRequests::collections); }

/// The client goes, for good.
struct Farewell {};
constexpr auto FieldsOf(std::type_identity<Farewell>) { return std::tuple(); }

/// The results of tasks of an independent plan are not needed any more: of its output layer.
struct ReleaseTasks {
  RequestId request{};
  std::vector<int64_t> tasks;
};
constexpr auto FieldsOf(std::type_identity<ReleaseTasks>) { return std::tuple(&ReleaseTasks::request, &ReleaseTasks::tasks); }

/// A task of an independent plan that has failed is to be tried again.
struct RetryTask {
  RequestId request{};
  int64_t task = 0;
};
constexpr auto FieldsOf(std::type_identity<RetryTask>) { return std::tuple(&RetryTask::request, &RetryTask::task); }

using FromClient = std::variant<Submission, CancelPlan, ReleasePlan, AskWorkers, ShutDown, ReleaseCollection, LiveRequests, Farewell, ReleaseTasks, RetryTask>;

// -- To a client.

struct LayerNews {
  int64_t total = 0;
  int64_t done = 0;
  int64_t in_memory = 0;
  int64_t processing = 0;
};
constexpr auto FieldsOf(std::type_identity<LayerNews>) {
  return std::tuple(&LayerNews::total, &LayerNews::done, &LayerNews::in_memory, &LayerNews::processing);
}

/// What the scheduler calls a plan.
struct PlanAccepted {
  RequestId request{};
  PlanId plan{};
};
constexpr auto FieldsOf(std::type_identity<PlanAccepted>) { return std::tuple(&PlanAccepted::request, &PlanAccepted::plan); }

/// How far a plan is.
struct PlanProgress {
  RequestId request{};
  std::vector<LayerNews> layers;
};
constexpr auto FieldsOf(std::type_identity<PlanProgress>) { return std::tuple(&PlanProgress::request, &PlanProgress::layers); }

/// What tasks of a plan have learned, as it comes in. All of it is there before the plan's end is told.
struct PlanEvidence {
  RequestId request{};
  std::vector<EvidenceOfTask> evidence;
};
constexpr auto FieldsOf(std::type_identity<PlanEvidence>) { return std::tuple(&PlanEvidence::request, &PlanEvidence::evidence); }

/// Who holds the results of an output layer's tasks, in order.
struct OutputHolders {
  int32_t layer = 0;
  std::vector<WorkerId> holders;
};
constexpr auto FieldsOf(std::type_identity<OutputHolders>) { return std::tuple(&OutputHolders::layer, &OutputHolders::holders); }

/// A plan has ended. Said again if results were lost after that and computed once more.
struct PlanEnded {
  RequestId request{};
  PlanId plan{};
  Status status;
  std::vector<LayerNews> layers;
  std::vector<OutputHolders> outputs;    // none unless it has ended well
  std::vector<WorkerAddress> addresses;  // of these holders
};
constexpr auto FieldsOf(std::type_identity<PlanEnded>) {
  return std::tuple(&PlanEnded::request, &PlanEnded::plan, &PlanEnded::status, &PlanEnded::layers, &PlanEnded::outputs, &PlanEnded::addresses);
}

struct WorkerNews {
  WorkerId worker = kNoWorker;
  std::string name;
  std::string address;
  int32_t threads = 0;
  int64_t memory_limit_bytes = 0;
  int64_t memory_bytes = 0;
  int64_t store_bytes = 0;
  int64_t spilled_bytes = 0;
};
constexpr auto FieldsOf(std::type_identity<WorkerNews>) {
  return std::tuple(&WorkerNews::worker, &WorkerNews::name, &WorkerNews::address, &WorkerNews::threads, &WorkerNews::memory_limit_bytes,
                    &WorkerNews::memory_bytes, &WorkerNews::store_bytes, &WorkerNews::spilled_bytes);
}

struct Workers {
  RequestId request{};
  std::vector<WorkerNews> workers;
};
constexpr auto FieldsOf(std::type_identity<Workers>) { return std::tuple(&Workers::request, &Workers::workers); }

/// A task of an independent plan has ended. Said again if its result was lost after that and computed once more.
struct TaskEnded {
  RequestId request{};
  TaskId task{};
  Status status;
  WorkerId holder = kNoWorker;  // of the result, where it has ended well; its address has been told
  std::optional<Blob> value;    // where it is short
};
constexpr auto FieldsOf(std::type_identity<TaskEnded>) {
  return std::tuple(&TaskEnded::request, &TaskEnded::task, &TaskEnded::status, &TaskEnded::holder, &TaskEnded::value);
}

using ToClient = std::variant<PlanProgress, PlanEnded, Workers, PlanAccepted, PlanEvidence, TaskEnded, WorkerAddress>;

}  // namespace cask
