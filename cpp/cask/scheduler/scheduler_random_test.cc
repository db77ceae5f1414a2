// Random plans, some of them independent, that import from each other, and random events; all invariants are checked after each event, and a
// simulated world checks the actions: workers that hold what they were told to, answers that come late, twice or not at all, outputs that are told
// of when they end, and failures with the reasons that they are given.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "cask/base/random.h"
#include "cask/base/test_seeds.h"
#include "cask/plan/test_dependency.h"
#include "cask/scheduler/scheduler.h"

namespace cask {
namespace {

using Kind = SchedulerAction::Kind;

constexpr int64_t kNumCollections = 3;
constexpr int64_t kMaxPartitions = 20;

PlanShape RandomShape(Random& random, std::vector<TaskId> imports) {
  PlanShape shape;
  int begin = 0;
  if (!imports.empty()) {
    begin = 1;
    shape.layers.push_back({static_cast<int64_t>(imports.size()), false, {}});
    shape.imports = std::move(imports);
  }
  const int num_layers = begin + static_cast<int>(random.Between(1, 6));
  for (int i = begin; i < num_layers; ++i) {
    PlanShape::Layer layer;
    const int64_t num_inputs = i == 0 ? 0 : random.Between(0, 2);
    for (int64_t k = 0; k < num_inputs; ++k) {
      const int input = static_cast<int>(random.Below(i));
      const int64_t n = shape.layers[input].num_tasks;
      // All inputs of a layer must agree on its number of tasks; the first one decides.
      const auto lists_of = [&](int64_t num_tasks) {
        const ListSpec lists = test::RandomLists(num_tasks, n, &random);
        return LayerInput{input, 0, FromLists(lists.offsets, lists.inputs, n)};
      };
      if (k > 0 && random.Percent(30)) {
        layer.inputs.push_back(lists_of(layer.num_tasks));
      } else if (k > 0) {
        layer.inputs.push_back(n == layer.num_tasks && random.Percent(50) ? LayerInput{input, 0, OneToOne()}
                                                                           : LayerInput{input, 0, AllToAll(n, layer.num_tasks)});
      } else if (random.Percent(40)) {
        layer.num_tasks = n;
        layer.inputs.push_back({input, 0, OneToOne()});
      } else if (random.Percent(70)) {
        const int64_t fan_in = random.Between(1, 5);
        layer.num_tasks = (n + fan_in - 1) / fan_in;
        layer.inputs.push_back({input, 0, Tree(n, fan_in)});
      } else if (random.Percent(50)) {
        layer.num_tasks = random.Between(1, 6);
        layer.inputs.push_back(lists_of(layer.num_tasks));
      } else {
        layer.num_tasks = random.Between(1, 4);
        layer.inputs.push_back({input, 0, AllToAll(n, layer.num_tasks)});
      }
    }
    if (layer.inputs.empty()) {
      layer.num_tasks = random.Between(0, 12);
      if (random.Percent(60)) layer.affinity = Affinity{CollectionId{random.Below(kNumCollections)}, random.Below(6)};
    }
    layer.is_output = i == num_layers - 1 || random.Percent(15);
    shape.layers.push_back(std::move(layer));
  }
  return shape;
}

// Everything outside of the scheduler.
class World {
 public:
  explicit World(uint64_t seed) : random_(seed) {}

  void Step() {
    switch (random_.Below(18)) {
      case 0: Submit(); break;
      case 1: Join(); break;
      case 2: if (random_.Percent(30)) LoseWorker(); break;
      case 3: if (random_.Percent(20)) Cancel(); break;
      case 4: ReleaseEnded(); break;
      case 5: Pause(); break;
      case 6: Repeat(); break;
      case 7: if (random_.Percent(20)) Drop(); break;
      case 8: ReleaseTask(); break;
      case 9: RetryAny(); break;
      case 10: if (random_.Percent(60)) Submit(); break;
      default: Answer(random_.Below(100)); break;
    }
    Settle();
  }

