// RunState: what a submitted plan is to the local engine.
//
// The plan and the options do not change; all else is guarded by the engine's mutex.
#pragma once

#include <condition_variable>
#include <memory>
#include <utility>
#include <vector>

#include "cask/base/error.h"
#include "cask/base/ids.h"
#include "cask/local/engine.h"
#include "cask/worker/executor.h"

namespace cask {

struct RunState : RunnablePlan {
  RunState(Plan plan, SubmitOptions submit) : RunnablePlan{std::move(plan), std::move(submit.on_task_done)}, options(std::move(submit)) {}

  const SubmitOptions options;  // without on_task_done, which is the plan's
  PlanId id{};  // set before any task runs

  std::weak_ptr<Run> handle;  // the user's object
  bool ended = false;
  bool outputs_taken = false;
  Status status;   // once ended
  Status failure;  // of the task that failed last
  std::condition_variable end;
  std::vector<TaskEvidence> evidence;
  std::vector<LayerProgress> progress_at_end;
};

}  // namespace cask
