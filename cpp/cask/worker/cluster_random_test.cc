// A whole cluster on one thread: the scheduler's machine, several workers' machines, and between them a network that delivers encoded messages in
// order on each link but at any time, also what a worker said before it was lost. Workers come and are lost, plans import from each other, are
// cancelled and released, and the scheduler is replaced by one that knows nothing but what clients and workers tell it. Results are compared with what the plan
// gives when it is evaluated one task after another; in the end nothing may be left anywhere.

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "cask/base/random.h"
#include "cask/base/test_seeds.h"
#include "cask/scheduler/scheduler.h"
#include "cask/wire/worker_messages.h"
#include "cask/worker/worker.h"

namespace cask {
namespace {

constexpr int64_t kNumCollections = 2;

std::optional<Affinity> RandomAffinity(Random& random) {
  if (random.Percent(50)) return std::nullopt;
  return Affinity{CollectionId{random.Below(kNumCollections)}, random.Below(5)};
}

// A tree over one or two sources, zipped first; deep enough that lost pieces have lost inputs.
PlanShape RandomShape(Random& random) {
  const int64_t n = random.Between(1, 12), fan_in = random.Between(2, 4);
  PlanShape shape{{{n, false, {}, RandomAffinity(random)},
                   {n, false, {}, RandomAffinity(random)},
                   {n, random.Percent(30), {{0, 0, OneToOne()}, {1, 0, OneToOne()}}}}};
  if (random.Percent(30)) {
    shape.layers.push_back({3, false, {{2, 0, AllToAll(n, 3)}}});
    shape.layers.push_back({1, true, {{3, 0, Tree(3, 3)}}});
    return shape;
  }
  for (int64_t level = n; level > 1;) {
    const int64_t parents = (level + fan_in - 1) / fan_in;
    shape.layers.push_back({parents, false, {{static_cast<int>(shape.layers.size()) - 1, 0, Tree(level, fan_in)}}});
    level = parents;
  }
  shape.layers.back().is_output = true;
  return shape;
}

// A task for each import, and one over all of them.
PlanShape CallOf(std::vector<TaskId> imports) {
  const auto n = static_cast<int64_t>(imports.size());
  return {{{n, false, {}}, {n, true, {{0, 0, OneToOne()}}}, {1, true, {{0, 0, AllToAll(n, 1)}, {1, 0, AllToAll(n, 1)}}}}, std::move(imports)};
}

// The value of a task: a hash of its place and its inputs' values.
template <typename ValueOf>
uint64_t Evaluate(const PlanShape& shape, int layer, int64_t task, ValueOf value_of) {
  uint64_t value = HashCombine(static_cast<uint64_t>(layer) * 1000, static_cast<uint64_t>(task));
  for (const LayerInput& input : shape.layers[layer].inputs) {
    input.pattern->ForEachInput(task, [&](int64_t other) { value = HashCombine(value, value_of(input.layer, other)); });
  }
  return value;
}

using Shapes = std::map<PlanId, PlanShape>;

// Whose pieces a task's are: an import's are those of what it stands for.
TaskId OriginOf(const Shapes& shapes, const TaskId& id) {
  const PlanShape& shape = shapes.at(id.plan);
  return id.layer == 0 && !shape.imports.empty() ? shape.imports[id.task] : id;
}

uint64_t Expected(const Shapes& shapes, const TaskId& id) {
  const TaskId task = OriginOf(shapes, id);
  return Evaluate(shapes.at(task.plan), task.layer, task.task, [&](int input, int64_t other) { return Expected(shapes, {task.plan, input, other}); });
}

struct Execution {
  StartedRun started;
  bool complete;  // whether all inputs were here when it began
  uint64_t value;
};

using Link = std::deque<std::string>;  // messages on their way, encoded

struct Node {
  explicit Node(int threads) : threads(threads), machine({.threads = threads, .memory_limit_bytes = 1000}) {}
  int threads;
  Worker machine;
  Link from_scheduler, to_scheduler;
  std::multimap<TaskId, WorkerId> fetches;
  std::vector<Execution> executing;
  std::map<TaskId, uint64_t> pieces;
};

class Cluster {
 public:
  explicit Cluster(uint64_t seed) : random_(seed), scheduler_({.max_losses = 200}) {}

