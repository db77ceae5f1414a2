#include "cask/cluster/cluster_client.h"

#include <chrono>
#include <utility>

#include "cask/base/threads.h"
#include "cask/cluster/cluster_run.h"
#include "cask/cluster/program.h"
#include "cask/scheduler/shape_codec.h"

namespace cask {
namespace {

auto Seconds(double seconds) { return std::chrono::duration<double>(seconds); }

}  // namespace

Result<std::shared_ptr<ClusterClient>> ClusterClient::Connect(const std::string& address, std::unique_ptr<Transport> transport, double seconds) {
  ARROW_ASSIGN_OR_RAISE(const HostAndPort place, ParseAddress(address));
  std::shared_ptr<ClusterClient> client(new ClusterClient(fmt::format("{}:{}", place.host, place.port), std::move(transport)), &ClusterClient::Delete);
  ARROW_RETURN_NOT_OK(client->Open(seconds));
  return client;
}

ClusterClient::ClusterClient(std::string address, std::unique_ptr<Transport> transport)
    : address_(std::move(address)), transport_(std::move(transport)), fetcher_(*transport_, aside_) {}

// A run that holds the client may be let go of on a thread that the client waits for.
void ClusterClient::Delete(ClusterClient* client) {
  if (client->aside_.is_this_thread() || client->transport_->is_this_thread()) {
    StartThread("cask-end", [client] { delete client; }).detach();
  } else {
    delete client;
  }
}

ClusterClient::~ClusterClient() {
  aside_.Stop();
  transport_.reset();
}

Status ClusterClient::Open(double seconds) {
  ARROW_ASSIGN_OR_RAISE(const HostAndPort place, ParseAddress(address_));
  const ConnectionEvents events{[this](Frame frame) { OnFrame(std::move(frame)); }, [this](const Status& status) { OnClosed(status); }};
  transport_->Connect(place.host, place.port, Role::kScheduler, events, [this](Result<std::shared_ptr<Connection>> connection) {
    if (!connection.ok()) return OnClosed(connection.status());
    std::lock_guard lock(mutex_);
    scheduler_ = *connection;
    SendGreeting(*scheduler_, ClientGreeting{});
  });
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, Seconds(seconds), [&] { return is_welcome_ || has_ended_; })) {
    return OSError("the scheduler at {} did not answer within {} s", address_, seconds);
  }
  return status_;
}

void ClusterClient::OnFrame(Frame frame) {
  const Status status = TakeFrame(std::move(frame));
  if (status.ok()) return;
  std::shared_ptr<Connection> scheduler;
  {
    std::lock_guard lock(mutex_);
    scheduler = scheduler_;
  }
  scheduler->Close();
  OnClosed(status);
}

Status ClusterClient::TakeFrame(Frame frame) {
  {
    std::lock_guard lock(mutex_);
    if (!is_welcome_) {
      ARROW_RETURN_NOT_OK(ReadWelcome(frame));
      is_welcome_ = true;
      changed_.notify_all();
      return Status::OK();
    }
  }
  ARROW_ASSIGN_OR_RAISE(const auto bytes, reader_.Take(std::move(frame)));
  if (!bytes) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(ToClient message, Decode<ToClient>(*bytes));
  if (const auto* progress = std::get_if<PlanProgress>(&message)) {
    if (const auto run = FindRun(progress->request)) run->OnProgress(progress->layers);
  } else if (const auto* ended = std::get_if<PlanEnded>(&message)) {
    if (const auto run = FindRun(ended->request)) run->OnEnded(*ended);
  } else {
    std::lock_guard lock(mutex_);
    Workers& workers = std::get<Workers>(message);
    answers_[workers.request] = std::move(workers);
    changed_.notify_all();
  }
  return Status::OK();
}

void ClusterClient::OnClosed(const Status& status) {
  std::map<RequestId, std::weak_ptr<ClusterRun>> runs;
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(has_ended_, true)) return;
    status_ = status.ok() ? OSError("the scheduler at {} closed the connection", address_) : status;
    runs = std::exchange(runs_, {});
    changed_.notify_all();
  }
  for (const auto& [request, weak] : runs) {
    if (const auto run = weak.lock()) run->OnLost(status_);
  }
}

void ClusterClient::Forget(RequestId request) {
  std::lock_guard lock(mutex_);
  runs_.erase(request);
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

Result<std::shared_ptr<Run>> ClusterClient::Submit(const std::vector<Projection>& outputs, const LoweredPlan& lowered, SubmitOptions options) {
  PlanShape shape = ShapeOf(lowered.plan);
  for (const ScanLayer& scan : lowered.scans) {
    const auto* persisted = dynamic_cast<const PersistedExpr*>(scan.source.get());
    const auto identity = persisted == nullptr ? std::nullopt : persisted->data()->identity();
    if (identity) shape.layers[scan.layer].affinity = Affinity{identity->collection, scan.first_partition};
  }
  ARROW_ASSIGN_OR_RAISE(std::string program, EncodeProgram(outputs));
  return SubmitProgram(std::move(program), shape, lowered.plan, outputs, std::move(options));
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
  for (const Layer& layer : plan.layers) submission.layer_names.push_back(layer.name);
  const size_t num_bytes = submission.shape.bytes.size() + submission.program.bytes.size();
  if (num_bytes > kMaxMessageBytes / 2) {
    return NotImplementedError("a computation of {} MB cannot be sent to a cluster: it holds data of this process; read them from files there", num_bytes >> 20);
  }
  std::shared_ptr<ClusterRun> run;
  {
    std::lock_guard lock(mutex_);
    ARROW_RETURN_NOT_OK(status_);
    submission.request = NewRequest();
    run = std::make_shared<ClusterRun>(shared_from_this(), submission.request, plan, std::move(outputs), std::move(options));
    runs_.emplace(submission.request, run);
  }
  Tell(std::move(submission));
  return run;
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
  ARROW_RETURN_NOT_OK(status_);
  const RequestId request = NewRequest();
  Send(*scheduler_, FromClient(cask::AskWorkers{request}));
  if (!changed_.wait_for(lock, Seconds(seconds), [&] { return answers_.contains(request) || has_ended_; })) {
    return OSError("the scheduler at {} did not answer within {} s", address_, seconds);
  }
  auto answer = answers_.extract(request);
  if (answer.empty()) return status_;
  return std::move(answer.mapped().workers);
}

void ClusterClient::ShutDown() { Tell(cask::ShutDown{}); }

void ClusterClient::Close() {
  OnClosed(CancelledError("the client was closed"));
  std::lock_guard lock(mutex_);
  if (scheduler_ != nullptr) scheduler_->Close();
}

Status ClusterClient::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace cask