  // No more faults: every plan must end, and what failed by a fault must not fail again.
  void Finish() {
    Join();
    Settle();
    for (WorkerId worker : connected_) {
      scheduler_.OnWorkerResumed(worker, outbox_);
      Settle();
    }
    AnswerAll();
    for (const TaskId& task : std::set<TaskId>(held_)) {
      Retry(task);
      Settle();
    }
    AnswerAll();
    for (const auto& [plan, ended] : plans_) EXPECT_TRUE(ended) << "plan " << Number(plan) << " did not end";
    for (const TaskId& task : held_) {
      EXPECT_TRUE(scheduler_.StateOf(task) != TaskState::kErred || CannotBeHad(told_.at(task).cause) || HasFailedPlan(told_.at(task).cause));
    }
    EXPECT_TRUE(scheduler_.idle());
    while (!plans_.empty()) {
      ReleaseAny();
      Settle();
    }
    EXPECT_TRUE(pieces_.empty()) << "pieces were leaked";
    EXPECT_TRUE(lineage_.empty()) << "plans were leaked";
  }

  int64_t num_done() const { return num_done_; }
  int64_t num_at_home() const { return num_at_home_; }
  int64_t num_kept() const { return num_kept_; }
  int64_t num_retried() const { return num_retried_; }
  int64_t num_cascades() const { return num_cascades_; }

 private:
  struct Running {
    TaskId task;
    WorkerId worker;
  };
  // How an output of an independent plan ended, as it was told.
  struct Told {
    bool is_erred;
    TaskId cause;
    RunId run;
    WorkerId worker;
  };

  // Mostly tasks of plans that are known.
  std::vector<TaskId> RandomImports() {
    std::vector<TaskId> imports;
    if (shapes_.empty() || random_.Percent(40)) return imports;
    const int64_t last = Number(shapes_.rbegin()->first);
    for (int64_t left = random_.Between(1, 4); left > 0; --left) {
      const PlanId plan{random_.Percent(90) ? std::max<int64_t>(last - random_.Below(8), 0) : random_.Below(last + 3)};
      const auto shape = shapes_.find(plan);
      const bool is_known = plans_.contains(plan) || lineage_.contains(plan);
      if (!is_known && random_.Percent(95)) continue;
      const auto layer = static_cast<int32_t>(shape == shapes_.end() ? 0 : random_.Below(static_cast<int64_t>(shape->second.layers.size())));
      const int64_t num_tasks = shape == shapes_.end() ? 0 : shape->second.layers[layer].num_tasks;
      const bool is_there = num_tasks > 0 && !IsImport({plan, layer, 0});
      const int64_t num_more = num_tasks == 0 ? 1 : random_.Percent(2) ? 2 : 0;
      if (is_there || random_.Percent(10)) imports.push_back({plan, layer, random_.Below(num_tasks + num_more)});
    }
    return imports;
  }

  void Submit() {
    if (plans_.size() >= 6) return;
    const PlanShape shape = RandomShape(random_, RandomImports());
    const auto priority = static_cast<Priority>(random_.Below(kNumPriorities));
    const PlanOptions options{priority, static_cast<int>(random_.Below(3)), random_.Percent(60)};
    for (const TaskId& origin : shape.imports) {
      const bool is_known = plans_.contains(origin.plan) || lineage_.contains(origin.plan);
      if (!is_known || !HasTask(origin) || IsImport(origin)) nowhere_.insert(origin);
    }
    const PlanId plan = scheduler_.OnSubmit(shape, options, outbox_);
    plans_.emplace(plan, false);
    shapes_.emplace(plan, shape);
    options_.emplace(plan, options);
    if (!options.independent) return;
    for (int32_t i = 0; i < static_cast<int32_t>(shape.layers.size()); ++i) {
      for (int64_t task = 0; shape.layers[i].is_output && task < shape.layers[i].num_tasks; ++task) held_.insert({plan, i, task});
    }
  }

  void Join() {
    if (connected_.size() >= 5) return;
    const int threads = static_cast<int>(random_.Between(1, 3));
    connected_.insert(scheduler_.OnWorkerJoined(threads, threads + static_cast<int>(random_.Below(3)), outbox_));
  }