  void Step() {
    const int64_t dice = random_.Below(100);
    if (dice < 3) {
      Submit();
    } else if (dice < 5) {
      Join();
    } else if (dice < 6 && random_.Percent(50)) {
      Lose();
    } else if (dice < 7 && random_.Percent(30)) {
      CancelOrRelease();
    } else if (dice < 8 && random_.Percent(20)) {
      scheduler_.OnDropCollection(CollectionId{random_.Below(kNumCollections)}, outbox_);
      Send();
      scheduler_.Validate();
    } else if (dice < 9 && random_.Percent(20)) {
      ReplaceScheduler();
    } else if (dice < 10 && random_.Percent(50)) {
      ChangeSlots();
    } else {
      Advance();
    }
  }

  void Finish() {
    if (nodes_.empty()) Join();
    Settle();
    for (const auto& [plan, shape] : plans_) {
      if (cancelled_.contains(plan)) continue;
      ASSERT_EQ(scheduler_.StatusOf(plan), independent_.contains(plan) ? PlanStatus::kRunning : PlanStatus::kFinished);
      CheckOutputs(plan, shape);
    }
    while (!plans_.empty()) Release(plans_.begin()->first);
    Settle();
    EXPECT_TRUE(lineage_.empty());
    for (const auto& [id, node] : nodes_) {
      EXPECT_TRUE(node->pieces.empty()) << "worker " << Number(id) << " leaks " << node->pieces.size() << " pieces";
      EXPECT_EQ(node->machine.num_executing(), 0);
    }
  }

  int64_t num_executed() const { return num_executed_; }
  int64_t num_imported() const { return num_imported_; }

 private:
  template <typename Container>
  auto Any(Container& container) {
    return std::next(container.begin(), random_.Below(container.size()));
  }

  void Submit() {
    if (plans_.size() >= 4) return;
    std::vector<TaskId> imports = RandomImports();
    for (const TaskId& origin : imports) imported_.insert(origin.plan);
    const PlanShape shape = imports.empty() ? RandomShape(random_) : CallOf(std::move(imports));
    const bool independent = random_.Percent(50);
    const PlanId plan = scheduler_.OnSubmit(shape, {.priority = static_cast<Priority>(random_.Below(3)), .independent = independent}, outbox_);
    plans_.emplace(plan, shape);
    if (independent) independent_.insert(plan);
    Send();
  }

  // Of plans that are not cancelled: what imports from them must not fail.
  std::vector<TaskId> RandomImports() {
    std::vector<TaskId> imports;
    for (int64_t left = plans_.empty() || random_.Percent(40) ? 0 : random_.Between(1, 3); left > 0; --left) {
      const auto& [plan, shape] = *Any(plans_);
      const auto last = static_cast<int32_t>(shape.layers.size()) - 1;
      const int32_t layer = static_cast<int32_t>(random_.Between(shape.imports.empty() ? 0 : 1, last));
      if (!cancelled_.contains(plan)) imports.push_back({plan, layer, random_.Below(shape.layers[layer].num_tasks)});
    }
    return imports;
  }

  void Join() {
    if (nodes_.size() >= 4) return;
    const int threads = static_cast<int>(random_.Between(1, 2));
    const WorkerId id{next_worker_++};
    // Known before the scheduler speaks to it.
    nodes_.emplace(id, std::make_unique<Node>(threads));
    EXPECT_EQ(scheduler_.OnWorkerJoined(threads, threads + static_cast<int>(random_.Below(2)), outbox_), id);
    Send();
  }

  void Lose() {
    if (nodes_.empty()) return;
    const auto lost = Any(nodes_);
    const WorkerId id = lost->first;
    if (!lost->second->to_scheduler.empty()) late_.emplace_back(id, std::move(lost->second->to_scheduler));
    nodes_.erase(lost);
    scheduler_.OnWorkerLost(id, outbox_);
    Send();
  }

  void ChangeSlots() {
    if (nodes_.empty()) return;
    const auto& [id, node] = *Any(nodes_);
    scheduler_.OnSlotsChanged(id, node->threads + static_cast<int>(random_.Below(5)), outbox_);
    Send();
    scheduler_.Validate();
  }

