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