  template <typename Container>
  auto Any(Container& container) {
    return std::next(container.begin(), random_.Below(container.size()));
  }

  void LoseWorker() {
    if (connected_.empty()) return;
    const WorkerId lost = *Any(connected_);
    lost_any_ = true;
    connected_.erase(lost);
    for (const auto& [run, running] : running_) losses_[running.task] += running.worker == lost ? 1 : 0;
    std::erase_if(running_, [&](const auto& entry) { return entry.second.worker == lost; });
    std::erase_if(pieces_, [&](const auto& entry) { return entry.second.second == lost; });
    std::erase_if(homes_, [&](const auto& entry) { return entry.second == lost; });
    scheduler_.OnWorkerLost(lost, outbox_);
  }

  void Pause() {
    if (connected_.empty()) return;
    if (random_.Percent(50)) {
      scheduler_.OnWorkerPaused(*Any(connected_));
    } else {
      scheduler_.OnWorkerResumed(*Any(connected_), outbox_);
    }
  }

  // Plans that are known by then make no homes for it any more.
  void Drop() {
    const CollectionId dropped{random_.Below(kNumCollections)};
    for (auto& [plan, shape] : shapes_) {
      for (PlanShape::Layer& layer : shape.layers) {
        if (layer.affinity.has_value() && layer.affinity->collection == dropped) layer.affinity.reset();
      }
    }
    std::erase_if(homes_, [&](const auto& entry) { return entry.first.first == dropped; });
    scheduler_.OnDropCollection(dropped, outbox_);
  }

  void Cancel() {
    if (plans_.empty()) return;
    const PlanId plan = Any(plans_)->first;
    if (scheduler_.StatusOf(plan) == PlanStatus::kRunning) {
      cancelled_.insert(plan);
      LetGo(plan);
    }
    scheduler_.OnCancel(plan, outbox_);
  }

  // Its outputs are held no more.
  void LetGo(PlanId plan) {
    std::erase_if(held_, [&](const TaskId& task) { return task.plan == plan; });
    std::erase_if(told_, [&](const auto& entry) { return entry.first.plan == plan; });
  }

  void Release(PlanId plan) {
    plans_.erase(plan);
    LetGo(plan);
    scheduler_.OnRelease(plan, outbox_);
    if (scheduler_.Knows(plan)) {
      lineage_.insert(plan);
      ++num_kept_;
    }
  }

  void ReleaseEnded() {
    const auto ended = std::find_if(plans_.begin(), plans_.end(), [](const auto& entry) { return entry.second; });
    if (ended != plans_.end() && random_.Percent(90)) {
      Release(ended->first);
    } else if (!plans_.empty() && random_.Percent(5)) {
      ReleaseAny();
    }
  }

  void ReleaseAny() { Release(Any(plans_)->first); }

  // One that there need not be.
  TaskId AnyTask() {
    if (!held_.empty() && random_.Percent(90)) return *Any(held_);
    return {PlanId{random_.Below(static_cast<int64_t>(shapes_.size()) + 1)}, static_cast<int32_t>(random_.Between(-1, 6)), random_.Between(-1, 12)};
  }

  void ReleaseTask() {
    const TaskId task = AnyTask();
    held_.erase(task);
    told_.erase(task);
    scheduler_.OnReleaseTask(task, outbox_);
  }

  void RetryAny() {
    const auto erred = std::find_if(told_.begin(), told_.end(), [](const auto& entry) { return entry.second.is_erred; });
    if (erred != told_.end() && random_.Percent(20)) return Retry(erred->first);
    if (random_.Percent(30)) Retry(AnyTask());
  }

