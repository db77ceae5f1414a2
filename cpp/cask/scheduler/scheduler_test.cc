#include "cask/scheduler/scheduler.h"

#include <algorithm>

#include "cask/scheduler/test_scheduler.h"

namespace cask {
namespace {

using test::Independent;

PlanShape Pairs(int64_t n) { return {{{n, false, {}}, {n, true, {{0, 0, OneToOne()}}}}}; }
PlanShape TreeOver(int64_t n, int64_t fan_in) {
  return {{{n, false, {}}, {(n + fan_in - 1) / fan_in, true, {{0, 0, Tree(n, fan_in)}}}}};
}

class SchedulerTest : public test::SchedulerFixture {};

TEST_F(SchedulerTest, RunsTasksInOrderAsSlotsGetFree) {
  const WorkerId worker = Join(2);
  const PlanId plan = Submit(Independent(3));
  const auto first = TakeAssign(0, 0), second = TakeAssign(0, 1);
  EXPECT_EQ(first.worker, worker);
  ExpectSilence();
  Done(second);
  const auto third = TakeAssign(0, 2);
  Done(first);
  ExpectSilence();
  Done(third);
  EXPECT_EQ(Take(Kind::kPlanFinished).task.plan, plan);
  ExpectSilence();
  EXPECT_EQ(scheduler_.CountsOf(plan, 0).in_memory, 3);
  scheduler_.OnRelease(plan, outbox_);
  for (int i = 0; i < 3; ++i) Take(Kind::kFreePieces);
  ExpectSilence();
  EXPECT_FALSE(scheduler_.Knows(plan));
}

TEST_F(SchedulerTest, APlanWithoutTasksIsFinishedAtOnce) {
  Join();
  Submit(Independent(0));
  Take(Kind::kPlanFinished);
  ExpectSilence();
}

TEST_F(SchedulerTest, APlanWaitsForAWorker) {
  Submit(Independent(1));
  ExpectSilence();
  Join();
  TakeAssign(0, 0);
}

TEST_F(SchedulerTest, FinishesWhatWasBegunAndFreesIt) {
  Join();
  const PlanId plan = Submit(Pairs(2));
  Done(TakeAssign(0, 0));
  const auto consumer = TakeAssign(1, 0);
  ExpectSilence();
  Done(consumer);
  EXPECT_EQ(Take(Kind::kFreePieces).task, (TaskId{plan, 0, 0}));
  Done(TakeAssign(0, 1));
  Done(TakeAssign(1, 1));
  Take(Kind::kFreePieces);
  Take(Kind::kPlanFinished);
  ExpectSilence();
}

// One task that needs the first `count` inputs and no others.
class FirstInputs final : public Dependency {
 public:
  explicit FirstInputs(int64_t count) : count_(count) {}
  int64_t CountInputs(int64_t) const override { return count_; }
  void ForEachInput(int64_t, const std::function<void(int64_t)>& visit) const override {
    for (int64_t input = 0; input < count_; ++input) visit(input);
  }
  int64_t CountConsumers(int64_t input) const override { return input < count_ ? 1 : 0; }
  void ForEachConsumer(int64_t input, const std::function<void(int64_t)>& visit) const override {
    if (input < count_) visit(0);
  }