  void ReplaceScheduler() {
    first_id_ += 1 << 20;
    scheduler_ = Scheduler({.max_losses = 200, .first_id = first_id_});
    outbox_.clear();
    late_.clear();
    std::erase_if(plans_, [&](const auto& plan) { return cancelled_.contains(plan.first); });
    std::vector<HeldTask> held = JoinAgain();
    // Plans that others import from come before these.
    Shapes known = plans_;
    for (const PlanId plan : lineage_) known.emplace(plan, shapes_.at(plan));
    for (const auto& [plan, shape] : known) {
      // Some workers come before the plan's client, others after it.
      std::vector<HeldTask> early;
      std::erase_if(held, [&](const HeldTask& one) {
        if (one.task.plan != plan || random_.Percent(50)) return false;
        early.push_back(one);
        return true;
      });
      const PlanOptions options{.priority = static_cast<Priority>(random_.Below(3)), .independent = independent_.contains(plan)};
      scheduler_.OnSubmitAgain(plan, shape, options, early, outbox_);
      Send();
      scheduler_.Validate();
    }
    for (const PlanId plan : std::exchange(lineage_, {})) Release(plan);
    for (const HeldTask& one : held) {
      scheduler_.OnTaskHeld(one, outbox_);
      Send();
      scheduler_.Validate();
    }
    for (const auto& [id, node] : nodes_) {
      scheduler_.OnWorkerResumed(id, outbox_);
      Send();
    }
    scheduler_.Validate();
  }

  // All workers, at a scheduler that is new; what they hold.
  std::vector<HeldTask> JoinAgain() {
    std::map<WorkerId, WorkerId> renamed;
    std::vector<HeldTask> held;
    next_worker_ = 0;
    for (auto& [old_id, node] : std::exchange(nodes_, {})) {
      const WorkerId id{next_worker_++};
      renamed[old_id] = id;
      node->from_scheduler.clear();
      WorkerOutbox outbox;
      node->machine.OnSchedulerLost(outbox);
      CarryOut(*node, outbox);
      node->to_scheduler.clear();
      EXPECT_EQ(scheduler_.OnWorkerJoined(node->threads, node->threads + static_cast<int>(random_.Below(2)), outbox_, /*is_paused=*/true), id);
      for (const HeldResult& result : node->machine.Holdings()) held.push_back({result.task, result.run, id, result.num_bytes});
      nodes_.emplace(id, std::move(node));
    }
    for (const auto& [id, node] : nodes_) {
      for (auto& [task, holder] : node->fetches) holder = renamed.contains(holder) ? renamed.at(holder) : kNoWorker;
    }
    return held;
  }

  void CancelOrRelease() {
    if (plans_.empty()) return;
    const PlanId plan = Any(plans_)->first;
    if (random_.Percent(50)) {
      if (imported_.contains(plan)) return;
      if (scheduler_.StatusOf(plan) == PlanStatus::kRunning) cancelled_.insert(plan);
      scheduler_.OnCancel(plan, outbox_);
      Send();
    } else {
      Release(plan);
    }
  }

  void Release(PlanId plan) {
    plans_.erase(plan);
    scheduler_.OnRelease(plan, outbox_);
    if (scheduler_.Knows(plan)) lineage_.insert(plan);
    Send();
  }

  // Something that was under way happens at some worker; false if nothing was tried that could.
  bool Advance() {
    if (random_.Percent(5) && DeliverLate()) return true;
    if (nodes_.empty()) return false;
    const auto& [id, node] = *Any(nodes_);
    return AdvanceNode(id, *node, random_.Below(4));
  }

  bool AdvanceNode(WorkerId id, Node& node, int64_t what) {
    switch (what) {
      case 0: return TellWorker(node);
      case 1: return TellScheduler(id, node.to_scheduler);
      case 2: return Fetch(node);
      default: return Work(node);
    }
  }

  bool TellWorker(Node& node) {
    if (node.from_scheduler.empty()) return false;
    const ToWorker message = Decode<ToWorker>(node.from_scheduler.front()).ValueOrDie();
    node.from_scheduler.pop_front();
    WorkerOutbox outbox;
    if (const auto* assignment = std::get_if<Assignment>(&message)) {
      node.machine.OnAssign(*assignment, outbox);
    } else if (const auto* cancelled = std::get_if<CancelRun>(&message)) {
      node.machine.OnCancelRun(cancelled->task, cancelled->run, outbox);
    } else {
      const auto& freed = std::get<FreePieces>(message);
      node.machine.OnFreePieces(freed.task, freed.run, outbox);
    }
    CarryOut(node, outbox);
    return true;
  }

