#include "cask/cluster/cluster_client.h"

#include <chrono>
#include <utility>

#include "cask/base/log.h"
#include "cask/base/random.h"
#include "cask/base/threads.h"
#include "cask/cluster/calls_run.h"
#include "cask/cluster/cluster_run.h"
#include "cask/cluster/program.h"
#include "cask/scheduler/shape_codec.h"

namespace cask {
namespace {

auto Seconds(double seconds) { return std::chrono::duration<double>(seconds); }

constexpr double kRetrySeconds = 0.1;
// Where they are is told in one message.
constexpr int64_t kMaxResults = kMaxMessageBytes / 8;
constexpr double kFarewellSeconds = 0.5;

Status CheckSize(const Submission& submission) {
  const size_t num_bytes = submission.shape.bytes.size() + submission.program.bytes.size();
  if (num_bytes <= kMaxMessageBytes / 2) return Status::OK();
  return NotImplementedError("a computation that holds {} MB of this process's data cannot be sent to a cluster, only one of {} MB; write the data to files, "
                             "and read them there", num_bytes >> 20, kMaxMessageBytes >> 21);
}

}  // namespace

Result<std::shared_ptr<ClusterClient>> ClusterClient::Connect(const std::string& address, std::unique_ptr<Transport> transport,
                                                              const ClusterClientOptions& options) {
  ARROW_ASSIGN_OR_RAISE(const HostAndPort place, ParseAddress(address));
  std::shared_ptr<ClusterClient> client(new ClusterClient(place, std::move(transport), options), &ClusterClient::Delete);
  ARROW_RETURN_NOT_OK(client->Open());
  return client;
}

ClusterClient::ClusterClient(HostAndPort scheduler, std::unique_ptr<Transport> transport, const ClusterClientOptions& options)
    : scheduler_place_(std::move(scheduler)),
      address_(fmt::format("{}:{}", scheduler_place_.host, scheduler_place_.port)),
      options_(options),
      session_(SessionId{static_cast<int64_t>(Random(FreshSeed()).Next() >> 1)}),
      transport_(std::move(transport)),
      fetcher_(*transport_, aside_) {}

// A run that holds the client may be let go of on a thread that the client waits for.
void ClusterClient::Delete(ClusterClient* client) {
  if (client->aside_.is_this_thread() || client->transport_->is_this_thread()) {
    StartThread("cask-end", [client] { delete client; }).detach();
  } else {
    delete client;
  }
}

ClusterClient::~ClusterClient() {
  Close();
  aside_.Stop();
  transport_->Stop();  // what it still calls needs all that is here
}

Status ClusterClient::Open() {
  transport_->Post([this] { Connect(); });
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, Seconds(options_.answer_seconds), [&] { return was_welcome_ || has_ended_; })) {
    return OSError("the scheduler at {} did not answer within {} s", address_, options_.answer_seconds);
  }
  return status_;
}

void ClusterClient::Connect() {
  auto link = std::make_shared<Link>();
  const ConnectionEvents events{[this, link](Frame frame) { OnFrame(link, std::move(frame)); },
                                [this, link](const Status& status) { OnClosed(link, status); }};
  transport_->Connect(scheduler_place_.host, scheduler_place_.port, Role::kScheduler, events, [this, link](Result<std::shared_ptr<Connection>> made) {
    if (!made.ok()) return OnClosed(link, made.status());
    link->connection = *made;
    SendGreeting(*link->connection, ClientGreeting{.session = session_});
  });
}

void ClusterClient::OnFrame(const std::shared_ptr<Link>& link, Frame frame) {
  const Status status = TakeFrame(*link, std::move(frame));
  if (status.ok()) return;
  link->connection->Close();
  End(status);  // it would say the same again
}

Status ClusterClient::TakeFrame(Link& link, Frame frame) {
  if (!link.is_welcome) {
    ARROW_RETURN_NOT_OK(ReadWelcome(frame));
    link.is_welcome = true;
    OnWelcome(link.connection);
    return Status::OK();
  }
  return link.reader.Take<ToClient>(std::move(frame), [this](ToClient message) {
    return std::visit([this](auto& content) { return On(std::move(content)); }, message);
  });
}

