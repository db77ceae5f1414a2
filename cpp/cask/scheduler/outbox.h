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
    kPlanFailed,     // `task` failed for good, or is an import of what did; the plan's other tasks are stopped and their pieces freed
    kPlanCancelled,  // likewise, because it was asked for
    kTaskFinished,   // `task`, an output of an independent plan, is in memory at `worker`; said again when it was lost and computed again
    kTaskErred,      // `task`, an output of an independent plan, failed for good or needs what did
    kPlanForgotten,  // a plan that others still imported from when it was released is not known any more
  };
  Kind kind;
  Priority priority = Priority::kNormal;  // of an assigned task
  WorkerId worker = kNoWorker;
  TaskId task;  // for kPlanFinished, kPlanCancelled and kPlanForgotten only `task.plan` counts
  RunId run = kNoRun;
  // By kind; actions are many, and are copied.
  union {
    int64_t estimated_bytes = 0;  // kAssign: of the task's result, the mean of its layer so far
    int64_t num_bytes;            // kTaskFinished: of the task's result
    // kPlanFailed, kTaskErred: the task whose failure it was, perhaps of another plan. It did not fail itself where its plan was cancelled, is not
    // known, or has no such task.
    TaskId cause;
  };
};

/// Filled by events in the order in which the actions are to be carried out; emptied by whoever carries them out.
using SchedulerOutbox = std::vector<SchedulerAction>;

}  // namespace cask
