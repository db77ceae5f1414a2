// Random plans and random events; all invariants are checked after each event, and a simulated world checks the actions: workers
// that hold what they were told to, answers that come late, twice or not at all.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "cask/base/random.h"
#include "cask/base/test_seeds.h"
#include "cask/scheduler/scheduler.h"

namespace cask {
namespace {

using Kind = SchedulerAction::Kind;

constexpr int64_t kNumCollections = 3;
constexpr int64_t kMaxPartitions = 20;

PlanShape RandomShape(Random& random) {
  PlanShape shape;
  const int num_layers = static_cast<int>(random.Between(1, 6));
  for (int i = 0; i < num_layers; ++i) {
    PlanShape::Layer layer;
    const int64_t num_inputs = i == 0 ? 0 : random.Between(0, 2);
    for (int64_t k = 0; k < num_inputs; ++k) {
      const int input = static_cast<int>(random.Below(i));
      const int64_t n = shape.layers[input].num_tasks;
      // All inputs of a layer must agree on its number of tasks; the first one decides.
      if (k > 0) {
        layer.inputs.push_back(n == layer.num_tasks && random.Percent(50) ? LayerInput{input, 0, OneToOne()}
                                                                           : LayerInput{input, 0, AllToAll(n, layer.num_tasks)});
      } else if (random.Percent(40)) {
        layer.num_tasks = n;
        layer.inputs.push_back({input, 0, OneToOne()});
      } else if (random.Percent(70)) {
        const int64_t fan_in = random.Between(1, 5);
        layer.num_tasks = (n + fan_in - 1) / fan_in;
        layer.inputs.push_back({input, 0, Tree(n, fan_in)});
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
    switch (random_.Below(15)) {
      case 0: Submit(); break;
      case 1: Join(); break;
      case 2: if (random_.Percent(30)) LoseWorker(); break;
      case 3: if (random_.Percent(20)) Cancel(); break;
      case 4: ReleaseEnded(); break;
      case 5: Pause(); break;
      case 6: Repeat(); break;
      case 7: if (random_.Percent(20)) Drop(); break;
      default: Answer(random_.Below(100)); break;
    }
    Settle();
  }

  // No more faults: every plan must end.
  void Finish() {
    Join();
    Settle();
    for (WorkerId worker : connected_) {
      scheduler_.OnWorkerResumed(worker, outbox_);
      Settle();
    }
    while (!running_.empty()) {
      Answer(0);
      Settle();
    }
    for (const auto& [plan, ended] : plans_) EXPECT_TRUE(ended) << "plan " << Number(plan) << " did not end";
    EXPECT_TRUE(scheduler_.idle());
    while (!plans_.empty()) {
      Release();
      Settle();
    }
    EXPECT_TRUE(pieces_.empty()) << "pieces were leaked";
  }

  int64_t num_done() const { return num_done_; }
  int64_t num_at_home() const { return num_at_home_; }

 private:
  struct Running {
    TaskId task;
    WorkerId worker;
  };

  void Submit() {
    if (plans_.size() >= 4) return;
    const PlanShape shape = RandomShape(random_);
    const auto priority = static_cast<Priority>(random_.Below(kNumPriorities));
    const PlanId plan = scheduler_.OnSubmit(shape, {priority, static_cast<int>(random_.Below(3))}, outbox_);
    plans_.emplace(plan, false);
    shapes_.emplace(plan, shape);
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
    if (!plans_.empty()) scheduler_.OnCancel(Any(plans_)->first, outbox_);
  }

  void Release() {
    if (plans_.empty()) return;
    const PlanId plan = Any(plans_)->first;
    plans_.erase(plan);
    scheduler_.OnRelease(plan, outbox_);
  }

  void ReleaseEnded() {
    const auto ended = std::find_if(plans_.begin(), plans_.end(), [](const auto& entry) { return entry.second; });
    if (ended == plans_.end() || random_.Percent(10)) {
      if (random_.Percent(5)) Release();
      return;
    }
    const PlanId plan = ended->first;
    plans_.erase(plan);
    scheduler_.OnRelease(plan, outbox_);
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
      scheduler_.OnTaskFailed(running.task, run, running.worker, outbox_);
    } else {
      scheduler_.OnInputMissing(running.task, run, running.worker, outbox_);
    }
  }

  // When no worker was ever lost, the inputs of what runs must all be held.
  void CheckInputs(const TaskId& id) {
    if (lost_any_) return;
    for (const LayerInput& input : shapes_.at(id.plan).layers[id.layer].inputs) {
      input.pattern->ForEachInput(id.task, [&](int64_t task) { EXPECT_TRUE(pieces_.contains({id.plan, input.layer, task})); });
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

  void Settle() {
    for (const SchedulerAction& action : outbox_) {
      switch (action.kind) {
        case Kind::kAssign:
          EXPECT_TRUE(connected_.contains(action.worker));
          EXPECT_TRUE(plans_.contains(action.task.plan));
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
        default:
          if (plans_.contains(action.task.plan)) plans_[action.task.plan] = true;
          break;
      }
    }
    outbox_.clear();
    scheduler_.Validate();
    CheckHomes();
    // A finished plan runs again when its outputs are lost.
    for (auto& [plan, ended] : plans_) ended = scheduler_.StatusOf(plan) != PlanStatus::kRunning;
  }

  Random random_;
  Scheduler scheduler_;
  SchedulerOutbox outbox_;
  std::map<PlanId, bool> plans_;  // not released yet, and whether they ended
  std::map<PlanId, PlanShape> shapes_;
  std::set<WorkerId> connected_;
  std::map<RunId, Running> running_;
  std::map<RunId, Running> answered_;
  std::map<TaskId, std::pair<RunId, WorkerId>> pieces_;
  std::map<std::pair<CollectionId, int64_t>, WorkerId> homes_;
  bool lost_any_ = false;
  int64_t num_done_ = 0;
  int64_t num_at_home_ = 0;
};

TEST(SchedulerRandom, EveryPlanEndsAndNothingIsLeaked) {
  const uint64_t first_seed = FirstTestSeed();
  int64_t done = 0, at_home = 0;
  for (uint64_t seed = first_seed; seed < first_seed + kTestSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    World world(seed);
    for (int step = 0; step < 600; ++step) world.Step();
    world.Finish();
    done += world.num_done();
    at_home += world.num_at_home();
    if (testing::Test::HasFailure()) break;
  }
  EXPECT_GT(done, static_cast<int64_t>(kTestSeeds) * 30);
  EXPECT_GT(at_home, static_cast<int64_t>(kTestSeeds) * 5);
}

}  // namespace
}  // namespace cask
