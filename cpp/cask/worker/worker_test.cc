#include "cask/worker/worker.h"

#include <gtest/gtest.h>

namespace cask {
namespace {

using Kind = WorkerAction::Kind;

constexpr WorkerId kOther{7};

TaskId Task(int64_t task) { return {PlanId{1}, 0, task}; }

class WorkerTest : public testing::Test {
 protected:
  void Assign(int64_t task, int64_t run, Priority priority = Priority::kNormal, std::vector<int64_t> remote = {}, int64_t bytes = 0) {
    Assignment assignment{Task(task), RunId{run}, priority, bytes, {}};
    for (int64_t input : remote) assignment.remote_inputs.push_back({Task(input), kOther});
    worker_.OnAssign(std::move(assignment), outbox_);
    worker_.Validate();
  }
  void ExpectStarts(int64_t task) {
    const auto started = worker_.OnThreadFree();
    worker_.Validate();
    ASSERT_TRUE(started.has_value());
    EXPECT_EQ(started->task, Task(task));
  }
  void ExpectNothingStarts() { EXPECT_FALSE(worker_.OnThreadFree().has_value()); }
  bool Done(int64_t run, int64_t bytes = 1) {
    const bool wanted = worker_.OnRunDone(RunId{run}, bytes, outbox_);
    worker_.Validate();
    return wanted;
  }
  void Expect(Kind kind, int64_t task) {
    ASSERT_FALSE(outbox_.empty());
    EXPECT_EQ(static_cast<int>(outbox_.front().kind), static_cast<int>(kind));
    EXPECT_EQ(outbox_.front().task, Task(task));
    outbox_.erase(outbox_.begin());
  }
  void ExpectSilence() { EXPECT_TRUE(outbox_.empty()); }

