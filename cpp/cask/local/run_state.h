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

namespace cask {

struct RunState {
  RunState(Plan plan, SubmitOptions options) : plan(std::move(plan)), options(std::move(options)) {}

  const Plan plan;
  const SubmitOptions options;
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