 private:
  int64_t count_;
};

TEST_F(SchedulerTest, ATaskThatNothingNeedsDoesNotRun) {
  Join(10);
  const auto first_two = std::make_shared<FirstInputs>(2);
  const PlanId plan = Submit({{{4, false, {}}, {4, false, {{0, 0, OneToOne()}}}, {1, true, {{1, 0, first_two}}}}});
  EXPECT_EQ(scheduler_.CountsOf(plan, 0).total, 2);
  EXPECT_EQ(scheduler_.CountsOf(plan, 1).total, 2);
  TakeAssign(0, 0);
  TakeAssign(0, 1);
  ExpectSilence();
}

TEST_F(SchedulerTest, LateAndRepeatedAnswersChangeNothing) {
  Join();
  const PlanId plan = Submit(Independent(2));
  const auto first = TakeAssign(0, 0);
  Done(first);
  TakeAssign(0, 1);
  Done(first);
  Fail(first);
  scheduler_.OnTaskDone({plan, 7, 0}, first.run, first.worker, 1, outbox_);
  scheduler_.OnTaskDone({plan, 0, 99}, first.run, first.worker, 1, outbox_);
  scheduler_.OnTaskDone({PlanId{55}, 0, 0}, first.run, first.worker, 1, outbox_);
  ExpectSilence();
  EXPECT_EQ(scheduler_.CountsOf(plan, 0).done, 1);
}

TEST_F(SchedulerTest, AFailedTaskFailsThePlanAndStopsTheOthers) {
  Join(3);
  const PlanId plan = Submit(Independent(5));
  const auto a = TakeAssign(0, 0), b = TakeAssign(0, 1), c = TakeAssign(0, 2);
  Done(a);
  TakeAssign(0, 3);
  Fail(b);
  EXPECT_EQ(Take(Kind::kFreePieces).task, a.task);
  EXPECT_EQ(Take(Kind::kCancelRun).run, c.run);
  Take(Kind::kCancelRun);
  EXPECT_EQ(Take(Kind::kPlanFailed).task, b.task);
  ExpectSilence();
  EXPECT_EQ(scheduler_.StatusOf(plan), PlanStatus::kFailed);
  Done(c);
  ExpectSilence();
}

TEST_F(SchedulerTest, RetriesAsOftenAsAsked) {
  Join();
  Submit(Independent(1), {.retries = 2});
  Fail(TakeAssign(0, 0));
  Fail(TakeAssign(0, 0));
  Fail(TakeAssign(0, 0));
  Take(Kind::kPlanFailed);
  ExpectSilence();
}

TEST_F(SchedulerTest, CancelStopsWhatRuns) {
  Join();
  const PlanId plan = Submit(Independent(2));
  const auto run = TakeAssign(0, 0);
  Cancel(plan);
  EXPECT_EQ(Take(Kind::kCancelRun).run, run.run);
  EXPECT_EQ(Take(Kind::kPlanCancelled).task.plan, plan);
  Cancel(plan);
  ExpectSilence();
}

TEST_F(SchedulerTest, UrgentWorkDoesNotWaitForSlotsOfOtherWork) {
  Join();
  Submit(Independent(3), {.priority = Priority::kBackground});
  const auto background = TakeAssign(0, 0);
  const PlanId urgent = Submit(Independent(2), {.priority = Priority::kNormal});
  const auto first = TakeAssign(0, 0);
  EXPECT_EQ(first.task.plan, urgent);
  ExpectSilence();
  // The background's slot is not free again while urgent work takes it.
  Done(background);
  ExpectSilence();
  Done(first);
  const auto second = TakeAssign(0, 1);
  EXPECT_EQ(second.task.plan, urgent);
  Done(second);
  Take(Kind::kPlanFinished);
  TakeAssign(0, 1);
  ExpectSilence();
}

TEST_F(SchedulerTest, PlansOfOnePriorityTakeTurns) {
  Join();
  const PlanId a = Submit(Independent(2)), b = Submit(Independent(2));
  std::vector<PlanId> order;
  for (int i = 0; i < 4; ++i) {
    const auto run = Take(Kind::kAssign);
    order.push_back(run.task.plan);
    Done(run);
    outbox_.erase(std::remove_if(outbox_.begin(), outbox_.end(), [](const auto& action) { return action.kind == Kind::kPlanFinished; }),
                  outbox_.end());
  }
  EXPECT_EQ(order, (std::vector<PlanId>{a, b, a, b}));
}

TEST_F(SchedulerTest, TheLostPiecesOfAWorkerAreComputedAnew) {
  const WorkerId first = Join();
  const PlanId plan = Submit(TreeOver(2, 2));
  const auto lost = TakeAssign(0, 0);
  Done(lost);
  const auto running = TakeAssign(0, 1);
  const WorkerId second = Join();
  Lose(first);
  // Both leaves again: one was in memory there, one ran there.
  auto again = Take(Kind::kAssign);
  EXPECT_EQ(again.worker, second);
  Done(lost);
  Done(running);
  ExpectSilence();
  Done(again);
  Done(Take(Kind::kAssign));
  Done(TakeAssign(1, 0));
  Take(Kind::kFreePieces);
  Take(Kind::kFreePieces);
  EXPECT_EQ(Take(Kind::kPlanFinished).task.plan, plan);
  ExpectSilence();
}

TEST_F(SchedulerTest, ALostOutputIsComputedAnewWithReleasedInputs) {
  const WorkerId worker = Join();
  const PlanId plan = Submit(Pairs(1));
  Done(TakeAssign(0, 0));
  Done(TakeAssign(1, 0));
  Take(Kind::kFreePieces);
  Take(Kind::kPlanFinished);
  Lose(worker);
  ExpectSilence();
  EXPECT_EQ(scheduler_.StatusOf(plan), PlanStatus::kRunning);
  Join();
  Done(TakeAssign(0, 0));
  Done(TakeAssign(1, 0));
  Take(Kind::kFreePieces);
  Take(Kind::kPlanFinished);
  ExpectSilence();
}

TEST_F(SchedulerTest, ATaskThatKillsItsWorkersIsGivenUp) {
  Submit(Independent(1));
  for (int i = 0; i < 4; ++i) {
    const WorkerId worker = Join();
    EXPECT_EQ(TakeAssign(0, 0).worker, worker);
    Lose(worker);
  }
  Take(Kind::kPlanFailed);
  ExpectSilence();
}

TEST_F(SchedulerTest, ATaskGoesWhereItsInputsAre) {
  const WorkerId a = Join(), b = Join();
  Submit(TreeOver(4, 2));
  auto first = Take(Kind::kAssign), second = Take(Kind::kAssign);
  EXPECT_NE(first.worker, second.worker);
  if (first.worker != a) std::swap(first, second);
  // Worker a computes one small piece, b the large ones.
  Done(first, 1);
  auto third = Take(Kind::kAssign);
  EXPECT_EQ(third.worker, a);
  Done(second, 1000);
  const auto merge = TakeAssign(1, 0);
  EXPECT_EQ(merge.worker, b);
}

TEST_F(SchedulerTest, APausedWorkerGetsNothing) {
  const WorkerId worker = Join();
  scheduler_.OnWorkerPaused(worker);
  Submit(Independent(1));
  ExpectSilence();
  Resume(worker);
  TakeAssign(0, 0);
}

TEST_F(SchedulerTest, ATaskWhoseInputsCannotBeHadRunsAgain) {
  Join(2);
  Submit(Pairs(1));
  Done(TakeAssign(0, 0));
  const auto consumer = TakeAssign(1, 0);
  scheduler_.OnInputMissing(consumer.task, consumer.run, consumer.worker, outbox_);
  scheduler_.Validate();
  const auto again = TakeAssign(1, 0);
  EXPECT_NE(again.run, consumer.run);
}

TEST_F(SchedulerTest, SourcesStopWhileManyOfTheirResultsAreUnconsumed) {
  Join(2);
  const PlanId plan = Submit(Pairs(1000));
  // The first consumer never ends; the other thread goes on alone and consumes what it makes.
  auto a = TakeAssign(0, 0), b = TakeAssign(0, 1);
  Done(a);
  const auto stuck = TakeAssign(1, 0);
  auto next = b;
  int64_t most = 0;
  for (int i = 0; i < 1500; ++i) {
    Done(next);
    outbox_.erase(std::remove_if(outbox_.begin(), outbox_.end(), [](const auto& action) { return action.kind != Kind::kAssign; }), outbox_.end());
    next = Take(Kind::kAssign);
    most = std::max(most, scheduler_.CountsOf(plan, 0).in_memory);
  }
  EXPECT_LE(most, 3);
  EXPECT_EQ(stuck.task.layer, 1);
}

TEST_F(SchedulerTest, LayersThatAreConsumedTogetherAdvanceTogether) {
  Join();
  const PlanId plan = Submit({{{100, false, {}}, {100, false, {}}, {100, true, {{0, 0, OneToOne()}, {1, 0, OneToOne()}}}}});
  int64_t most = 0;
  for (int i = 0; i < 300; ++i) {
    Done(Take(Kind::kAssign));
    outbox_.erase(std::remove_if(outbox_.begin(), outbox_.end(), [](const auto& action) { return action.kind == Kind::kFreePieces; }), outbox_.end());
    most = std::max(most, scheduler_.CountsOf(plan, 0).in_memory + scheduler_.CountsOf(plan, 1).in_memory);
  }
  Take(Kind::kPlanFinished);
  EXPECT_LE(most, 3);
}

}  // namespace
}  // namespace cask
