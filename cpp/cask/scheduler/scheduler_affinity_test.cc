// Tasks over partitions of a collection and the homes of those.

#include <algorithm>
#include <deque>
#include <map>
#include <numeric>

#include "cask/scheduler/test_scheduler.h"

namespace cask {
namespace {

using test::Independent;

constexpr CollectionId kFrame{7};

PlanShape Over(int64_t n, int64_t first_partition = 0, CollectionId collection = kFrame) {
  return {{{n, true, {}, Affinity{collection, first_partition}}}};
}
PlanShape PairsOver(int64_t n, std::shared_ptr<const Dependency> pattern = OneToOne(), int64_t num_consumers = -1) {
  return {{{n, false, {}, Affinity{kFrame, 0}}, {num_consumers < 0 ? n : num_consumers, true, {{0, 0, std::move(pattern)}}}}};
}

class SchedulerAffinityTest : public test::SchedulerFixture {
 protected:
  void Drop(CollectionId collection) {
    scheduler_.OnDropCollection(collection, outbox_);
    scheduler_.Validate();
  }
  WorkerId HomeOf(int64_t partition) const { return scheduler_.HomeOf(kFrame, partition); }

  // What was assigned since; other actions are left out.
  std::vector<SchedulerAction> TakeAssigned() {
    std::vector<SchedulerAction> assigned;
    for (const SchedulerAction& action : outbox_) {
      if (action.kind == Kind::kAssign) assigned.push_back(action);
    }
    outbox_.clear();
    return assigned;
  }
  // The only one.
  SchedulerAction TakeAssign() {
    const auto assigned = TakeAssigned();
    EXPECT_EQ(assigned.size(), 1u);
    return assigned.empty() ? SchedulerAction{} : assigned[0];
  }
  void ExpectNoneAssigned() { EXPECT_TRUE(TakeAssigned().empty()); }