  bool TellScheduler(WorkerId id, Link& link) {
    if (link.empty()) return false;
    const ToScheduler message = Decode<ToScheduler>(link.front()).ValueOrDie();
    link.pop_front();
    if (const auto* done = std::get_if<TaskDone>(&message)) {
      scheduler_.OnTaskDone(done->task, done->run, id, done->num_bytes, outbox_);
    } else if (const auto* missing = std::get_if<InputMissing>(&message)) {
      scheduler_.OnInputMissing(missing->task, missing->run, id, outbox_);
    } else {
      const auto& failed = std::get<TaskFailed>(message);
      scheduler_.OnTaskFailed(failed.task, failed.run, id, outbox_);
      EXPECT_TRUE(outbox_.empty()) << "a failure that nobody should care for";
    }
    Send();
    scheduler_.Validate();
    return true;
  }

  bool DeliverLate() {
    if (late_.empty()) return false;
    const auto it = Any(late_);
    TellScheduler(it->first, it->second);
    if (it->second.empty()) late_.erase(it);
    return true;
  }

  bool Fetch(Node& node) {
    if (node.fetches.empty()) return false;
    const auto it = Any(node.fetches);
    const auto [task, holder] = *it;
    node.fetches.erase(it);
    WorkerOutbox outbox;
    if (nodes_.contains(holder) && nodes_.at(holder)->pieces.contains(task)) {
      node.pieces[task] = nodes_.at(holder)->pieces.at(task);
      node.machine.OnFetched(task, outbox);
    } else {
      node.machine.OnFetchFailed(task, outbox);
    }
    CarryOut(node, outbox);
    return true;
  }

  bool Work(Node& node) {
    WorkerOutbox outbox;
    if (static_cast<int>(node.executing.size()) < node.threads) {
      if (const auto started = node.machine.OnThreadFree()) {
        node.executing.push_back(Begin(node, *started));
        return true;
      }
    }
    if (node.executing.empty()) return false;
    const auto it = Any(node.executing);
    const Execution execution = *it;
    node.executing.erase(it);
    ++num_executed_;
    if (!execution.complete) {
      node.machine.OnRunFailed(execution.started.run, outbox);
    } else if (node.machine.OnRunDone(execution.started.run, 100, outbox)) {
      node.pieces[execution.started.task] = execution.value;
    }
    CarryOut(node, outbox);
    return true;
  }

  // Inputs may be missing only where the plan has ended, so that nobody listens to the failure.
  Execution Begin(Node& node, const StartedRun& started) {
    Execution execution{started, true, 0};
    const TaskId& id = started.task;
    const PlanShape& shape = shapes_.at(id.plan);
    execution.value = Evaluate(shape, id.layer, id.task, [&](int layer, int64_t task) {
      const TaskId input = OriginOf(shapes_, {id.plan, layer, task});
      num_imported_ += input.plan != id.plan ? 1 : 0;
      const auto found = node.pieces.find(input);
      if (found != node.pieces.end()) return found->second;
      EXPECT_TRUE(!plans_.contains(id.plan) || cancelled_.contains(id.plan)) << "an input is missing";
      execution.complete = false;
      return uint64_t{0};
    });
    return execution;
  }

  void CarryOut(Node& node, const WorkerOutbox& outbox) {
    using Kind = WorkerAction::Kind;
    for (const WorkerAction& action : outbox) {
      switch (action.kind) {
        case Kind::kFetch: node.fetches.emplace(action.task, action.holder); break;
        case Kind::kDropPieces: node.pieces.erase(action.task); break;
        case Kind::kReportDone: node.to_scheduler.push_back(Encode(ToScheduler(TaskDone{action.task, action.run, action.num_bytes, {}}))); break;
        case Kind::kReportFailed: node.to_scheduler.push_back(Encode(ToScheduler(TaskFailed{action.task, action.run, ValueError("it failed"), {}}))); break;
        case Kind::kReportInputMissing: node.to_scheduler.push_back(Encode(ToScheduler(InputMissing{{action.task, action.run}}))); break;
        default: break;
      }
    }
    node.machine.Validate();
  }

