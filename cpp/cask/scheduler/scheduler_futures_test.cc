// Independent plans, of which each output ends by itself, and imports, by which plans need results of others.

#include <algorithm>
#include <numeric>

#include "cask/scheduler/test_scheduler.h"

namespace cask {
namespace {

using test::Independent;

constexpr PlanOptions kIndependent{.independent = true};

// Two tasks, each with a consumer; all of them outputs.
PlanShape TwoPairs() { return {{{2, true, {}}, {2, true, {{0, 0, OneToOne()}}}}}; }

// One task that needs results of other plans.
PlanShape CallOf(std::vector<TaskId> imports) {
  const auto n = static_cast<int64_t>(imports.size());
  std::vector<int64_t> all(imports.size());
  std::iota(all.begin(), all.end(), 0);
  return {{{n, false, {}}, {1, true, {{0, 0, FromLists({0, n}, std::move(all), n)}}}}, std::move(imports)};
}

class SchedulerFuturesTest : public test::SchedulerFixture {
 protected:
  // What was submitted last is one task that was assigned, and it ends.
  SchedulerAction RunTheOnlyTask() {
    const auto run = Take(Kind::kAssign);
    Done(run);
    return run;
  }
  // Which call ended, by its only output.
  TaskId TakeFinished() { return Take(Kind::kTaskFinished).task; }
  TaskId SubmitFinished() {
    Submit(Independent(1), kIndependent);
    const TaskId task = RunTheOnlyTask().task;
    EXPECT_EQ(TakeFinished(), task);
    return task;
  }
  void ExpectErred(const TaskId& task, const TaskId& cause) {
    const auto erred = Take(Kind::kTaskErred);
    EXPECT_EQ(erred.task, task);
    EXPECT_EQ(erred.cause, cause);
    EXPECT_EQ(scheduler_.StateOf(task), TaskState::kErred);
  }
};

TEST_F(SchedulerFuturesTest, EachOutputIsToldOfWhenItIsThere) {
  const WorkerId worker = Join(2);
  const PlanId plan = Submit(Independent(2), kIndependent);
  const auto first = TakeAssign(0, 0), second = TakeAssign(0, 1);
  Done(second, 77);
  const auto finished = Take(Kind::kTaskFinished);
  EXPECT_EQ(finished.task, second.task);
  EXPECT_EQ(finished.worker, worker);
  EXPECT_EQ(finished.run, second.run);
  EXPECT_EQ(finished.num_bytes, 77);
  EXPECT_FALSE(scheduler_.idle());
  Done(first);
  EXPECT_EQ(TakeFinished(), first.task);
  ExpectSilence();
  EXPECT_EQ(scheduler_.StatusOf(plan), PlanStatus::kRunning);
  EXPECT_TRUE(scheduler_.idle());
}

TEST_F(SchedulerFuturesTest, WhatFailsTakesOnlyWhatNeedsIt) {
  Join(2);
  const PlanId plan = Submit(TwoPairs(), kIndependent);
  const auto first = TakeAssign(0, 0), second = TakeAssign(0, 1);
  Fail(first);
  ExpectErred(first.task, first.task);
  ExpectErred({plan, 1, 0}, first.task);
  Done(second);
  EXPECT_EQ(TakeFinished(), second.task);
  Done(TakeAssign(1, 1));
  EXPECT_EQ(TakeFinished(), (TaskId{plan, 1, 1}));
  ExpectSilence();
  EXPECT_TRUE(scheduler_.idle());
}

TEST_F(SchedulerFuturesTest, WhatIsNoOutputIsNotToldOf) {
  Join();
  Submit({{{1, false, {}}, {1, true, {{0, 0, OneToOne()}}}}}, kIndependent);
  Fail(TakeAssign(0, 0));
  EXPECT_EQ(Take(Kind::kTaskErred).task.layer, 1);
  ExpectSilence();
}

TEST_F(SchedulerFuturesTest, AConsumerThatRunsIsStoppedWhenItsLostInputFails) {
  const WorkerId first = Join();
  const PlanId plan = Submit({{{1, true, {}}, {1, true, {{0, 0, OneToOne()}}}}}, kIndependent);
  Done(TakeAssign(0, 0));
  TakeFinished();
  // The consumer runs elsewhere, since there is no slot where its input is.
  scheduler_.OnWorkerPaused(first);
  const auto assigned = TakeAssign(1, 0);
  EXPECT_EQ(assigned.worker, first);
  scheduler_.OnInputMissing(assigned.task, assigned.run, first, outbox_);
  Join();
  const auto consumer = TakeAssign(1, 0);
  Lose(first);
  Join();
  const auto again = TakeAssign(0, 0);
  Fail(again);
  ExpectErred(again.task, again.task);
  EXPECT_EQ(Take(Kind::kCancelRun).run, consumer.run);
  ExpectErred({plan, 1, 0}, again.task);
  ExpectSilence();
}

TEST_F(SchedulerFuturesTest, ATaskIsTriedAsOftenAsAskedBeforeItIsErred) {
  Join();
  Submit(Independent(1), {.retries = 1, .independent = true});
  Fail(TakeAssign(0, 0));
  Fail(TakeAssign(0, 0));
  Take(Kind::kTaskErred);
  ExpectSilence();
}

TEST_F(SchedulerFuturesTest, AnOutputThatIsReleasedIsStoppedOrFreed) {
  Join(2);
  const PlanId plan = Submit(Independent(3), kIndependent);
  const auto done = TakeAssign(0, 0), running = TakeAssign(0, 1);
  ReleaseTask({plan, 0, 2});
  ExpectSilence();
  Done(done);
  TakeFinished();
  ReleaseTask(done.task);
  EXPECT_EQ(Take(Kind::kFreePieces).run, done.run);
  ReleaseTask(running.task);
  EXPECT_EQ(Take(Kind::kCancelRun).run, running.run);
  EXPECT_TRUE(scheduler_.idle());
  Done(running);
  ReleaseTask(running.task);
  ReleaseTask(done.task);
  for (const TaskId& none : {TaskId{plan, 0, 9}, TaskId{plan, 1, 0}, TaskId{plan, -1, 0}, TaskId{PlanId{55}, 0, 0}}) ReleaseTask(none);
  ExpectSilence();
}

TEST_F(SchedulerFuturesTest, AReleasedOutputThatIsNeededGoesOnUnannounced) {
  Join();
  const PlanId plan = Submit(TwoPairs(), kIndependent);
  const auto run = TakeAssign(0, 0);
  ReleaseTask(run.task);
  ExpectSilence();
  Done(run);
  Done(TakeAssign(1, 0));
  EXPECT_EQ(TakeFinished(), (TaskId{plan, 1, 0}));
  EXPECT_EQ(Take(Kind::kFreePieces).task, (TaskId{plan, 0, 0}));
}

TEST_F(SchedulerFuturesTest, OutputsOfOtherPlansAreReleasedTogether) {
  Join();
  const PlanId plan = Submit(Independent(1));
  const auto run = TakeAssign(0, 0);
  ReleaseTask(run.task);
  ExpectSilence();
  Done(run);
  Take(Kind::kPlanFinished);
  ReleaseTask({plan, 0, 0});
  ExpectSilence();
}

TEST_F(SchedulerFuturesTest, ALostOutputIsComputedAnewAndToldOfAgain) {
  const WorkerId worker = Join();
  const TaskId task = SubmitFinished();
  Lose(worker);
  ExpectSilence();
  EXPECT_FALSE(scheduler_.idle());
  Join();
  Done(Take(Kind::kAssign));
  EXPECT_EQ(TakeFinished(), task);
  ExpectSilence();
}

TEST_F(SchedulerFuturesTest, AnErredOutputIsTriedAgainWithWhatFailedBelowIt) {
  Join();
  const PlanShape chain{{{1, false, {}}, {1, true, {{0, 0, OneToOne()}}}, {1, true, {{1, 0, OneToOne()}}}}};
  const PlanId plan = Submit(chain, {.retries = 1, .independent = true});
  const TaskId middle{plan, 1, 0}, last{plan, 2, 0};
  Retry(last);
  Fail(TakeAssign(0, 0));
  Fail(TakeAssign(0, 0));
  ExpectErred(middle, {plan, 0, 0});
  ExpectErred(last, {plan, 0, 0});
  Retry(last);
  EXPECT_FALSE(scheduler_.idle());
  // As often as at first.
  Fail(TakeAssign(0, 0));
  Done(TakeAssign(0, 0));
  Done(TakeAssign(1, 0));
  EXPECT_EQ(TakeFinished(), middle);
  EXPECT_EQ(Take(Kind::kFreePieces).task, (TaskId{plan, 0, 0}));
  Retry(middle);
  Retry({plan, 7, 0});
  Done(TakeAssign(2, 0));
  EXPECT_EQ(TakeFinished(), last);
  ExpectSilence();
}

TEST_F(SchedulerFuturesTest, AnErredOutputKeepsNothing) {
  Join(2);
  const PlanId plan = Submit({{{2, false, {}}, {1, true, {{0, 0, AllToAll(2, 1)}}}}}, kIndependent);
  const auto first = TakeAssign(0, 0), second = TakeAssign(0, 1);
  Done(first);
  Fail(second);
  EXPECT_EQ(Take(Kind::kTaskErred).task, (TaskId{plan, 1, 0}));
  EXPECT_EQ(Take(Kind::kFreePieces).run, first.run);
  ReleaseTask({plan, 1, 0});
  Retry({plan, 1, 0});
  ExpectSilence();
  EXPECT_EQ(scheduler_.StateOf({plan, 1, 0}), TaskState::kReleased);
}

TEST_F(SchedulerFuturesTest, ACancelledIndependentPlanEndsWhole) {
  Join();
  const PlanId plan = Submit(Independent(2), kIndependent);
  TakeAssign(0, 0);
  Cancel(plan);
  Take(Kind::kCancelRun);
  EXPECT_EQ(Take(Kind::kPlanCancelled).task.plan, plan);
  Cancel(plan);
  ReleaseTask({plan, 0, 0});
  ExpectSilence();
  EXPECT_TRUE(scheduler_.idle());
}

TEST_F(SchedulerFuturesTest, AnImportWaitsForItsOriginAndGoesWhereThatIs) {
  Join();
  const WorkerId other = Join();
  const PlanId origin = Submit(Independent(2), kIndependent);
  const auto here = TakeAssign(0, 0), there = TakeAssign(0, 1);
  EXPECT_EQ(there.worker, other);
  const PlanId call = Submit(CallOf({there.task, here.task}), kIndependent);
  EXPECT_EQ(scheduler_.OriginOf({call, 0, 0}), there.task);
  EXPECT_EQ(scheduler_.OriginOf({call, 0, 1}), here.task);
  EXPECT_EQ(scheduler_.OriginOf({call, 1, 0}), (TaskId{call, 1, 0}));
  Done(here, 10);
  TakeFinished();
  ExpectSilence();
  EXPECT_EQ(scheduler_.StateOf({call, 0, 0}), TaskState::kWaiting);
  Done(there, 1000);
  TakeFinished();
  const auto run = TakeAssign(1, 0);
  EXPECT_EQ(run.task.plan, call);
  EXPECT_EQ(run.worker, other);
  EXPECT_EQ(scheduler_.WorkerOf({call, 0, 0}), there.worker);
  EXPECT_EQ(scheduler_.WorkerOf({call, 0, 1}), here.worker);
  Done(run);
  EXPECT_EQ(TakeFinished(), run.task);
  ExpectSilence();
  EXPECT_EQ(scheduler_.CountsOf(origin, 0).in_memory, 2);
}

TEST_F(SchedulerFuturesTest, AnImportOfWhatIsThereIsThereAtOnce) {
  Join();
  const TaskId origin = SubmitFinished();
  const PlanId call = Submit(CallOf({origin, origin}));
  Done(TakeAssign(1, 0));
  EXPECT_EQ(Take(Kind::kPlanFinished).task.plan, call);
  ExpectSilence();
}

TEST_F(SchedulerFuturesTest, AnImportKeepsItsOriginForAsLongAsItIsWanted) {
  Join();
  const TaskId origin = SubmitFinished();
  const PlanId call = Submit(CallOf({origin}), kIndependent);
  const auto run = TakeAssign(1, 0);
  ReleaseTask(origin);
  Release(origin.plan);
  ExpectSilence();
  EXPECT_TRUE(scheduler_.Knows(origin.plan));
  Done(run);
  EXPECT_EQ(TakeFinished(), (TaskId{call, 1, 0}));
  EXPECT_EQ(Take(Kind::kFreePieces).task, origin);
  EXPECT_TRUE(scheduler_.Knows(origin.plan)) << "it may be needed again";
  Release(origin.plan);
  ExpectSilence();
  Release(call);
  EXPECT_EQ(Take(Kind::kFreePieces).run, run.run);
  EXPECT_EQ(Take(Kind::kPlanForgotten).task.plan, origin.plan);
  ExpectSilence();
  EXPECT_FALSE(scheduler_.Knows(origin.plan));
}

TEST_F(SchedulerFuturesTest, AReleasedImportStopsItsOriginIfNobodyElseHoldsIt) {
  Join();
  const PlanId origin = Submit(Independent(1), kIndependent);
  const auto run = TakeAssign(0, 0);
  const PlanId call = Submit(CallOf({run.task}), kIndependent);
  Release(origin);
  ExpectSilence();
  ReleaseTask({call, 1, 0});
  EXPECT_EQ(Take(Kind::kCancelRun).run, run.run);
  ExpectSilence();
}

TEST_F(SchedulerFuturesTest, WhatWasReleasedIsComputedAgainForALostResult) {
  const WorkerId worker = Join();
  const TaskId origin = SubmitFinished();
  const PlanId call = Submit(CallOf({origin}), kIndependent);
  Release(origin.plan);
  Done(TakeAssign(1, 0));
  TakeFinished();
  Take(Kind::kFreePieces);
  Lose(worker);
  Join();
  const auto again = TakeAssign(0, 0);
  EXPECT_EQ(again.task, origin);
  Done(again);
  Done(TakeAssign(1, 0));
  EXPECT_EQ(TakeFinished(), (TaskId{call, 1, 0}));
  EXPECT_EQ(Take(Kind::kFreePieces).task, origin);
  ExpectSilence();
}

TEST_F(SchedulerFuturesTest, ALostOriginLeavesTheMemoryOfItsImports) {
  const WorkerId first = Join();
  const TaskId origin = SubmitFinished();
  scheduler_.OnWorkerPaused(first);
  Submit(CallOf({origin}), kIndependent);
  Lose(first);
  ExpectSilence();
  Join();
  const auto again = TakeAssign(0, 0);
  EXPECT_EQ(again.task, origin);
  ExpectSilence();
  Done(again);
  EXPECT_EQ(TakeFinished(), origin);
  TakeAssign(1, 0);
}

TEST_F(SchedulerFuturesTest, WhatImportsWhatFailedFails) {
  Join();
  const PlanId origin = Submit({{{1, false, {}}, {1, true, {{0, 0, OneToOne()}}}}}, kIndependent);
  const TaskId result{origin, 1, 0};
  const PlanId early = Submit(CallOf({result}), kIndependent);
  const PlanId whole = Submit(CallOf({result}));
  const PlanId later = Submit(CallOf({{early, 1, 0}}), kIndependent);
  const auto run = TakeAssign(0, 0);
  Fail(run);
  std::vector<TaskId> erred;
  for (const SchedulerAction& action : outbox_) {
    EXPECT_EQ(action.cause, run.task);
    if (action.kind == Kind::kTaskErred) erred.push_back(action.task);
    EXPECT_TRUE(action.kind != Kind::kPlanFailed || action.task == (TaskId{whole, 0, 0}));
  }
  EXPECT_EQ(outbox_.size(), 4u);
  std::sort(erred.begin(), erred.end());
  EXPECT_EQ(erred, (std::vector<TaskId>{result, {early, 1, 0}, {later, 1, 0}}));
  outbox_.clear();
  EXPECT_EQ(scheduler_.StatusOf(whole), PlanStatus::kFailed);
  // Also what comes afterwards.
  const PlanId late = Submit(CallOf({{later, 1, 0}}), kIndependent);
  ExpectErred({late, 1, 0}, run.task);
  const PlanId late_whole = Submit(CallOf({result}));
  const auto failed = Take(Kind::kPlanFailed);
  EXPECT_EQ(failed.task, (TaskId{late_whole, 0, 0}));
  EXPECT_EQ(failed.cause, run.task);
  ExpectSilence();
  EXPECT_TRUE(scheduler_.idle());
}

TEST_F(SchedulerFuturesTest, ARetryGoesDownToWhatFailedInOtherPlans) {
  Join();
  const PlanId origin = Submit(Independent(1), kIndependent);
  const auto run = TakeAssign(0, 0);
  const PlanId call = Submit(CallOf({run.task}), kIndependent);
  Fail(run);
  ExpectErred(run.task, run.task);
  ExpectErred({call, 1, 0}, run.task);
  Release(origin);
  ExpectSilence();
  Retry({call, 1, 0});
  Done(TakeAssign(0, 0));
  Done(TakeAssign(1, 0));
  EXPECT_EQ(TakeFinished(), (TaskId{call, 1, 0}));
  EXPECT_EQ(Take(Kind::kFreePieces).task, run.task);
  ExpectSilence();
}

TEST_F(SchedulerFuturesTest, WhatImportsWhatFailsAloneInAReleasedPlanFails) {
  Join(2);
  const PlanId origin = Submit(Independent(2));
  const auto first = TakeAssign(0, 0), second = TakeAssign(0, 1);
  const PlanId a = Submit(CallOf({first.task}), kIndependent), b = Submit(CallOf({second.task}), kIndependent);
  Release(origin);
  ExpectSilence();
  Fail(first);
  ExpectErred({a, 1, 0}, first.task);
  Done(second);
  const auto run = TakeAssign(1, 0);
  EXPECT_EQ(run.task.plan, b);
}

TEST_F(SchedulerFuturesTest, WhatImportsFromAPlanThatEndsFails) {
  Join(2);
  const PlanId cancelled = Submit(Independent(1), kIndependent), failed = Submit(Independent(2));
  const auto done = Take(Kind::kAssign), broken = Take(Kind::kAssign);
  EXPECT_EQ(broken.task.plan, failed);
  Done(done);
  TakeFinished();
  const PlanId a = Submit(CallOf({done.task}), kIndependent), b = Submit(CallOf({{failed, 0, 1}}), kIndependent);
  outbox_.clear();
  Cancel(cancelled);
  Fail(broken);
  std::vector<std::pair<TaskId, TaskId>> erred;
  for (const SchedulerAction& action : outbox_) {
    if (action.kind == Kind::kTaskErred) erred.emplace_back(action.task, action.cause);
  }
  using Pair = std::pair<TaskId, TaskId>;
  EXPECT_EQ(erred, (std::vector<Pair>{{{a, 1, 0}, done.task}, {{b, 1, 0}, broken.task}}));
  outbox_.clear();
  const PlanId late = Submit(CallOf({{failed, 0, 1}}), kIndependent);
  ExpectErred({late, 1, 0}, broken.task);
  Release(failed);
  EXPECT_TRUE(scheduler_.Knows(failed));
  Release(b);
  ExpectSilence();
  Release(late);
  EXPECT_EQ(Take(Kind::kPlanForgotten).task.plan, failed);
  Retry({a, 1, 0});
  ExpectErred({a, 1, 0}, done.task);
  ExpectSilence();
}

TEST_F(SchedulerFuturesTest, ImportsOfNothingAreErred) {
  Join();
  const TaskId origin = SubmitFinished();
  const PlanId call = Submit(CallOf({origin}), kIndependent);
  RunTheOnlyTask();
  TakeFinished();
  for (const TaskId& nothing : {TaskId{PlanId{99}, 0, 0}, TaskId{origin.plan, 0, 1}, TaskId{origin.plan, 1, 0}, TaskId{call, 0, 0}}) {
    const PlanId plan = Submit(CallOf({origin, nothing}), kIndependent);
    ExpectErred({plan, 1, 0}, nothing);
    ExpectSilence();
    EXPECT_EQ(scheduler_.WorkerOf({plan, 0, 1}), kNoWorker);
  }
  const PlanId self{1000};
  scheduler_.OnSubmitAgain(self, CallOf({{self, 1, 0}}), kIndependent, {}, outbox_);
  scheduler_.Validate();
  ExpectErred({self, 1, 0}, {self, 1, 0});
  ExpectSilence();
}

TEST_F(SchedulerFuturesTest, AResultThatIsHeldDoesNotNeedItsImports) {
  const WorkerId worker = Join();
  const PlanId plan{1000};
  const TaskId result{plan, 1, 0};
  scheduler_.OnSubmitAgain(plan, CallOf({{PlanId{99}, 0, 0}}), kIndependent, {{result, RunId{0}, worker, 10}}, outbox_);
  EXPECT_EQ(TakeFinished(), result);
  ExpectSilence();
  // A worker cannot hold what is another plan's.
  scheduler_.OnTaskHeld({{plan, 0, 0}, RunId{0}, worker, 10}, outbox_);
  Take(Kind::kFreePieces);
}

class SchedulerChainTest : public SchedulerFuturesTest {
 protected:
  static constexpr int kLength = 100'000;