Status ClusterClient::On(const PlanAccepted& accepted) {
  if (const auto run = FindRun(accepted.request)) run->OnAccepted(accepted.plan);
  if (const auto calls = FindCalls(accepted.request)) calls->OnAccepted(accepted.plan);
  return Status::OK();
}

Status ClusterClient::On(const PlanProgress& progress) {
  if (const auto run = FindRun(progress.request)) run->OnProgress(progress.layers);
  return Status::OK();
}

Status ClusterClient::On(const PlanEvidence& evidence) {
  if (const auto run = FindRun(evidence.request)) run->OnEvidence(evidence.evidence);
  return Status::OK();
}

Status ClusterClient::On(const PlanEnded& ended) {
  if (const auto run = FindRun(ended.request)) run->OnEnded(ended);
  return Status::OK();
}

Status ClusterClient::On(Workers workers) {
  std::lock_guard lock(mutex_);
  answers_[workers.request] = std::move(workers);
  changed_.notify_all();
  return Status::OK();
}

Status ClusterClient::On(TaskEnded ended) {
  const auto calls = FindCalls(ended.request);
  if (calls == nullptr) return Status::OK();
  std::string address;
  {
    std::lock_guard lock(mutex_);
    if (const auto holder = addresses_.find(ended.holder); holder != addresses_.end()) address = holder->second;
  }
  calls->OnEnded(std::move(ended), address);
  return Status::OK();
}

Status ClusterClient::On(const WorkerAddress& address) {
  std::lock_guard lock(mutex_);
  addresses_[address.worker] = address.address;
  return Status::OK();
}

void ClusterClient::OnWelcome(const std::shared_ptr<Connection>& connection) {
  away_since_ = {};
  std::vector<std::shared_ptr<ClusterRun>> runs;  // let go of without the lock: the end of a run needs it
  std::vector<std::shared_ptr<CallsRun>> all_calls;
  std::lock_guard lock(mutex_);
  LiveRequests live{{}, {collections_.begin(), collections_.end()}};
  std::vector<FromClient> submissions;
  for (const auto& [request, weak] : runs_) {
    runs.push_back(weak.lock());
    if (runs.back() == nullptr || runs.back()->done()) continue;
    live.requests.push_back(request);
    submissions.push_back(runs.back()->submission());
  }
  for (const auto& [request, weak] : calls_) {
    all_calls.push_back(weak.lock());
    if (all_calls.back() == nullptr || !all_calls.back()->is_wanted()) continue;
    live.requests.push_back(request);
    for (FromClient& message : all_calls.back()->Messages()) submissions.push_back(std::move(message));
  }
  Send(*connection, FromClient(std::move(live)));
  for (const FromClient& submission : submissions) Send(*connection, submission);
  scheduler_ = connection;
  was_welcome_ = true;
  changed_.notify_all();
}

void ClusterClient::OnClosed(const std::shared_ptr<Link>& link, const Status& status) {
  const Status why = status.ok() ? OSError("the scheduler at {} closed the connection", address_) : status;
  {
    std::lock_guard lock(mutex_);
    if (scheduler_ != nullptr && scheduler_ != link->connection) return;
    scheduler_ = nullptr;
    changed_.notify_all();
    if (has_ended_) return;
    if (was_welcome_) {
      const auto now = std::chrono::steady_clock::now();
      if (away_since_.time_since_epoch().count() == 0) {
        away_since_ = now;
        LogWarning("the connection with the scheduler at {} is lost ({}); trying again for {} s", address_, why.message(), options_.away_seconds);
      }
      if (now - away_since_ < Seconds(options_.away_seconds)) return transport_->PostAfter(kRetrySeconds, [this] { Connect(); });
    }
  }
  End(was_welcome_ ? OSError("there has been no scheduler at {} for {} s: {}", address_, options_.away_seconds, why.message()) : why);
}

void ClusterClient::End(const Status& status) {
  std::map<RequestId, std::weak_ptr<ClusterRun>> runs;
  std::map<RequestId, std::weak_ptr<CallsRun>> all_calls;
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(has_ended_, true)) return;
    status_ = status;
    runs = std::exchange(runs_, {});
    all_calls = std::exchange(calls_, {});
    call_ended_.notify_all();
    changed_.notify_all();
  }
  for (const auto& [request, weak] : runs) {
    if (const auto run = weak.lock()) run->OnLost(status);
  }
  for (const auto& [request, weak] : all_calls) {
    if (const auto calls = weak.lock()) calls->OnLost(status);
  }
}

