// Runs the body of one task. The only place where an exception becomes a Status.

#include <cxxabi.h>

#include <exception>
#include <new>

#include "cask/base/pool.h"
#include "cask/worker/executor.h"

namespace cask {
namespace {

Result<TaskPieces> RunBody(const TaskBody& body, TaskContext& context) {
  try {
    return body.Run(context);
  } catch (const abi::__forced_unwind&) {
    throw;  // the thread is being ended from outside
  } catch (const std::bad_alloc&) {
    return MemoryError("no memory left");
  } catch (const std::exception& error) {
    return InternalError("a task threw an exception: {}", error.what());
  } catch (...) {
    return InternalError("a task threw an exception of an unknown type");
  }
}

}  // namespace

Result<InputGroups> Executor::GatherInputs(const Execution& execution) {
  const TaskId& id = execution.started.task;
  const Layer& layer = execution.plan->plan.layers[id.layer];
  const std::vector<TaskId>& imports = execution.plan->plan.imports;
  InputGroups groups(layer.inputs.size());
  bool all_held = true;
  for (size_t i = 0; i < layer.inputs.size(); ++i) {
    const LayerInput& input = layer.inputs[i];
    groups[i].reserve(static_cast<size_t>(input.pattern->CountInputs(id.task)));
    auto take = [&](int64_t task) {
      const bool is_import = input.layer == 0 && !imports.empty();
      groups[i].push_back(store_.GetResult(is_import ? imports[static_cast<size_t>(task)] : TaskId{id.plan, input.layer, task}, input.output));
      all_held = all_held && groups[i].back() != nullptr;
    };
    input.pattern->ForEachInput(id.task, std::ref(take));
  }
  // Inputs are held as long as a task that needs them runs, unless its plan ended meanwhile.
  if (!all_held) return CancelledError("the run has ended");
  return groups;
}

void Executor::Execute(Execution& execution) {
  const TaskId& id = execution.started.task;
  const Layer& layer = execution.plan->plan.layers[id.layer];
  auto inputs = GatherInputs(execution);
  if (!inputs.ok()) {
    execution.outcome.status = inputs.status();
    return;
  }
  TaskContext context(id.task);
  context.set_inputs(std::move(*inputs));
  context.set_cancel_flag(&execution.cancelled);
  context.set_pool(BufferPool());
  context.set_yield([this, priority = execution.started.priority] {
    if (most_urgent_ready_.load(std::memory_order_relaxed) > static_cast<int>(priority)) YieldTo(priority);
  });
  Result<TaskPieces> pieces = RunBody(*layer.body, context);
  execution.outcome.evidence = context.TakeEvidence();
  if (pieces.ok() && static_cast<int>(pieces->size()) != layer.body->num_outputs()) {
    pieces = InternalError("a task gave {} results instead of {}", pieces->size(), layer.body->num_outputs());
  }
  if (!pieces.ok()) {
    execution.outcome.status = WithNote(pieces.status(), fmt::format("in {}, task {} of {}", layer.name, id.task + 1, layer.num_tasks));
    return;
  }
  execution.pieces = std::move(*pieces);
  execution.num_bytes = NumBytes(execution.pieces);
  const auto& on_task_done = execution.plan->on_task_done;
  if (on_task_done && !execution.cancelled.load(std::memory_order_relaxed)) on_task_done(id.layer, id.task, execution.pieces);
}

}  // namespace cask