  void Retry(const TaskId& task) {
    const auto told = told_.find(task);
    const bool is_erred = told != told_.end() && told->second.is_erred;
    if (!is_erred) {
      scheduler_.OnRetryTask(task, outbox_);
      EXPECT_TRUE(outbox_.empty()) << "a retry of what has not failed had an effect";
      return;
    }
    ++num_retried_;
    std::set<TaskId> tried = Below(task);
    std::erase_if(tried, [&](const TaskId& one) { return !scheduler_.Knows(one.plan) || !HasTask(one) || !IsAtRest(one); });
    scheduler_.OnRetryTask(task, outbox_);
    // What begins by it, also of what it needs, begins from scratch.
    std::erase_if(tried, [&](const TaskId& one) { return IsAtRest(one); });
    for (const TaskId& one : tried) {
      told_.erase(one);
      failures_.erase(one);
      losses_.erase(one);
    }
    for (const SchedulerAction& action : outbox_) {
      if (action.kind != Kind::kTaskErred) continue;
      EXPECT_TRUE(CannotBeHad(action.cause) || HasFailedPlan(action.cause)) << "what failed was not tried again";
    }
  }

  bool IsAtRest(const TaskId& task) const {
    const TaskState state = scheduler_.StateOf(task);
    return state == TaskState::kErred || state == TaskState::kReleased;
  }

  void AnswerAll() {
    while (!running_.empty()) {
      Answer(0);
      Settle();
    }
  }

  void Repeat() {
    if (answered_.empty()) return;
    const auto& [run, running] = *Any(answered_);
    if (random_.Percent(50)) {
      scheduler_.OnTaskDone(running.task, run, running.worker, 1, outbox_);
    } else {
      scheduler_.OnTaskFailed(running.task, run, running.worker, outbox_);
    }
    EXPECT_TRUE(outbox_.empty()) << "a repeated answer had an effect";
  }

  void Answer(int64_t chance) {
    if (running_.empty()) return;
    const auto it = Any(running_);
    const auto [run, running] = *it;
    running_.erase(it);
    answered_.emplace(run, running);
    if (chance < 90) {
      CheckInputs(running.task);
      pieces_[running.task] = {run, running.worker};
      ++num_done_;
      scheduler_.OnTaskDone(running.task, run, running.worker, random_.Below(1000), outbox_);
    } else if (chance < 95) {
      ++failures_[running.task];
      scheduler_.OnTaskFailed(running.task, run, running.worker, outbox_);
    } else {
      ++losses_[running.task];
      scheduler_.OnInputMissing(running.task, run, running.worker, outbox_);
    }
  }

  bool HasTask(const TaskId& id) const {
    const auto shape = shapes_.find(id.plan);
    if (shape == shapes_.end() || id.layer < 0 || id.layer >= static_cast<int>(shape->second.layers.size())) return false;
    return id.task >= 0 && id.task < shape->second.layers[id.layer].num_tasks;
  }

  bool IsImport(const TaskId& id) const { return id.layer == 0 && !shapes_.at(id.plan).imports.empty(); }

  // Those that a task needs or, of an import, what it stands for.
  std::vector<TaskId> NeededBy(const TaskId& id) const {
    const PlanShape& shape = shapes_.at(id.plan);
    if (IsImport(id)) return {shape.imports[id.task]};
    std::vector<TaskId> needed;
    for (const LayerInput& input : shape.layers[id.layer].inputs) {
      input.pattern->ForEachInput(id.task, [&](int64_t task) { needed.push_back({id.plan, input.layer, task}); });
    }
    return needed;
  }

  // The task and all that it needs, also by way of others.
  std::set<TaskId> Below(const TaskId& task) const {
    std::set<TaskId> below{task};
    std::vector<TaskId> left{task};
    while (!left.empty()) {
      const TaskId next = left.back();
      left.pop_back();
      if (!HasTask(next)) continue;
      for (const TaskId& needed : NeededBy(next)) {
        if (below.insert(needed).second) left.push_back(needed);
      }
    }
    return below;
  }

  // When no worker was ever lost, the inputs of what runs must all be held.
  void CheckInputs(const TaskId& id) {
    if (lost_any_) return;
    for (const TaskId& input : NeededBy(id)) EXPECT_TRUE(pieces_.contains(IsImport(input) ? NeededBy(input)[0] : input));
  }

  // What nobody would compute when it was asked for, or will.
  bool CannotBeHad(const TaskId& id) const { return nowhere_.contains(id) || cancelled_.contains(id.plan); }