  // Ends what runs, the oldest first, until nothing does.
  std::map<TaskId, WorkerId> RunToEnd() {
    std::map<TaskId, WorkerId> workers;
    std::deque<SchedulerAction> running;
    while (true) {
      for (const SchedulerAction& run : TakeAssigned()) {
        running.push_back(run);
        workers[run.task] = run.worker;
      }
      if (running.empty()) return workers;
      Done(running.front());
      running.pop_front();
    }
  }
  void Load(int64_t n) {
    Submit(Over(n));
    RunToEnd();
  }
};

TEST_F(SchedulerAffinityTest, TasksOfASecondPlanGoWhereThoseOfTheFirstWent) {
  for (int i = 0; i < 3; ++i) Join();
  const PlanId first = Submit(Over(12));
  // The second worker is quick at first, so that homes do not follow from the order of workers.
  std::map<TaskId, WorkerId> went;
  auto running = TakeAssigned();
  for (int i = 0; i < 4; ++i) {
    went[running[1].task] = running[1].worker;
    Done(running[1]);
    running[1] = TakeAssign();
  }
  for (const SchedulerAction& run : running) {
    went[run.task] = run.worker;
    Done(run);
  }
  went.merge(RunToEnd());
  for (int64_t partition = 0; partition < 12; ++partition) EXPECT_EQ(HomeOf(partition), went.at({first, 0, partition}));
  const PlanId second = Submit(Over(7, 5));
  for (const auto& [task, worker] : RunToEnd()) {
    EXPECT_EQ(task.plan, second);
    EXPECT_EQ(worker, went.at({first, 0, task.task + 5}));
  }
}

TEST_F(SchedulerAffinityTest, FirstPlacementIsBalanced) {
  std::map<WorkerId, int> num_homes;
  for (int i = 0; i < 8; ++i) num_homes[Join(2)] = 0;
  Load(400);
  for (int64_t partition = 0; partition < 400; ++partition) ++num_homes.at(HomeOf(partition));
  for (const auto& [worker, count] : num_homes) EXPECT_EQ(count, 50);
}

TEST_F(SchedulerAffinityTest, ATaskWaitsForItsBusyHomeWhileOthersAreIdle) {
  const WorkerId home = Join();
  Load(1);
  Join();
  Submit(Over(1));
  const auto first = TakeAssign();
  EXPECT_EQ(first.worker, home);
  Submit(Over(1));
  ExpectNoneAssigned();
  // Another's task goes past it.
  Submit(Independent(1));
  EXPECT_NE(TakeAssign().worker, home);
  Done(first);
  EXPECT_EQ(TakeAssign().worker, home);
}

TEST_F(SchedulerAffinityTest, TheLossOfAHomeFreesItsTasks) {
  const WorkerId home = Join();
  Load(3);
  const WorkerId other = Join();
  Submit(Over(3));
  EXPECT_EQ(TakeAssign().worker, home);
  Lose(home);
  // The tasks of the first plan as well: its outputs were there.
  EXPECT_EQ(HomeOf(2), kNoWorker);
  for (const auto& [task, worker] : RunToEnd()) EXPECT_EQ(worker, other);
  for (int64_t partition = 0; partition < 3; ++partition) EXPECT_EQ(HomeOf(partition), other);
}

TEST_F(SchedulerAffinityTest, AWorkerInheritsNothingOfOneThatWasLost) {
  const WorkerId home = Join();
  scheduler_.OnRelease(Submit(Over(2)), outbox_);
  Load(2);
  Lose(home);
  const WorkerId next = Join();
  RunToEnd();
  EXPECT_EQ(HomeOf(0), next);
  const WorkerId third = Join();
  Lose(next);
  Submit(Over(2));
  for (const auto& [task, worker] : RunToEnd()) EXPECT_EQ(worker, third);
}

TEST_F(SchedulerAffinityTest, TasksWaitForAPausedHomeUntilItResumes) {
  const WorkerId home = Join();
  Load(1);
  Join();
  scheduler_.OnWorkerPaused(home);
  Submit(Over(1));
  ExpectNoneAssigned();
  EXPECT_EQ(HomeOf(0), home);
  Resume(home);
  EXPECT_EQ(TakeAssign().worker, home);
}

TEST_F(SchedulerAffinityTest, TasksOfAPausedHomeThatIsLostGoElsewhere) {
  const WorkerId home = Join();
  scheduler_.OnRelease(Submit(Over(1)), outbox_);
  TakeAssigned();
  const WorkerId other = Join();
  scheduler_.OnWorkerPaused(home);
  Submit(Over(1));
  ExpectNoneAssigned();
  Lose(home);
  EXPECT_EQ(TakeAssign().worker, other);
}

TEST_F(SchedulerAffinityTest, DroppingTheCollectionFreesItsTasks) {
  const WorkerId home = Join();
  Load(2);
  const WorkerId other = Join();
  Submit(Over(2));
  const auto at_home = TakeAssign();
  EXPECT_EQ(at_home.worker, home);
  Drop(kFrame);
  EXPECT_EQ(TakeAssign().worker, other);
  // What was submitted before makes no homes any more, what is submitted later does.
  EXPECT_EQ(HomeOf(0), kNoWorker);
  EXPECT_EQ(HomeOf(1), kNoWorker);
  Submit(Over(1, 1));
  Done(at_home);
  EXPECT_EQ(TakeAssign().worker, home);
  EXPECT_EQ(HomeOf(1), home);
}

TEST_F(SchedulerAffinityTest, DroppingACollectionLeavesOthersAlone) {
  const CollectionId other{8};
  Join();
  Load(1);
  Submit(Over(1, 0, other));
  RunToEnd();
  Drop(CollectionId{99});
  Drop(other);
  EXPECT_NE(HomeOf(0), kNoWorker);
  EXPECT_EQ(scheduler_.HomeOf(other, 0), kNoWorker);
  EXPECT_EQ(HomeOf(1), kNoWorker);
  EXPECT_EQ(HomeOf(-1), kNoWorker);
}

TEST_F(SchedulerAffinityTest, AFailedTaskIsTriedAgainAtHome) {
  const WorkerId home = Join();
  Load(1);
  Join();
  Submit(Over(1), {.retries = 1});
  const auto run = TakeAssign();
  Fail(run);
  EXPECT_EQ(TakeAssign().worker, home);
}

TEST_F(SchedulerAffinityTest, ComputationsGoWhereALoadInTheBackgroundGoesAndTheOtherWayRound) {
  Join();
  Join();
  const PlanId load = Submit(Over(4), {.priority = Priority::kBackground});
  const auto loading = TakeAssigned();
  ASSERT_EQ(loading.size(), 2u);
  const PlanId computation = Submit(Over(4), {.priority = Priority::kNormal});
  const auto computing = TakeAssigned();
  ASSERT_EQ(computing.size(), 2u);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(computing[i].task, (TaskId{computation, 0, loading[i].task.task}));
    EXPECT_EQ(computing[i].worker, loading[i].worker);
  }
  for (const auto& run : computing) Done(run);
  const auto rest = TakeAssigned();
  ASSERT_EQ(rest.size(), 2u);
  for (const auto& run : loading) Done(run);
  ExpectNoneAssigned();
  // The computation was first at the last two partitions.
  for (const auto& run : rest) Done(run);
  const auto loaded = RunToEnd();
  ASSERT_EQ(loaded.size(), 2u);
  for (const auto& run : rest) EXPECT_EQ(loaded.at({load, 0, run.task.task}), run.worker);
}

TEST_F(SchedulerAffinityTest, AHomeRunsTheMoreUrgentOfWhatWaitsForIt) {
  Join();
  Load(3);
  Join();
  Submit(Over(1, 0));
  const auto busy = TakeAssign();
  const PlanId background = Submit(Over(1, 1), {.priority = Priority::kBackground});
  const PlanId normal = Submit(Over(1, 2));
  ExpectNoneAssigned();
  Done(busy);
  const auto first = TakeAssign();
  EXPECT_EQ(first.task.plan, normal);
  Done(first);
  EXPECT_EQ(TakeAssign().task.plan, background);
}

TEST_F(SchedulerAffinityTest, PlansTakeTurnsAtAHome) {
  const WorkerId home = Join();
  Load(4);
  Join();
  const PlanId a = Submit(Over(2)), b = Submit(Over(2, 2));
  std::vector<PlanId> order;
  for (int i = 0; i < 4; ++i) {
    const auto run = TakeAssign();
    EXPECT_EQ(run.worker, home);
    order.push_back(run.task.plan);
    Done(run);
  }
  EXPECT_EQ(order, (std::vector<PlanId>{a, b, a, b}));
}

TEST_F(SchedulerAffinityTest, WhatWasBegunIsFinishedBeforeMoreIsReadAtHome) {
  Join();
  Load(2);
  const PlanId plan = Submit(PairsOver(2));
  std::vector<int> layers;
  for (auto assigned = TakeAssigned(); !assigned.empty(); assigned = TakeAssigned()) {
    ASSERT_EQ(assigned.size(), 1u);
    layers.push_back(assigned[0].task.layer);
    Done(assigned[0]);
  }
  EXPECT_EQ(layers, (std::vector<int>{0, 1, 0, 1}));
  EXPECT_EQ(scheduler_.StatusOf(plan), PlanStatus::kFinished);
}

// Task 0 needs input 0, task 1 all others.
class OneThenTheOthers final : public Dependency {
 public:
  explicit OneThenTheOthers(int64_t num_inputs) : num_inputs_(num_inputs) {}
  int64_t CountInputs(int64_t task) const override { return task == 0 ? 1 : num_inputs_ - 1; }
  void ForEachInput(int64_t task, const std::function<void(int64_t)>& visit) const override {
    for (int64_t input = task; input < (task == 0 ? 1 : num_inputs_); ++input) visit(input);
  }
  int64_t CountConsumers(int64_t) const override { return 1; }
  void ForEachConsumer(int64_t input, const std::function<void(int64_t)>& visit) const override { visit(input == 0 ? 0 : 1); }

