// Dependency: which tasks of one layer a task of another needs, as arithmetic in both directions.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "cask/plan/dependency_spec.h"

namespace cask {

/// Invariant: task p is among the inputs of task c exactly when c is among the consumers of p.
class Dependency {
 public:
  virtual ~Dependency() = default;
  /// How many tasks of the input layer `task` needs.
  virtual int64_t CountInputs(int64_t task) const = 0;
  /// Visits them in the order in which the task gets them.
  virtual void ForEachInput(int64_t task, const std::function<void(int64_t input)>& visit) const = 0;
  /// How many tasks need task `input` of the input layer.
  virtual int64_t CountConsumers(int64_t input) const = 0;
  virtual void ForEachConsumer(int64_t input, const std::function<void(int64_t task)>& visit) const = 0;
  /// What MakeDependency makes the same one from. Nothing: it is of this process only, and its plan cannot go to another.
  virtual std::optional<DependencySpec> spec() const { return std::nullopt; }
};

/// Task i needs input i.
std::shared_ptr<const Dependency> OneToOne();
/// Task i needs inputs [i * fan_in, (i + 1) * fan_in) of `num_inputs`: one level of a reduction tree.
std::shared_ptr<const Dependency> Tree(int64_t num_inputs, int64_t fan_in);
/// Every one of `num_tasks` tasks needs all `num_inputs` inputs.
std::shared_ptr<const Dependency> AllToAll(int64_t num_inputs, int64_t num_tasks);
/// Task i needs inputs[offsets[i]] up to, not with, inputs[offsets[i + 1]], in that order; one that is named twice is needed twice. `offsets` begins
/// with 0, does not fall, and ends with the number of `inputs`, each of which is below `num_inputs`.
std::shared_ptr<const Dependency> FromLists(std::vector<int64_t> offsets, std::vector<int64_t> inputs, int64_t num_inputs);

}  // namespace cask