  Assignment AssignmentOf(const SchedulerAction& action) {
    Assignment assignment{action.task, action.run, action.priority, action.estimated_bytes, {}};
    std::set<TaskId> seen;
    for (const LayerInput& input : shapes_.at(action.task.plan).layers[action.task.layer].inputs) {
      input.pattern->ForEachInput(action.task.task, [&](int64_t task) {
        const TaskId id = scheduler_.OriginOf({action.task.plan, input.layer, task});
        const WorkerId holder = scheduler_.WorkerOf(id);
        if (holder != action.worker && seen.insert(id).second) assignment.remote_inputs.push_back({id, holder});
      });
    }
    return assignment;
  }

  void Send() {
    using Kind = SchedulerAction::Kind;
    for (const auto& [plan, shape] : plans_) shapes_.emplace(plan, shape);
    // A plan is known only after it was submitted, and its first tasks are assigned within that call.
    const SchedulerOutbox actions = std::exchange(outbox_, {});
    for (const SchedulerAction& action : actions) {
      EXPECT_TRUE(action.kind != Kind::kPlanFailed && action.kind != Kind::kTaskErred);
      EXPECT_TRUE(action.kind != Kind::kPlanForgotten || lineage_.erase(action.task.plan) == 1);
      if (action.worker == kNoWorker || action.kind == Kind::kTaskFinished) continue;
      ASSERT_TRUE(nodes_.contains(action.worker));
      Node& node = *nodes_.at(action.worker);
      switch (action.kind) {
        case Kind::kAssign: node.from_scheduler.push_back(Encode(ToWorker(AssignmentOf(action)))); break;
        case Kind::kCancelRun: node.from_scheduler.push_back(Encode(ToWorker(CancelRun{{action.task, action.run}}))); break;
        default: node.from_scheduler.push_back(Encode(ToWorker(FreePieces{{action.task, action.run}}))); break;
      }
    }
  }

  // No more faults: what is under way comes to its end.
  void Settle() {
    for (bool moved = true; moved;) {
      moved = DeliverLate();
      for (auto& [id, node] : nodes_) {
        for (int64_t what = 0; what < 4; ++what) moved = AdvanceNode(id, *node, what) || moved;
      }
    }
  }

  void CheckOutputs(PlanId plan, const PlanShape& shape) {
    for (int layer = 0; layer < static_cast<int>(shape.layers.size()); ++layer) {
      if (!shape.layers[layer].is_output) continue;
      for (int64_t task = 0; task < shape.layers[layer].num_tasks; ++task) {
        const TaskId id{plan, layer, task};
        const auto& pieces = nodes_.at(scheduler_.WorkerOf(id))->pieces;
        ASSERT_TRUE(pieces.contains(id));
        EXPECT_EQ(pieces.at(id), Expected(shapes_, id));
      }
    }
  }

  Random random_;
  Scheduler scheduler_;
  SchedulerOutbox outbox_;
  Shapes plans_;                // not released
  Shapes shapes_;               // of all plans ever
  std::set<PlanId> lineage_;    // released, but others import from them
  std::set<PlanId> imported_;   // others were made to import from them
  std::set<PlanId> independent_;
  std::set<PlanId> cancelled_;
  std::map<WorkerId, std::unique_ptr<Node>> nodes_;
  std::deque<std::pair<WorkerId, Link>> late_;  // on the way from workers that are lost
  int32_t next_worker_ = 0;
  int64_t first_id_ = 0;  // of the present scheduler
  int64_t num_executed_ = 0;
  int64_t num_imported_ = 0;  // inputs of tasks
};

TEST(ClusterRandom, ResultsAreRightWhateverHappens) {
  const uint64_t first_seed = FirstTestSeed();
  int64_t executed = 0, imported = 0;
  for (uint64_t seed = first_seed; seed < first_seed + kTestSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Cluster cluster(seed);
    for (int step = 0; step < 1500; ++step) cluster.Step();
    cluster.Finish();
    executed += cluster.num_executed();
    imported += cluster.num_imported();
    if (testing::Test::HasFailure()) break;
  }
  EXPECT_GT(executed, static_cast<int64_t>(kTestSeeds) * 30);
  EXPECT_GT(imported, static_cast<int64_t>(kTestSeeds) * 5);
}

}  // namespace
}  // namespace cask
