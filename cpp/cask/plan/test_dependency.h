// What tests see of a dependency.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "cask/base/random.h"
#include "cask/plan/dependency.h"

namespace cask::test {

inline std::vector<int64_t> InputsOf(const Dependency& pattern, int64_t task) {
  std::vector<int64_t> inputs;
  pattern.ForEachInput(task, [&](int64_t input) { inputs.push_back(input); });
  return inputs;
}

inline std::vector<int64_t> ConsumersOf(const Dependency& pattern, int64_t input) {
  std::vector<int64_t> tasks;
  pattern.ForEachConsumer(input, [&](int64_t task) { tasks.push_back(task); });
  return tasks;
}

/// Both directions tell the same pairs of a task and an input, only of those that there are, and as many as they count.
inline void ExpectDirectionsAgree(const Dependency& pattern, int64_t num_tasks, int64_t num_inputs) {
  std::vector<std::pair<int64_t, int64_t>> forwards, backwards;
  for (int64_t task = 0; task < num_tasks; ++task) {
    const std::vector<int64_t> inputs = InputsOf(pattern, task);
    EXPECT_EQ(static_cast<int64_t>(inputs.size()), pattern.CountInputs(task)) << "task " << task;
    for (const int64_t input : inputs) {
      ASSERT_TRUE(input >= 0 && input < num_inputs) << input;
      forwards.emplace_back(task, input);
    }
  }
  for (int64_t input = 0; input < num_inputs; ++input) {
    const std::vector<int64_t> tasks = ConsumersOf(pattern, input);
    EXPECT_EQ(static_cast<int64_t>(tasks.size()), pattern.CountConsumers(input)) << "input " << input;
    for (const int64_t task : tasks) {
      ASSERT_TRUE(task >= 0 && task < num_tasks) << task;
      backwards.emplace_back(task, input);
    }
  }
  std::sort(forwards.begin(), forwards.end());
  std::sort(backwards.begin(), backwards.end());
  EXPECT_EQ(forwards, backwards);
}

/// Up to four inputs a task, some of them twice.
inline ListSpec RandomLists(int64_t num_tasks, int64_t num_inputs, Random* random) {
  ListSpec spec{{0}, {}, num_inputs};
  for (int64_t task = 0; task < num_tasks; ++task) {
    for (int64_t left = num_inputs > 0 ? random->Below(5) : 0; left > 0; --left) spec.inputs.push_back(random->Below(num_inputs));
    spec.offsets.push_back(static_cast<int64_t>(spec.inputs.size()));
  }
  return spec;
}

}  // namespace cask::test
