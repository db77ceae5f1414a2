#include "cask/api/compute_array.h"

#include "cask/api/default_cluster.h"
#include "cask/base/pool.h"
#include "cask/compute/array/gather_body.h"
#include "cask/expr/array_source.h"
#include "cask/local/engine.h"
#include "cask/plan/lower_array.h"

namespace cask {
namespace {

// For each array the chunks of its grid, in order. `is_whole`: it would be best if those of each array lay in one piece of memory.
Result<std::vector<TaskPieces>> RunArrays(const std::vector<ArrayExprPtr>& arrays, bool is_whole, std::string name, const InterruptCheck& check) {
  const auto cluster = DefaultCluster();
  SubmitOptions options;
  options.name = std::move(name);
  Plan plan;
  std::shared_ptr<Run> run;
  if (cluster == nullptr) {
    ARROW_RETURN_NOT_OK(LowerArrays(arrays, {.stores_whole = is_whole}, &plan));
    run = LocalEngine::Default().Submit(std::move(plan), std::move(options));
  } else {
    ARROW_RETURN_NOT_OK(LowerArrays(arrays, {}, &plan));
    ARROW_ASSIGN_OR_RAISE(run, cluster->SubmitArrays(arrays, plan, std::move(options)));
  }
  ARROW_RETURN_NOT_OK(run->Wait(check));
  return run->TakeOutputs();
}

}  // namespace

Result<std::vector<std::shared_ptr<const ArrayChunk>>> ComputeArrays(const std::vector<ArrayExprPtr>& arrays, const InterruptCheck& check) {
  // Equal arrays are computed once, but each asker gets memory of its own.
  std::vector<ArrayExprPtr> distinct;
  std::vector<size_t> place;
  for (const ArrayExprPtr& array : arrays) {
    const auto is_same = [&](const ArrayExprPtr& other) { return other->token() == array->token(); };
    place.push_back(std::find_if(distinct.begin(), distinct.end(), is_same) - distinct.begin());
    if (place.back() == distinct.size()) distinct.push_back(array);
  }
  ARROW_ASSIGN_OR_RAISE(auto outputs, RunArrays(distinct, true, "compute", check));
  std::vector<std::shared_ptr<const ArrayChunk>> computed;
  for (size_t i = 0; i < distinct.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto whole, GatherChunks(distinct[i]->grid(), distinct[i]->kind(), outputs[i], BufferPool()));
    outputs[i].clear();
    computed.push_back(std::move(whole));
  }
  std::vector<std::shared_ptr<const ArrayChunk>> results;
  std::vector<bool> is_given(distinct.size(), false);
  for (size_t i : place) {
    if (is_given[i]) {
      ARROW_ASSIGN_OR_RAISE(auto copy, CopyChunk(*computed[i], BufferPool()));
      results.push_back(std::move(copy));
    } else {
      results.push_back(computed[i]);
      is_given[i] = true;
    }
  }
  return results;
}

Result<std::vector<ArrayExprPtr>> PersistArrays(const std::vector<ArrayExprPtr>& arrays, const InterruptCheck& check) {
  ARROW_ASSIGN_OR_RAISE(auto outputs, RunArrays(arrays, false, "persist", check));
  std::vector<ArrayExprPtr> held;
  for (size_t i = 0; i < arrays.size(); ++i) held.push_back(MakeHeld(*arrays[i], std::move(outputs[i])));
  return held;
}

Result<std::string> ExplainArrays(const std::vector<ArrayExprPtr>& arrays) {
  Plan plan;
  ARROW_RETURN_NOT_OK(LowerArrays(arrays, {}, &plan));
  std::string text;
  for (size_t i = 0; i < plan.layers.size(); ++i) {
    const Layer& layer = plan.layers[i];
    text += fmt::format("layer {}: {}, {} {}\n", i, layer.name, layer.num_tasks, layer.num_tasks == 1 ? "task" : "tasks");
    std::string line;
    for (char c : layer.body->Describe() + "\n") {
      if (c != '\n') {
        line += c;
        continue;
      }
      text += "    " + line + "\n";
      line.clear();
    }
    for (const LayerInput& input : layer.inputs) text += fmt::format("    reads layer {}\n", input.layer);
  }
  return text;
}

}  // namespace cask
