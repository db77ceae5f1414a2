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
  void Done(const SchedulerAction& run, int64_t bytes = 10) { Tell(&Scheduler::OnTaskDone, run.task, run.run, run.worker, bytes); }
  void Fail(const SchedulerAction& run) { Tell(&Scheduler::OnTaskFailed, run.task, run.run, run.worker); }
  void Lose(WorkerId worker) { Tell(&Scheduler::OnWorkerLost, worker); }
  void Resume(WorkerId worker) { Tell(&Scheduler::OnWorkerResumed, worker); }
  void Cancel(PlanId plan) { Tell(&Scheduler::OnCancel, plan); }
  void Release(PlanId plan) { Tell(&Scheduler::OnRelease, plan); }
  void ReleaseTask(const TaskId& task) { Tell(&Scheduler::OnReleaseTask, task); }
  void Retry(const TaskId& task) { Tell(&Scheduler::OnRetryTask, task); }

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
  template <typename Event, typename... Arguments>
  void Tell(Event event, const Arguments&... arguments) {
    (scheduler_.*event)(arguments..., outbox_);
    scheduler_.Validate();
  }
  template <typename Id>
  Id Checked(Id id) {
    scheduler_.Validate();
    return id;
  }
};

}  // namespace cask::test
