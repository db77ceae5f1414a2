// Program: what the tasks of a plan are, in bytes: from it every worker makes the plan that the client has lowered.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "cask/compute/call_body.h"
#include "cask/compute/sink_spec.h"
#include "cask/expr/array_expr.h"
#include "cask/expr/persisted_expr.h"
#include "cask/local/persisted_cache.h"
#include "cask/plan/dependency.h"
#include "cask/wire/worker_messages.h"
#include "cask/worker/executor.h"

namespace cask {

/// Computes outputs and gives their rows to sinks.
Result<std::string> EncodeProgram(const std::vector<Projection>& outputs, const SinkSpecs& sinks = {});
/// Computes arrays, each chunk by itself: no process has the whole of one.
Result<std::string> EncodeArrayProgram(const std::vector<ArrayExprPtr>& arrays);
/// Loads every column of the persisted collection that `persisted` is all columns of.
Result<std::string> EncodeLoadProgram(const Projection& persisted);

/// Calls of a function, each a task of its own. `inputs` of a call: those imports of the plan whose values it gets, in that order.
struct CallProgram {
  Calls calls;
  int64_t num_imports = 0;
  ListSpec inputs;  // of each call; none where there are no imports
};
constexpr auto FieldsOf(std::type_identity<CallProgram>) {
  return std::tuple(&CallProgram::calls, &CallProgram::num_imports, &CallProgram::inputs);
}
std::string EncodeCallProgram(const CallProgram& program);
/// Whether it is one of calls whose plan is made in no time.
bool IsShortCallProgram(std::string_view program);
/// Its plan's imports are still to be said.
Plan MakeCallPlan(const CallProgram& program);

/// What a worker holds of persisted collections, by what they are known by in the cluster. Thread-safe.
class PersistedCaches {
 public:
  explicit PersistedCaches(Store& store) : store_(store) {}
  /// Made when it is first asked for. What is held of earlier generations is dropped.
  std::shared_ptr<PersistedCache> Find(const PersistedData::Identity& identity);
  void Drop(CollectionId id);
  /// What is held of all collections.
  std::vector<HeldPartitions> Held() const;

 private:
  Store& store_;
  mutable std::mutex mutex_;
  std::map<CollectionId, std::shared_ptr<PersistedCache>> caches_;
};

/// A plan made of a program.
struct ProgramPlan : RunnablePlan {
  std::vector<Projection> outputs;
  bool are_calls = false;  // of users' functions

  /// `status`, of a task: where it is that a call needs a wider type than was inferred, with notes by which the client knows the call.
  Status WithWidenedCalls(const Status& status) const;
};

/// The plan that a program says, with bodies that work in this process. `imports`: the results of other plans that it stands on.
Result<std::shared_ptr<const ProgramPlan>> MakePlanOf(std::string_view program, std::vector<TaskId> imports, PersistedCaches& caches);

/// At the client: marks the calls of `outputs` that the notes of `status` name (ColumnExpr::widened).
void MarkWidenedCalls(const Status& status, const std::vector<Projection>& outputs);

}  // namespace cask
