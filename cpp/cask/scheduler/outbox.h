// What the scheduler wants done: the only way in which its machine has an effect.
#pragma once

#include <cstdint>
#include <vector>

#include "cask/base/ids.h"
#include "cask/base/priority.h"

namespace cask {

struct SchedulerAction {
  enum class Kind : uint8_t {
    kAssign,         // `worker` is to run `task` as `run`
    kCancelRun,      // `worker` is to stop `run`, or to drop what it gave if it has ended; no answer is expected
    kFreePieces,     // `worker` is to drop the pieces of `task` that `run` gave
    kPlanFinished,   // all outputs of the plan are in memory
    kPlanFailed,     // `task` failed for good; the plan's other tasks are stopped and their pieces freed
    kPlanCancelled,  // likewise, because it was asked for
  };
  Kind kind;
  Priority priority = Priority::kNormal;  // of an assigned task
  WorkerId worker = kNoWorker;
  TaskId task;  // for the actions on plans but kPlanFailed only `task.plan` counts
  RunId run = kNoRun;
  int64_t estimated_bytes = 0;  // of an assigned task's result: the mean of its layer so far
};

/// Filled by events in the order in which the actions are to be carried out; emptied by whoever carries them out.
using SchedulerOutbox = std::vector<SchedulerAction>;

}  // namespace cask
