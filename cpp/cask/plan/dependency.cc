#include "cask/plan/dependency.h"

#include <algorithm>
#include <compare>
#include <utility>

#include "cask/base/check.h"

namespace cask {
namespace {

class OneToOneDependency final : public Dependency {
 public:
  int64_t CountInputs(int64_t) const override { return 1; }
  void ForEachInput(int64_t task, const std::function<void(int64_t)>& visit) const override { visit(task); }
  int64_t CountConsumers(int64_t) const override { return 1; }
  void ForEachConsumer(int64_t input, const std::function<void(int64_t)>& visit) const override { visit(input); }
  std::optional<DependencySpec> spec() const override { return OneToOneSpec{}; }
};

class TreeDependency final : public Dependency {
 public:
  TreeDependency(int64_t num_inputs, int64_t fan_in) : num_inputs_(num_inputs), fan_in_(fan_in) {
    CASK_CHECK_GE(num_inputs, 0);
    CASK_CHECK_GT(fan_in, 0);
  }

  int64_t CountInputs(int64_t task) const override { return End(task) - task * fan_in_; }
  void ForEachInput(int64_t task, const std::function<void(int64_t)>& visit) const override {
    for (int64_t input = task * fan_in_, end = End(task); input < end; ++input) visit(input);
  }
  int64_t CountConsumers(int64_t) const override { return 1; }
  void ForEachConsumer(int64_t input, const std::function<void(int64_t)>& visit) const override { visit(input / fan_in_); }
  std::optional<DependencySpec> spec() const override { return TreeSpec{num_inputs_, fan_in_}; }

 private:
  // A tree over no inputs has one task, which gives the result for nothing.
  int64_t End(int64_t task) const { return std::max(std::min((task + 1) * fan_in_, num_inputs_), task * fan_in_); }

  int64_t num_inputs_;
  int64_t fan_in_;
};

class AllToAllDependency final : public Dependency {
 public:
  AllToAllDependency(int64_t num_inputs, int64_t num_tasks) : num_inputs_(num_inputs), num_tasks_(num_tasks) {
    CASK_CHECK_GE(num_inputs, 0);
    CASK_CHECK_GE(num_tasks, 0);
  }

  int64_t CountInputs(int64_t) const override { return num_inputs_; }
  void ForEachInput(int64_t, const std::function<void(int64_t)>& visit) const override {
    for (int64_t input = 0; input < num_inputs_; ++input) visit(input);
  }
  int64_t CountConsumers(int64_t) const override { return num_tasks_; }
  void ForEachConsumer(int64_t, const std::function<void(int64_t)>& visit) const override {
    for (int64_t task = 0; task < num_tasks_; ++task) visit(task);
  }
  std::optional<DependencySpec> spec() const override { return AllToAllSpec{num_inputs_, num_tasks_}; }

 private:
  int64_t num_inputs_;
  int64_t num_tasks_;
};

// Takes memory for each edge but none for inputs that nothing needs: whoever made up the lists may have named any number of them.
class ListDependency final : public Dependency {
 public:
  explicit ListDependency(ListSpec spec) : spec_(std::move(spec)) {
    CASK_CHECK(!spec_.offsets.empty());
    CASK_CHECK_EQ(spec_.offsets.back(), static_cast<int64_t>(spec_.inputs.size()));
    edges_.reserve(spec_.inputs.size());
    for (int64_t task = 0; task + 1 < static_cast<int64_t>(spec_.offsets.size()); ++task) {
      ForEachInput(task, [&](int64_t input) { edges_.push_back({input, task}); });
    }
    std::sort(edges_.begin(), edges_.end());
  }

  int64_t CountInputs(int64_t task) const override { return spec_.offsets[task + 1] - spec_.offsets[task]; }
  void ForEachInput(int64_t task, const std::function<void(int64_t)>& visit) const override {
    for (int64_t i = spec_.offsets[task]; i < spec_.offsets[task + 1]; ++i) visit(spec_.inputs[i]);
  }
  int64_t CountConsumers(int64_t input) const override { return FirstEdge(input + 1) - FirstEdge(input); }
  void ForEachConsumer(int64_t input, const std::function<void(int64_t)>& visit) const override {
    for (auto edge = FirstEdge(input); edge != edges_.end() && edge->input == input; ++edge) visit(edge->task);
  }
  std::optional<DependencySpec> spec() const override { return spec_; }

 private:
  struct Edge {
    int64_t input;
    int64_t task;
    auto operator<=>(const Edge&) const = default;
  };

  // Of those that lead from `input` or from one behind it.
  std::vector<Edge>::const_iterator FirstEdge(int64_t input) const {
    return std::partition_point(edges_.begin(), edges_.end(), [input](const Edge& edge) { return edge.input < input; });
  }

  ListSpec spec_;
  std::vector<Edge> edges_;  // by input
};

}  // namespace

std::shared_ptr<const Dependency> OneToOne() {
  static const auto kOneToOne = std::make_shared<const OneToOneDependency>();
  return kOneToOne;
}

std::shared_ptr<const Dependency> Tree(int64_t num_inputs, int64_t fan_in) {
  return std::make_shared<const TreeDependency>(num_inputs, fan_in);
}

std::shared_ptr<const Dependency> AllToAll(int64_t num_inputs, int64_t num_tasks) {
  return std::make_shared<const AllToAllDependency>(num_inputs, num_tasks);
}

std::shared_ptr<const Dependency> FromLists(std::vector<int64_t> offsets, std::vector<int64_t> inputs, int64_t num_inputs) {
  return std::make_shared<const ListDependency>(ListSpec{std::move(offsets), std::move(inputs), num_inputs});
}

}  // namespace cask