  // Plans of one call each, every one of which needs the result of the one before.
  void SubmitChain() {
    TaskId last{scheduler_.OnSubmit(Independent(1), kIndependent, outbox_), 0, 0};
    for (int i = 0; i < kLength; ++i) last = {scheduler_.OnSubmit(CallOf({last}), kIndependent, outbox_), 1, 0};
    last_ = last;
  }
  // Ends what is assigned, until nothing is.
  void RunAll() {
    num_runs_ = num_freed_ = num_finished_ = 0;
    for (size_t i = 0; i < outbox_.size(); ++i) {
      const SchedulerAction action = outbox_[i];
      num_freed_ += action.kind == Kind::kFreePieces;
      num_finished_ += action.kind == Kind::kTaskFinished;
      if (action.kind != Kind::kAssign) continue;
      ++num_runs_;
      scheduler_.OnTaskDone(action.task, action.run, action.worker, 10, outbox_);
    }
    outbox_.clear();
    scheduler_.Validate();
  }
  void ReleaseAllBut(PlanId kept) {
    for (int64_t plan = 0; plan <= kLength; ++plan) {
      if (PlanId{plan} != kept) scheduler_.OnRelease(PlanId{plan}, outbox_);
    }
    scheduler_.Validate();
  }

  TaskId last_;
  int num_runs_ = 0, num_freed_ = 0, num_finished_ = 0;
};

TEST_F(SchedulerChainTest, ALostResultIsComputedAgainDownToTheBeginning) {
  const WorkerId first = Join();
  SubmitChain();
  RunAll();
  EXPECT_EQ(num_finished_, kLength + 1);
  ReleaseAllBut(last_.plan);
  EXPECT_EQ(static_cast<int>(outbox_.size()), kLength);
  outbox_.clear();
  Lose(first);
  Join();
  RunAll();
  EXPECT_EQ(num_runs_, kLength + 1);
  EXPECT_EQ(num_freed_, kLength);
  EXPECT_EQ(num_finished_, 1);
  Release(last_.plan);
  EXPECT_EQ(static_cast<int>(outbox_.size()), kLength + 1) << "one is freed, the others are forgotten";
  EXPECT_FALSE(scheduler_.Knows(PlanId{0}));
}

TEST_F(SchedulerChainTest, AReleaseStopsTheBeginning) {
  Join();
  SubmitChain();
  const auto run = Take(Kind::kAssign);
  ReleaseAllBut(last_.plan);
  ExpectSilence();
  Release(last_.plan);
  EXPECT_EQ(Take(Kind::kCancelRun).run, run.run);
  EXPECT_EQ(static_cast<int>(outbox_.size()), kLength);
}

TEST_F(SchedulerChainTest, AFailureGoesUpToTheEndAndARetryDownToTheBeginning) {
  Join();
  SubmitChain();
  const auto run = Take(Kind::kAssign);
  Fail(run);
  EXPECT_EQ(static_cast<int>(outbox_.size()), kLength + 1);
  EXPECT_EQ(outbox_.back().task, last_);
  EXPECT_EQ(outbox_.back().cause, run.task);
  outbox_.clear();
  Retry(last_);
  RunAll();
  EXPECT_EQ(num_finished_, kLength + 1);
  Cancel(PlanId{0});
  EXPECT_TRUE(scheduler_.idle()) << "all that needed it are there";
}

TEST_F(SchedulerChainTest, ACancelledBeginningEndsAll) {
  SubmitChain();
  Cancel(PlanId{0});
  EXPECT_EQ(static_cast<int>(outbox_.size()), kLength + 1);
  EXPECT_TRUE(scheduler_.idle());
}

}  // namespace
}  // namespace cask
