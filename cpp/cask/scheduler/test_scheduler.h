// For tests of the scheduler: the events as verbs, after each of which all invariants are checked.
#pragma once

#include <gtest/gtest.h>

#include "cask/scheduler/scheduler.h"

namespace cask::test {

/// Tasks that need nothing.
inline PlanShape Independent(int64_t n) { return {{{n, true, {}}}}; }

class SchedulerFixture : public testing::Test {
 protected:
  using Kind = SchedulerAction::Kind;

  WorkerId Join(int threads = 1) { return Checked(scheduler_.OnWorkerJoined(threads, threads, outbox_)); }
  PlanId Submit(const PlanShape& shape, PlanOptions options = {}) { return Checked(scheduler_.OnSubmit(shape, options, outbox_)); }
  void Done(const SchedulerAction& run, int64_t bytes = 10) {
    scheduler_.OnTaskDone(run.task, run.run, run.worker, bytes, outbox_);
    scheduler_.Validate();
  }
  void Fail(const SchedulerAction& run) {
    scheduler_.OnTaskFailed(run.task, run.run, run.worker, outbox_);
    scheduler_.Validate();
  }
  void Lose(WorkerId worker) {
    scheduler_.OnWorkerLost(worker, outbox_);
    scheduler_.Validate();
  }
  void Resume(WorkerId worker) {
    scheduler_.OnWorkerResumed(worker, outbox_);
    scheduler_.Validate();
  }
  void Cancel(PlanId plan) {
    scheduler_.OnCancel(plan, outbox_);
    scheduler_.Validate();
  }
  void Release(PlanId plan) {
    scheduler_.OnRelease(plan, outbox_);
    scheduler_.Validate();
  }
  void ReleaseTask(const TaskId& task) {
    scheduler_.OnReleaseTask(task, outbox_);
    scheduler_.Validate();
  }
  void Retry(const TaskId& task) {
    scheduler_.OnRetryTask(task, outbox_);
    scheduler_.Validate();
  }

  // The oldest action, which must be of that kind.
  SchedulerAction Take(Kind kind) {
    EXPECT_FALSE(outbox_.empty());
    if (outbox_.empty()) return {};
    const SchedulerAction action = outbox_.front();
    outbox_.erase(outbox_.begin());
    EXPECT_EQ(static_cast<int>(action.kind), static_cast<int>(kind));
    return action;
  }
  SchedulerAction TakeAssign(int layer, int64_t task) {
    const SchedulerAction action = Take(Kind::kAssign);
    EXPECT_EQ(action.task.layer, layer);
    EXPECT_EQ(action.task.task, task);
    return action;
  }
  void ExpectSilence() { EXPECT_TRUE(outbox_.empty()); }

  Scheduler scheduler_;
  SchedulerOutbox outbox_;

 private:
  template <typename Id>
  Id Checked(Id id) {
    scheduler_.Validate();
    return id;
  }
};

}  // namespace cask::test
