// Random events for the worker's machine; its invariants are checked after each, and what it fetched, started and dropped is
// compared with a plain model of it.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "cask/base/random.h"
#include "cask/base/test_seeds.h"
#include "cask/worker/worker.h"

namespace cask {
namespace {

using Kind = WorkerAction::Kind;

class World {
 public:
  explicit World(uint64_t seed) : random_(seed) {}

  void Step() {
    switch (random_.Below(9)) {
      case 0:
      case 1: Assign(); break;
      case 2: if (random_.Percent(40)) Cancel(); break;
      case 3: Free(); break;
      case 4: Fetched(); break;
      case 5: worker_.OnMemoryUsed(random_.Below(1500), outbox_); break;
      case 6: Yield(); break;
      default: Work(); break;
    }
    Settle();
  }

  void Finish() {
    worker_.OnMemoryUsed(0, outbox_);
    Settle();
    while (!unfinished_.empty()) {
      Fetched();
      Settle();
      Work();
      Settle();
    }
    while (!held_.empty()) {
      Free();
      Settle();
    }
    while (!flights_.empty()) {
      Fetched();
      Settle();
    }
    EXPECT_TRUE(present_.empty()) << "pieces were leaked";
    EXPECT_EQ(worker_.num_executing(), 0);
    EXPECT_FALSE(worker_.paused());
  }

 private:
  template <typename Container>
  auto Any(Container& container) {
    return std::next(container.begin(), random_.Below(container.size()));
  }

  void Assign() {
    if (unfinished_.size() > 8) return;
    const RunId run{next_++};
    Assignment assignment{{PlanId{0}, 1, Number(run)}, run, static_cast<Priority>(random_.Below(3)), random_.Below(600), {}};
    std::set<int64_t> inputs;
    for (int64_t i = random_.Below(4); i > 0; --i) inputs.insert(random_.Below(10));
    for (int64_t input : inputs) assignment.remote_inputs.push_back({{PlanId{0}, 0, input}, WorkerId{3}});
    unfinished_.emplace(run, assignment.task);
    worker_.OnAssign(std::move(assignment), outbox_);
  }

  void Cancel() {
    if (unfinished_.empty()) return;
    const auto [run, task] = *Any(unfinished_);
    worker_.OnCancelRun(task, run, outbox_);
    if (!executing_.contains(run)) unfinished_.erase(run);
    cancelled_.insert(run);
  }

  void Free() {
    if (held_.empty()) return;
    const auto [run, task] = *Any(held_);
    held_.erase(run);
    worker_.OnFreePieces(task, run, outbox_);
  }

  void Fetched() {
    if (flights_.empty()) return;
    const TaskId task = *Any(flights_);
    flights_.erase(flights_.find(task));
    if (random_.Percent(80)) {
      present_.insert(task);
      worker_.OnFetched(task, outbox_);
    } else {
      worker_.OnFetchFailed(task, outbox_);
    }
  }

  void Yield() {
    const auto priority = static_cast<Priority>(random_.Below(3));
    if (executing_.empty()) return;
    if (const auto started = worker_.OnYield(priority)) {
      EXPECT_GT(started->priority, priority);
      executing_.emplace(started->run, true);
      ++nested_;
    }
  }

  void Work() {
    if (static_cast<int>(executing_.size()) - nested_ < 2 && random_.Percent(60)) {
      if (const auto started = worker_.OnThreadFree()) executing_.emplace(started->run, false);
      return;
    }
    if (executing_.empty()) return;
    const auto [run, nested] = *Any(executing_);
    executing_.erase(run);
    nested_ -= nested ? 1 : 0;
    const TaskId task = unfinished_.at(run);
    unfinished_.erase(run);
    const bool wanted = !cancelled_.contains(run);
    if (random_.Percent(80)) {
      EXPECT_EQ(worker_.OnRunDone(run, 5, outbox_), wanted);
      if (wanted) {
        held_.emplace(run, task);
        present_.insert(task);
      }
    } else {
      EXPECT_EQ(worker_.OnRunFailed(run, outbox_), wanted);
    }
  }

  void Settle() {
    for (const WorkerAction& action : outbox_) {
      switch (action.kind) {
        case Kind::kFetch: flights_.insert(action.task); break;
        case Kind::kDropPieces: EXPECT_EQ(present_.erase(action.task), 1u); break;
        case Kind::kStopRun: EXPECT_TRUE(executing_.contains(action.run)); break;
        case Kind::kReportInputMissing: EXPECT_EQ(unfinished_.erase(action.run), 1u); break;
        default: break;
      }
    }
    outbox_.clear();
    worker_.Validate();
  }

  Random random_;
  Worker worker_{{.threads = 2, .memory_limit_bytes = 1000}};
  WorkerOutbox outbox_;
  int64_t next_ = 0;
  std::map<RunId, TaskId> unfinished_;
  std::map<RunId, bool> executing_;  // and whether nested
  int nested_ = 0;
  std::set<RunId> cancelled_;
  std::map<RunId, TaskId> held_;
  std::multiset<TaskId> flights_;
  std::set<TaskId> present_;
};

TEST(WorkerRandom, EveryRunEndsAndNothingIsLeaked) {
  const uint64_t first_seed = FirstTestSeed();
  for (uint64_t seed = first_seed; seed < first_seed + kTestSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    World world(seed);
    for (int step = 0; step < 500; ++step) world.Step();
    world.Finish();
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace cask