  Worker worker_{{.threads = 2, .memory_limit_bytes = 1000}};
  WorkerOutbox outbox_;
};

TEST_F(WorkerTest, RunsTheMostUrgentFirstThenTheOldest) {
  Assign(1, 11, Priority::kBackground);
  Assign(2, 12);
  Assign(3, 13);
  ExpectStarts(2);
  ExpectStarts(3);
  EXPECT_TRUE(Done(12));
  Expect(Kind::kReportDone, 2);
  ExpectStarts(1);
  ExpectSilence();
}

TEST_F(WorkerTest, FetchesAnInputOnceAndDropsItAfterItsLastUser) {
  Assign(1, 11, Priority::kNormal, {5, 6});
  Assign(2, 12, Priority::kNormal, {5});
  Expect(Kind::kFetch, 5);
  Expect(Kind::kFetch, 6);
  ExpectSilence();
  ExpectNothingStarts();
  worker_.OnFetched(Task(5), outbox_);
  ExpectStarts(2);
  worker_.OnFetched(Task(6), outbox_);
  ExpectStarts(1);
  Done(12);
  Expect(Kind::kReportDone, 2);
  ExpectSilence();
  Done(11);
  Expect(Kind::kDropPieces, 5);
  Expect(Kind::kDropPieces, 6);
  Expect(Kind::kReportDone, 1);
  ExpectSilence();
}

TEST_F(WorkerTest, TheEndOfACopyLeavesTheResultOfTheTaskItself) {
  Assign(1, 11, Priority::kNormal, {5});
  Expect(Kind::kFetch, 5);
  worker_.OnFetched(Task(5), outbox_);
  ExpectStarts(1);
  // Its holder was lost, so the task runs anew, here.
  Assign(5, 12);
  ExpectStarts(5);
  EXPECT_TRUE(Done(12));
  Expect(Kind::kReportDone, 5);
  EXPECT_TRUE(Done(11));
  Expect(Kind::kReportDone, 1);
  ExpectSilence();
}

TEST_F(WorkerTest, ReportsRunsWhoseInputsCannotBeHad) {
  Assign(1, 11, Priority::kNormal, {5, 6});
  Assign(2, 12, Priority::kNormal, {5});
  outbox_.clear();
  worker_.OnFetched(Task(6), outbox_);
  worker_.OnFetchFailed(Task(5), outbox_);
  worker_.Validate();
  Expect(Kind::kReportInputMissing, 1);
  Expect(Kind::kDropPieces, 6);
  Expect(Kind::kReportInputMissing, 2);
  ExpectSilence();
}

TEST_F(WorkerTest, ACancelledRunIsStoppedAndItsResultDropped) {
  Assign(1, 11);
  ExpectStarts(1);
  worker_.OnCancelRun(Task(1), RunId{11}, outbox_);
  Expect(Kind::kStopRun, 1);
  worker_.OnCancelRun(Task(1), RunId{11}, outbox_);
  EXPECT_FALSE(Done(11));
  ExpectSilence();
}

TEST_F(WorkerTest, ARunThatIsCancelledBeforeItStartsNeverStarts) {
  Assign(1, 11);
  worker_.OnCancelRun(Task(1), RunId{11}, outbox_);
  ExpectNothingStarts();
  ExpectSilence();
}

TEST_F(WorkerTest, CancellingARunThatEndedDropsItsPieces) {
  Assign(1, 11);
  ExpectStarts(1);
  Done(11);
  Expect(Kind::kReportDone, 1);
  worker_.OnCancelRun(Task(1), RunId{11}, outbox_);
  Expect(Kind::kDropPieces, 1);
}

TEST_F(WorkerTest, PiecesOfALaterRunStay) {
  Assign(1, 11);
  ExpectStarts(1);
  Done(11);
  outbox_.clear();
  worker_.OnFreePieces(Task(1), RunId{10}, outbox_);
  ExpectSilence();
  worker_.OnFreePieces(Task(1), RunId{11}, outbox_);
  Expect(Kind::kDropPieces, 1);
}

TEST_F(WorkerTest, YieldsOnlyToMoreUrgentRuns) {
  Assign(1, 11, Priority::kBackground);
  Assign(2, 12, Priority::kBackground);
  ExpectStarts(1);
  ExpectStarts(2);
  Assign(3, 13, Priority::kBackground);
  EXPECT_FALSE(worker_.OnYield(Priority::kBackground).has_value());
  Assign(4, 14);
  EXPECT_EQ(worker_.most_urgent_ready(), static_cast<int>(Priority::kNormal));
  const auto nested = worker_.OnYield(Priority::kBackground);
  worker_.Validate();
  ASSERT_TRUE(nested.has_value());
  EXPECT_EQ(nested->task, Task(4));
  EXPECT_FALSE(worker_.OnYield(Priority::kNormal).has_value());
  Done(14);
  Done(11);
  ExpectStarts(3);
}

TEST_F(WorkerTest, StartsOnlyWhatFitsButAlwaysOne) {
  Assign(1, 11, Priority::kNormal, {}, 5000);
  Assign(2, 12, Priority::kNormal, {}, 400);
  ExpectStarts(1);
  ExpectNothingStarts();
  Done(11);
  ExpectStarts(2);
  Assign(3, 13, Priority::kNormal, {}, 700);
  ExpectNothingStarts();
  Done(12);
  ExpectStarts(3);
}

TEST_F(WorkerTest, PausesWhileMemoryIsShortAndItHasWork) {
  Assign(1, 11);
  worker_.OnMemoryUsed(2000, outbox_);
  ASSERT_EQ(outbox_.size(), 1u);
  EXPECT_EQ(static_cast<int>(outbox_[0].kind), static_cast<int>(Kind::kReportPaused));
  outbox_.clear();
  ExpectStarts(1);
  Done(11);
  Expect(Kind::kReportDone, 1);
  ASSERT_EQ(outbox_.size(), 1u);
  EXPECT_EQ(static_cast<int>(outbox_[0].kind), static_cast<int>(Kind::kReportResumed));
}

TEST_F(WorkerTest, WithoutASchedulerItStopsWhatRunsAndKeepsWhatHasEnded) {
  Assign(1, 11);
  Assign(2, 12);
  Assign(3, 13, Priority::kNormal, {7});
  Expect(Kind::kFetch, 7);
  ExpectStarts(1);
  EXPECT_TRUE(Done(11, 5));
  Expect(Kind::kReportDone, 1);
  ExpectStarts(2);
  worker_.OnSchedulerLost(outbox_);
  worker_.Validate();
  Expect(Kind::kStopRun, 2);
  ExpectSilence();
  ExpectNothingStarts();
  EXPECT_FALSE(Done(12));
  const auto held = worker_.Holdings();
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held[0].task, Task(1));
  EXPECT_EQ(held[0].run, RunId{11});
  EXPECT_EQ(held[0].num_bytes, 5);
}

TEST_F(WorkerTest, FailuresAreReported) {
  Assign(1, 11);
  ExpectStarts(1);
  EXPECT_TRUE(worker_.OnRunFailed(RunId{11}, outbox_));
  Expect(Kind::kReportFailed, 1);
  ExpectSilence();
}

}  // namespace
}  // namespace cask
