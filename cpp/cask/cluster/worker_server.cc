#include "cask/cluster/worker_server.h"

#include <arrow/memory_pool.h>

#include <set>
#include <utility>

#include "cask/base/log.h"
#include "cask/base/memory.h"
#include "cask/compute/evidence_codec.h"
#include "cask/data/value_piece.h"

namespace cask {
namespace {

constexpr double kBeatSeconds = 0.25;
constexpr double kStopSeconds = 5;
// Before it is said that a result could not be fetched: the scheduler is to find its holder lost first, rather than to have it asked again.
constexpr double kFetchPauseSeconds = 0.1;
constexpr size_t kHoldingsBytes = 1 << 20;  // that one message about them is filled up to

// What came of a task, for the scheduler.
Blob EvidenceOf(const TaskOutcome& outcome) { return {outcome.evidence.empty() ? "" : EncodeEvidenceList(outcome.evidence)}; }

// The outputs of a layer's tasks that other layers read.
std::vector<int> OutputsRead(const Plan& plan, int layer) {
  std::set<int> outputs;
  for (const Layer& reader : plan.layers) {
    for (const LayerInput& input : reader.inputs) {
      if (input.layer == layer) outputs.insert(input.output);
    }
  }
  return {outputs.begin(), outputs.end()};
}

// Several outputs of one task on their way.
struct Parcel {
  Parcel(size_t num_outputs, size_t expected) : pieces(num_outputs), missing(expected) {}
  TaskPieces pieces;
  Status status;
  size_t missing;
};

}  // namespace

WorkerServer::WorkerServer(WorkerServerOptions options, std::unique_ptr<Transport> transport)
    : options_(std::move(options)),
      transport_(std::move(transport)),
      executor_(options_.executor, *this),
      caches_(executor_.store()),
      holder_(*transport_, aside_, [this](const TaskId& task, int output) { return executor_.store().GetResult(task, output); }),
      fetcher_(*transport_, aside_) {}

WorkerServer::~WorkerServer() {
  executor_.StopThreads(kStopSeconds);
  aside_.Stop();
  transport_->Stop();  // what it still calls needs all that is here
}

Status WorkerServer::Start() {
  ARROW_ASSIGN_OR_RAISE(port_, transport_->Listen(options_.host, 0, [this](auto connection) { return holder_.OnAccept(std::move(connection)); }));
  executor_.StartThreads(nullptr);
  return Status::OK();
}

void WorkerServer::Join(const HostAndPort& scheduler, std::function<void(const Status&)> on_end) {
  auto link = std::make_shared<Link>();
  link->on_end = std::move(on_end);
  const ConnectionEvents events{[this, link](Frame frame) { OnFrame(link, std::move(frame)); },
                                [this, link](const Status& status) { End(link, status.ok() ? OSError("the scheduler closed the connection") : status); }};
  transport_->Connect(scheduler.host, scheduler.port, Role::kScheduler, events, [this, link](Result<std::shared_ptr<Connection>> connection) {
    if (!connection.ok()) return End(link, connection.status());
    link->connection = *connection;
    SendGreeting(*link->connection, WorkerGreeting{.name = options_.name,
                                                   .address = fmt::format("{}:{}", options_.host, port_),
                                                   .threads = executor_.num_threads(),
                                                   .memory_limit_bytes = executor_.store().memory_limit_bytes()});
  });
}

void WorkerServer::Leave() {
  transport_->Post([this] {
    if (link_ != nullptr) link_->connection->Close();
  });
}

void WorkerServer::OnFrame(const std::shared_ptr<Link>& link, Frame frame) {
  const Status status = TakeFrame(*link, std::move(frame));
  if (status.ok()) {
    if (link_ != link && link->is_welcome) {
      link_ = link;
      Beat(link);
    }
    return;
  }
  link->connection->Close();
  End(link, status);
}

Status WorkerServer::TakeFrame(Link& link, Frame frame) {
  if (!link.is_welcome) {
    ARROW_ASSIGN_OR_RAISE(const Welcome welcome, ReadWelcome(frame));
    link.is_welcome = true;
    LogInfo("joined the scheduler at {} as worker {}", link.connection->peer_address(), Number(welcome.worker));
    executor_.Do([&](Deferred&) { scheduler_ = link.connection; });
    TellHoldings();
    has_joined_.store(true);
    return Status::OK();
  }
  return link.reader.Take<ToWorker>(std::move(frame), [this](ToWorker message) {
    std::visit([this](auto& content) { On(std::move(content)); }, message);
    return Status::OK();
  });
}

void WorkerServer::TellHoldings() {
  executor_.Do([&](Deferred&) {
    // What runs belongs to a scheduler that is no more. It is stopped here rather than when that was lost, so that it could end meanwhile.
    executor_.OnSchedulerLost();
    Holdings holdings{.is_last = false};
    size_t num_bytes = 0;
    const auto tell = [&](size_t bytes) {
      num_bytes += bytes;
      if (num_bytes < kHoldingsBytes) return;
      Report(std::exchange(holdings, Holdings{.is_last = false}));
      num_bytes = 0;
    };
    for (const HeldResult& result : executor_.Holdings()) {
      holdings.results.push_back(result);
      tell(sizeof(result));
    }
    for (const auto& [plan, list] : evidence_) {
      for (const EvidenceOfTask& evidence : list) {
        holdings.evidence.push_back(evidence);
        tell(sizeof(evidence) + evidence.evidence.bytes.size());
      }
    }
    for (HeldPartitions& held : caches_.Held()) {
      const size_t bytes = held.partitions.size() * sizeof(int64_t);
      holdings.partitions.push_back(std::move(held));
      tell(bytes);
    }
    holdings.is_last = true;
    Report(std::move(holdings));
  });
}

void WorkerServer::Report(const ToScheduler& message) {
  if (scheduler_ != nullptr) Send(*scheduler_, message);
}

void WorkerServer::Beat(const std::shared_ptr<Link>& link) {
  if (link_ != link) return;
  const StoreCounts counts = executor_.store().counts();
  Send(*link->connection, ToScheduler(Heartbeat{ProcessMemoryBytes(), counts.result_bytes + counts.column_bytes, counts.spilled_bytes}));
  transport_->PostAfter(kBeatSeconds, [this, link] { Beat(link); });
}

void WorkerServer::End(const std::shared_ptr<Link>& link, const Status& status) {
  if (link_ == link) link_ = nullptr;
  if (link->is_welcome) {
    std::lock_guard lock(executor_.mutex());
    if (scheduler_ == link->connection) scheduler_ = nullptr;
  }
  if (const auto on_end = std::exchange(link->on_end, {})) on_end(status);
}

// -- From the scheduler.

void WorkerServer::On(PlanProgram program) {
  bool is_new;
  executor_.Do([&](Deferred&) { is_new = plans_.try_emplace(program.plan).second; });
  if (!is_new) return;  // an earlier scheduler has told it
  if (IsShortCallProgram(program.program.bytes)) return OnMade(program.plan, MakePlanOf(program.program.bytes, program.imports, caches_));
  aside_.Post([this, program = std::move(program)] { OnMade(program.plan, MakePlanOf(program.program.bytes, program.imports, caches_)); });
}

void WorkerServer::OnMade(PlanId id, Result<std::shared_ptr<const ProgramPlan>> plan) {
  executor_.Do([&](Deferred&) {
    const auto found = plans_.find(id);
    if (found == plans_.end()) return;  // it was forgotten meanwhile
    KnownPlan& known = found->second;
    known.is_made = true;
    known.status = plan.status();
    if (plan.ok()) known.plan = std::move(*plan);
    for (Assignment& assignment : std::exchange(known.waiting, {})) Begin(known, std::move(assignment));
  });
}

void WorkerServer::On(Assignment assignment) {
  executor_.Do([&](Deferred&) {
    const auto found = plans_.find(assignment.task.plan);
    if (found == plans_.end()) {
      Report(TaskFailed{assignment.task, assignment.run, InternalError("a task was assigned of a plan that the worker was not told"), {}});
    } else if (found->second.is_made) {
      Begin(found->second, std::move(assignment));
    } else {
      found->second.waiting.push_back(std::move(assignment));
    }
  });
}

void WorkerServer::Begin(const KnownPlan& known, Assignment assignment) {
  const TaskId& task = assignment.task;
  Status status = known.status;
  if (status.ok()) {
    const std::vector<Layer>& layers = known.plan->plan.layers;
    const bool is_there = task.layer >= 0 && task.layer < static_cast<int>(layers.size()) && task.task >= 0 && task.task < layers[task.layer].num_tasks;
    if (!is_there) status = InternalError("the worker makes another plan of the program than the client: do they run the same version of Cask?");
  }
  if (!status.ok()) return Report(TaskFailed{task, assignment.run, status, {}});
  executor_.OnAssign(std::move(assignment));
}

void WorkerServer::On(const CancelRun& cancel) {
  executor_.Do([&](Deferred&) {
    const auto found = plans_.find(cancel.task.plan);
    if (found == plans_.end()) return;
    const size_t taken_back = std::erase_if(found->second.waiting, [&](const Assignment& assignment) { return assignment.run == cancel.run; });
    if (taken_back == 0) executor_.OnCancelRun(cancel.task, cancel.run);
  });
}

void WorkerServer::On(const FreePieces& free) {
  executor_.Do([&](Deferred&) { executor_.OnFreePieces(free.task, free.run); });
}

void WorkerServer::On(const ForgetPlan& forget) {
  executor_.Do([&](Deferred& deferred) {
    evidence_.erase(forget.plan);
    auto node = plans_.extract(forget.plan);
    if (!node.empty()) deferred.plans.push_back(std::move(node.mapped().plan));
  });
}

void WorkerServer::On(const WorkerAddress& address) {
  std::lock_guard lock(executor_.mutex());
  addresses_[address.worker] = address.address;
}

void WorkerServer::On(const Dismissal&) {
  LogInfo("dismissed by the scheduler");
  if (const auto link = link_) End(link, Status::OK());
}

void WorkerServer::On(const DropCollection& drop) {
  aside_.Post([this, id = drop.collection] { caches_.Drop(id); });  // after the plans that were told before it
}

// -- From the executor.

void WorkerServer::Take(const WorkerAction& action, TaskOutcome* outcome, Deferred&) {
  switch (action.kind) {
    case WorkerAction::Kind::kReportDone: {
      ++num_ended_;
      Blob evidence = EvidenceOf(*outcome);
      if (!evidence.bytes.empty()) evidence_[action.task.plan].push_back({action.task, evidence});
      return Report(TaskDone{action.task, action.run, action.num_bytes, std::move(evidence), ShortValueOf(action)});
    }
    case WorkerAction::Kind::kReportFailed: {
      const Status status = plans_.at(action.task.plan).plan->WithWidenedCalls(outcome->status);
      return Report(TaskFailed{action.task, action.run, status, EvidenceOf(*outcome)});
    }
    case WorkerAction::Kind::kReportInputMissing: return Report(InputMissing{{action.task, action.run}});
    case WorkerAction::Kind::kReportPaused: return Report(Pressure{true});
    case WorkerAction::Kind::kReportResumed: return Report(Pressure{false});
    case WorkerAction::Kind::kFetch: return Fetch(action.task, action.holder);
    case WorkerAction::Kind::kStopRun:
    case WorkerAction::Kind::kDropPieces: return;  // the executor's own
  }
}

std::optional<Blob> WorkerServer::ShortValueOf(const WorkerAction& done) const {
  if (done.num_bytes > kMaxValueBytes || !plans_.at(done.task.plan).plan->are_calls) return std::nullopt;
  const auto piece = executor_.store().GetResult(done.task, 0);
  const auto* value = dynamic_cast<const ValuePiece*>(piece.get());
  return value == nullptr ? std::nullopt : std::optional(Blob{value->bytes->ToString()});
}

void WorkerServer::Fetch(const TaskId& task, WorkerId holder) {
  const auto address = addresses_.find(holder);
  if (address == addresses_.end()) return OnNotFetched(task, KeyError("nobody is known to hold the result"));
  // What other plans import is a call's only output; this worker need not know the plan.
  const auto known = plans_.find(task.plan);
  const bool is_value = known == plans_.end() || known->second.plan == nullptr || known->second.plan->are_calls;
  const std::vector<int> outputs = is_value ? std::vector<int>{0} : OutputsRead(known->second.plan->plan, task.layer);
  const int num_outputs = is_value ? 1 : known->second.plan->plan.layers[task.layer].body->num_outputs();
  auto parcel = std::make_shared<Parcel>(num_outputs, outputs.size());
  for (const int output : outputs) {
    // All of them end on the aside thread, one after another.
    fetcher_.Fetch(address->second, task, output, [this, task, output, parcel](Result<std::shared_ptr<const Piece>> piece) {
      if (piece.ok()) {
        parcel->pieces[output] = std::move(*piece);
      } else {
        parcel->status = piece.status();
      }
      if (--parcel->missing > 0) return;
      if (parcel->status.ok()) return OnFetched(task, std::move(parcel->pieces));
      OnNotFetched(task, parcel->status);
    });
  }
}

void WorkerServer::OnFetched(const TaskId& task, TaskPieces pieces) {
  executor_.Do([&](Deferred&) {
    // Where the task has run here meanwhile, its result is more than what was fetched.
    if (!executor_.store().HasResult(task)) executor_.store().PutResult(task, std::move(pieces));
    executor_.OnFetched(task);
  });
}

void WorkerServer::OnNotFetched(const TaskId& task, const Status& why) {
  LogWarning("a result could not be fetched: {}", why.message());
  transport_->PostAfter(kFetchPauseSeconds, [this, task] {
    executor_.Do([&](Deferred&) { executor_.OnFetchFailed(task); });
  });
}

}  // namespace cask