  // Nor what was of a plan that failed whole because of it.
  bool HasFailedPlan(const TaskId& cause) const {
    return std::any_of(failed_plans_.begin(), failed_plans_.end(), [&](const auto& failed) { return failed.second == cause; });
  }

  // That `cause` failed for good, and that `task` needs it or something of a plan that failed whole because of it.
  void CheckCause(const TaskId& task, const TaskId& cause) {
    const auto failures = failures_.find(cause), losses = losses_.find(cause);
    const bool has_failed = failures != failures_.end() && failures->second > options_.at(cause.plan).retries;
    const bool was_lost = losses != losses_.end() && losses->second > SchedulerOptions().max_losses;
    // Or it failed before it was tried again for others than those that still wait for a retry.
    const bool is_told = std::any_of(told_.begin(), told_.end(), [&](const auto& told) { return told.second.is_erred && told.second.cause == cause; });
    EXPECT_TRUE(has_failed || was_lost || CannotBeHad(cause) || HasFailedPlan(cause) || is_told)
        << "task " << cause.task << " of layer " << cause.layer << " of plan " << Number(cause.plan) << " did not fail";
    num_cascades_ += cause.plan != task.plan ? 1 : 0;
    const std::set<TaskId> below = Below(task);
    const bool has_failed_plan = std::any_of(below.begin(), below.end(), [&](const TaskId& needed) {
      const auto failed = failed_plans_.find(needed.plan);
      return failed != failed_plans_.end() && failed->second == cause;
    });
    EXPECT_TRUE(below.contains(cause) || has_failed_plan) << "a task failed for what it does not need";
  }

  void CheckTold() const {
    for (const TaskId& task : held_) {
      const TaskState state = scheduler_.StateOf(task);
      const auto told = told_.find(task);
      if (state == TaskState::kErred) {
        EXPECT_TRUE(told != told_.end() && told->second.is_erred) << "a failure was not told of";
      } else {
        EXPECT_TRUE(told == told_.end() || !told->second.is_erred);
      }
      if (state != TaskState::kMemory) continue;
      const bool is_told = told != told_.end() && !told->second.is_erred;
      EXPECT_TRUE(is_told && pieces_.at(task) == std::pair(told->second.run, told->second.worker)) << "a result was not told of";
    }
  }

  void CheckHome(const TaskId& id, WorkerId worker) {
    const auto& affinity = shapes_.at(id.plan).layers[id.layer].affinity;
    if (!affinity.has_value()) return;
    const auto [home, is_new] = homes_.emplace(std::pair(affinity->collection, affinity->first_partition + id.task), worker);
    EXPECT_EQ(home->second, worker) << "a task went elsewhere than home";
    num_at_home_ += is_new ? 0 : 1;
  }

  void CheckHomes() const {
    for (int64_t collection = 0; collection < kNumCollections; ++collection) {
      for (int64_t partition = 0; partition < kMaxPartitions; ++partition) {
        const auto home = homes_.find({CollectionId{collection}, partition});
        EXPECT_EQ(scheduler_.HomeOf(CollectionId{collection}, partition), home != homes_.end() ? home->second : kNoWorker);
      }
    }
  }

  bool HasEnded(PlanId plan) const {
    if (!options_.at(plan).independent) return scheduler_.StatusOf(plan) != PlanStatus::kRunning;
    return std::none_of(held_.begin(), held_.end(), [&](const TaskId& task) { return task.plan == plan && IsUnfinished(scheduler_.StateOf(task)); });
  }