 private:
  int64_t num_inputs_;
};

TEST_F(SchedulerAffinityTest, TasksWithHomesWaitWhileManyOfTheirResultsAreUnconsumedAndConsumersRun) {
  Join(2);
  Load(50);
  const PlanId plan = Submit(PairsOver(50, std::make_shared<OneThenTheOthers>(50), 2));
  auto running = TakeAssigned();
  ASSERT_EQ(running.size(), 2u);
  // While the first consumer runs, the sources stop at 12 results that wait: 2 threads, 4 for each and 2 times the first consumer's one.
  Done(running[0]);
  const auto consumer = TakeAssign();
  EXPECT_EQ(consumer.task, (TaskId{plan, 1, 0}));
  int64_t in_memory = 0;
  for (auto next = std::vector{running[1]}; !next.empty(); next = TakeAssigned()) {
    Done(next[0]);
    in_memory = scheduler_.CountsOf(plan, 0).in_memory;
  }
  EXPECT_EQ(in_memory, 12);
  Done(consumer);
  RunToEnd();
  EXPECT_EQ(scheduler_.StatusOf(plan), PlanStatus::kFinished);
}

TEST_F(SchedulerAffinityTest, SourcesWithHomesAndWithoutShareAPlan) {
  const WorkerId home = Join();
  Load(6);
  const WorkerId other = Join();
  const PlanId plan = Submit(
      {{{6, false, {}, Affinity{kFrame, 0}},
        {6, false, {}},
        {6, false, {}, Affinity{CollectionId{8}, 0}},
        {6, true, {{0, 0, OneToOne()}, {1, 0, OneToOne()}, {2, 0, OneToOne()}}}}});
  int elsewhere = 0;
  for (const auto& [task, worker] : RunToEnd()) {
    EXPECT_TRUE(task.layer != 0 || worker == home);
    EXPECT_TRUE(task.layer != 2 || worker == scheduler_.HomeOf(CollectionId{8}, task.task));
    if (task.layer != 0 && worker == other) ++elsewhere;
  }
  EXPECT_GT(elsewhere, 5);
  EXPECT_EQ(scheduler_.StatusOf(plan), PlanStatus::kFinished);
}

TEST_F(SchedulerAffinityTest, ATaskThatIsNotWantedAnyMoreDoesNotRunAtItsHome) {
  const WorkerId home = Join();
  Load(2);
  const PlanId plan = Submit({{{2, false, {}, Affinity{kFrame, 0}}, {2, false, {{0, 0, OneToOne()}}}, {2, true, {{1, 0, OneToOne()}}}}},
                             {.retries = 1});
  const auto source = TakeAssign();
  scheduler_.OnWorkerPaused(home);
  const WorkerId second = Join();
  Done(source);
  const auto middle = TakeAssign();
  EXPECT_EQ(middle.worker, second);
  scheduler_.OnWorkerPaused(second);
  Join(2);
  Done(middle);
  const auto last = TakeAssign();
  // The source is needed again, for a result that is lost, until the one who has that result already is done.
  Lose(second);
  EXPECT_EQ(scheduler_.StateOf({plan, 0, 0}), TaskState::kReady);
  Done(last);
  EXPECT_EQ(scheduler_.StateOf({plan, 0, 0}), TaskState::kReleased);
  Resume(home);
  // The other one is tried twice, so that it waits behind the first.
  const auto other = TakeAssign();
  EXPECT_EQ(other.task, (TaskId{plan, 0, 1}));
  Fail(other);
  const auto rest = RunToEnd();
  EXPECT_EQ(rest.size(), 3u);
  EXPECT_FALSE(rest.contains({plan, 0, 0}));
  EXPECT_EQ(scheduler_.StatusOf(plan), PlanStatus::kFinished);
}

TEST_F(SchedulerAffinityTest, TasksOfACancelledPlanDoNotHoldUpTheirHome) {
  Join();
  Load(2);
  Join();
  Submit(Over(1));
  const auto busy = TakeAssign();
  const PlanId cancelled = Submit(Over(2));
  ExpectNoneAssigned();
  Cancel(cancelled);
  const PlanId next = Submit(Over(1));
  ExpectNoneAssigned();
  Done(busy);
  EXPECT_EQ(TakeAssign().task.plan, next);
}

}  // namespace
}  // namespace cask