void ClusterClient::Drop(CollectionId collection) {
  {
    std::lock_guard lock(mutex_);
    collections_.erase(collection);
  }
  Tell(ReleaseCollection{collection});
}

void ClusterClient::Forget(RequestId request) {
  std::lock_guard lock(mutex_);
  runs_.erase(request);
  calls_.erase(request);
  if (scheduler_ != nullptr && !has_ended_) Send(*scheduler_, FromClient(ReleasePlan{request}));
}

RequestId ClusterClient::NewRequest() { return RequestId{next_request_++}; }

void ClusterClient::Tell(const FromClient& message) {
  std::lock_guard lock(mutex_);
  if (scheduler_ != nullptr && !has_ended_) Send(*scheduler_, message);
}

std::shared_ptr<ClusterRun> ClusterClient::FindRun(RequestId request) const {
  std::lock_guard lock(mutex_);
  const auto found = runs_.find(request);
  return found == runs_.end() ? nullptr : found->second.lock();
}

std::shared_ptr<CallsRun> ClusterClient::FindCalls(RequestId request) const {
  std::lock_guard lock(mutex_);
  const auto found = calls_.find(request);
  return found == calls_.end() ? nullptr : found->second.lock();
}

Result<TaskHolds> ClusterClient::SubmitCalls(const CallProgram& program, TaskHolds inputs, const SubmitOptions& options) {
  const Plan plan = MakeCallPlan(program);
  PlanShape shape = ShapeOf(plan);
  const auto layer = static_cast<int32_t>(plan.layers.size()) - 1;
  for (const auto& input : inputs) shape.imports.push_back({PlanId{Number(input->run->request())}, input->run->layer(), input->task});
  Submission submission;
  submission.name = options.name;
  submission.priority = options.priority;
  submission.retries = options.retries;
  submission.is_independent = true;
  submission.shape.bytes = EncodeShape(shape);
  submission.program.bytes = EncodeCallProgram(program);
  ARROW_RETURN_NOT_OK(CheckSize(submission));
  const int64_t num_calls = plan.layers[layer].num_tasks;
  std::shared_ptr<CallsRun> run;
  {
    std::lock_guard lock(mutex_);
    ARROW_RETURN_NOT_OK(status_);
    submission.request = NewRequest();
    run = std::make_shared<CallsRun>(shared_from_this(), std::move(submission), layer, num_calls, std::move(inputs));
    calls_.emplace(run->request(), run);
    if (scheduler_ != nullptr) Send(*scheduler_, run->Messages()[0]);
  }
  TaskHolds holds;
  for (int64_t task = 0; task < num_calls; ++task) holds.push_back(std::make_shared<TaskHold>(run, task));
  return holds;
}

Result<std::shared_ptr<Run>> ClusterClient::Submit(const std::vector<Projection>& outputs, const LoweredPlan& lowered, SubmitOptions options,
                                                   const SinkSpecs& sinks) {
  PlanShape shape = ShapeOf(lowered.plan);
  for (const ScanLayer& scan : lowered.scans) {
    const auto* persisted = dynamic_cast<const PersistedExpr*>(scan.source.get());
    const auto identity = persisted == nullptr ? std::nullopt : persisted->data()->identity();
    if (identity) shape.layers[scan.layer].affinity = Affinity{identity->collection, scan.first_partition};
  }
  ARROW_ASSIGN_OR_RAISE(std::string program, EncodeProgram(outputs, sinks));
  return SubmitProgram(std::move(program), shape, lowered.plan, outputs, std::move(options));
}

Result<std::shared_ptr<Run>> ClusterClient::SubmitArrays(const std::vector<ArrayExprPtr>& arrays, const Plan& plan, SubmitOptions options) {
  ARROW_ASSIGN_OR_RAISE(std::string program, EncodeArrayProgram(arrays));
  return SubmitProgram(std::move(program), ShapeOf(plan), plan, {}, std::move(options));
}