  void Settle() {
    for (const SchedulerAction& action : outbox_) {
      switch (action.kind) {
        case Kind::kAssign:
          EXPECT_TRUE(connected_.contains(action.worker));
          EXPECT_TRUE(plans_.contains(action.task.plan) || lineage_.contains(action.task.plan));
          EXPECT_FALSE(IsImport(action.task));
          running_.emplace(action.run, Running{action.task, action.worker});
          CheckHome(action.task, action.worker);
          break;
        case Kind::kCancelRun:
          // The run may end all the same before it hears of it; then its answer is late.
          EXPECT_EQ(running_.count(action.run), 1u);
          answered_.emplace(action.run, running_.at(action.run));
          running_.erase(action.run);
          break;
        case Kind::kFreePieces:
          EXPECT_EQ(pieces_.count(action.task), 1u);
          EXPECT_EQ(pieces_.at(action.task), std::pair(action.run, action.worker));
          pieces_.erase(action.task);
          break;
        case Kind::kTaskFinished:
          EXPECT_TRUE(held_.contains(action.task));
          EXPECT_EQ(pieces_.at(action.task), std::pair(action.run, action.worker));
          told_[action.task] = {false, {}, action.run, action.worker};
          break;
        case Kind::kTaskErred:
          EXPECT_TRUE(held_.contains(action.task));
          CheckCause(action.task, action.cause);
          told_[action.task] = {true, action.cause, kNoRun, kNoWorker};
          break;
        case Kind::kPlanForgotten:
          EXPECT_EQ(lineage_.erase(action.task.plan), 1u);
          EXPECT_FALSE(scheduler_.Knows(action.task.plan));
          break;
        case Kind::kPlanFailed:
          CheckCause(action.task, action.cause);
          failed_plans_[action.task.plan] = action.cause;
          [[fallthrough]];
        default:
          EXPECT_TRUE(action.kind == Kind::kPlanCancelled || !options_.at(action.task.plan).independent);
          EXPECT_TRUE(plans_.contains(action.task.plan));
          break;
      }
    }
    outbox_.clear();
    scheduler_.Validate();
    CheckHomes();
    CheckTold();
    // A finished plan runs again when its outputs are lost.
    for (auto& [plan, ended] : plans_) ended = HasEnded(plan);
  }

  Random random_;
  Scheduler scheduler_;
  SchedulerOutbox outbox_;
  std::map<PlanId, bool> plans_;  // not released yet, and whether they ended
  std::set<PlanId> lineage_;      // released, but others import from them
  std::set<PlanId> cancelled_;
  std::map<PlanId, TaskId> failed_plans_;
  std::map<PlanId, PlanShape> shapes_;  // of all plans ever
  std::map<PlanId, PlanOptions> options_;
  std::set<TaskId> nowhere_;      // imported when there were no such tasks
  std::set<TaskId> held_;         // outputs of independent plans
  std::map<TaskId, Told> told_;   // the latest of each that is held
  std::map<TaskId, int> failures_;
  std::map<TaskId, int> losses_;
  std::set<WorkerId> connected_;
  std::map<RunId, Running> running_;
  std::map<RunId, Running> answered_;
  std::map<TaskId, std::pair<RunId, WorkerId>> pieces_;
  std::map<std::pair<CollectionId, int64_t>, WorkerId> homes_;
  bool lost_any_ = false;
  int64_t num_done_ = 0;
  int64_t num_at_home_ = 0;
  int64_t num_kept_ = 0;      // plans that were released while others imported from them
  int64_t num_retried_ = 0;
  int64_t num_cascades_ = 0;  // failures over imports
};

TEST(SchedulerRandom, EveryPlanEndsAndNothingIsLeaked) {
  const uint64_t first_seed = FirstTestSeed();
  int64_t done = 0, at_home = 0, kept = 0, retried = 0, cascades = 0;
  for (uint64_t seed = first_seed; seed < first_seed + kTestSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    World world(seed);
    for (int step = 0; step < 600; ++step) world.Step();
    world.Finish();
    done += world.num_done();
    at_home += world.num_at_home();
    kept += world.num_kept();
    retried += world.num_retried();
    cascades += world.num_cascades();
    if (testing::Test::HasFailure()) break;
  }
  EXPECT_GT(done, static_cast<int64_t>(kTestSeeds) * 30);
  EXPECT_GT(at_home, static_cast<int64_t>(kTestSeeds) * 5);
  EXPECT_GT(kept, static_cast<int64_t>(kTestSeeds));
  EXPECT_GT(retried, static_cast<int64_t>(kTestSeeds));
  EXPECT_GT(cascades, static_cast<int64_t>(kTestSeeds));
}

}  // namespace
}  // namespace cask