Result<std::shared_ptr<Run>> ClusterClient::SubmitLoad(const Projection& persisted, const PersistedData::Identity& identity, SubmitOptions options) {
  const int64_t num_partitions = persisted.root->num_partitions();
  PlanShape shape{{{num_partitions, true, {}, Affinity{identity.collection, 0}}}};
  ARROW_ASSIGN_OR_RAISE(std::string program, EncodeLoadProgram(persisted));
  // Not the collection itself, which holds the run.
  const Projection& loaded = static_cast<const PersistedExpr&>(*persisted.root).input();
  return SubmitProgram(std::move(program), shape, Plan{{{"persist", num_partitions, nullptr, {}}}, {}}, {loaded}, std::move(options));
}

Result<std::shared_ptr<Run>> ClusterClient::SubmitProgram(std::string program, const PlanShape& shape, const Plan& plan,
                                                          std::vector<Projection> outputs, SubmitOptions options) {
  Submission submission;
  submission.name = options.name;
  submission.priority = options.priority;
  submission.retries = options.retries;
  submission.shape.bytes = EncodeShape(shape);
  submission.program.bytes = std::move(program);
  int64_t num_results = 0;
  for (const PlanShape::Layer& layer : shape.layers) num_results += layer.is_output ? layer.num_tasks : 0;
  if (num_results > kMaxResults) return NotImplementedError("a computation of {} results cannot be sent to a cluster, only of {}", num_results, kMaxResults);
  ARROW_RETURN_NOT_OK(CheckSize(submission));
  std::shared_ptr<ClusterRun> run;
  {
    std::lock_guard lock(mutex_);
    ARROW_RETURN_NOT_OK(status_);
    submission.request = NewRequest();
    for (const PlanShape::Layer& layer : shape.layers) {
      if (layer.affinity) collections_.insert(layer.affinity->collection);
    }
    run = std::make_shared<ClusterRun>(shared_from_this(), std::move(submission), plan, std::move(outputs), std::move(options));
    runs_.emplace(run->submission().request, run);
    if (scheduler_ != nullptr) Send(*scheduler_, FromClient(run->submission()));
  }
  return run;
}

void ClusterClient::AddEnded(const std::vector<EndedCall>& ended) {
  std::lock_guard lock(mutex_);
  ended_.insert(ended_.end(), ended.begin(), ended.end());
  call_ended_.notify_all();
}

std::optional<std::vector<EndedCall>> ClusterClient::TakeEnded(double seconds) {
  std::unique_lock lock(mutex_);
  call_ended_.wait_for(lock, Seconds(seconds), [&] { return !ended_.empty() || has_ended_; });
  if (ended_.empty() && has_ended_) return std::nullopt;
  return std::exchange(ended_, {});
}

std::vector<std::shared_ptr<Run>> ClusterClient::ActiveRuns() const {
  std::vector<std::shared_ptr<Run>> runs;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [request, weak] : runs_) {
      if (auto run = weak.lock()) runs.push_back(std::move(run));
    }
  }
  // Without the lock: this may be what holds a run last, and its end needs it.
  std::erase_if(runs, [](const auto& run) { return run->done(); });
  return runs;
}

Result<std::vector<WorkerNews>> ClusterClient::AskWorkers(double seconds) {
  std::unique_lock lock(mutex_);
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(Seconds(seconds));
  const Status too_late = OSError("the scheduler at {} did not answer within {} s", address_, seconds);
  if (!changed_.wait_until(lock, until, [&] { return scheduler_ != nullptr || has_ended_; })) return too_late;
  ARROW_RETURN_NOT_OK(status_);
  const RequestId request = NewRequest();
  Send(*scheduler_, FromClient(cask::AskWorkers{request}));
  if (!changed_.wait_until(lock, until, [&] { return answers_.contains(request) || has_ended_; })) return too_late;
  auto answer = answers_.extract(request);
  if (answer.empty()) return status_;
  return std::move(answer.mapped().workers);
}

void ClusterClient::ShutDown() { Tell(cask::ShutDown{}); }

void ClusterClient::Close() {
  Tell(Farewell{});
  End(CancelledError("the client was closed"));
  std::unique_lock lock(mutex_);
  if (scheduler_ == nullptr) return;
  scheduler_->Close();
  // So that the farewell is out before the transport may end.
  if (!transport_->is_this_thread()) changed_.wait_for(lock, Seconds(kFarewellSeconds), [&] { return scheduler_ == nullptr; });
}

Status ClusterClient::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace cask
