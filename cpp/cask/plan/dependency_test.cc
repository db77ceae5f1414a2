#include "cask/plan/dependency.h"

#include <gtest/gtest.h>

#include <vector>

#include "cask/base/random.h"

namespace cask {
namespace {

std::vector<int64_t> Inputs(const Dependency& pattern, int64_t task) {
  std::vector<int64_t> inputs;
  pattern.ForEachInput(task, [&](int64_t input) { inputs.push_back(input); });
  return inputs;
}

std::vector<int64_t> Consumers(const Dependency& pattern, int64_t input) {
  std::vector<int64_t> consumers;
  pattern.ForEachConsumer(input, [&](int64_t task) { consumers.push_back(task); });
  return consumers;
}

// Both directions as matrices of how often task c needs input p; they must be the same.
void ExpectDirectionsAgree(const Dependency& pattern, int64_t num_inputs, int64_t num_tasks) {
  std::vector<int> forwards(num_inputs * num_tasks), backwards(num_inputs * num_tasks);
  for (int64_t task = 0; task < num_tasks; ++task) {
    const auto inputs = Inputs(pattern, task);
    EXPECT_EQ(static_cast<int64_t>(inputs.size()), pattern.CountInputs(task)) << "task " << task;
    for (int64_t input : inputs) {
      ASSERT_GE(input, 0);
      ASSERT_LT(input, num_inputs);
      ++backwards[input * num_tasks + task];
    }
  }
  for (int64_t input = 0; input < num_inputs; ++input) {
    const auto consumers = Consumers(pattern, input);
    EXPECT_EQ(static_cast<int64_t>(consumers.size()), pattern.CountConsumers(input)) << "input " << input;
    for (int64_t task : consumers) {
      ASSERT_GE(task, 0);
      ASSERT_LT(task, num_tasks);
      ++forwards[input * num_tasks + task];
    }
  }
  EXPECT_EQ(forwards, backwards);
}

TEST(Dependency, OneToOne) {
  EXPECT_EQ(Inputs(*OneToOne(), 5), std::vector<int64_t>{5});
  EXPECT_EQ(Consumers(*OneToOne(), 5), std::vector<int64_t>{5});
}

TEST(Dependency, TreeTakesNeighbours) {
  const auto tree = Tree(10, 4);
  EXPECT_EQ(Inputs(*tree, 0), (std::vector<int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(Inputs(*tree, 2), (std::vector<int64_t>{8, 9}));
  EXPECT_EQ(Consumers(*tree, 8), std::vector<int64_t>{2});
}

TEST(Dependency, TreeOverNothingHasATaskWithoutInputs) {
  EXPECT_EQ(Tree(0, 4)->CountInputs(0), 0);
  EXPECT_TRUE(Inputs(*Tree(0, 4), 0).empty());
}

TEST(Dependency, DirectionsAgree) {
  const uint64_t seed = FreshSeed();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Random random(seed);
  for (int round = 0; round < 100; ++round) {
    const int64_t inputs = random.Between(0, 40), tasks = random.Between(0, 40), fan_in = random.Between(1, 9);
    ExpectDirectionsAgree(*OneToOne(), inputs, inputs);
    ExpectDirectionsAgree(*Tree(inputs, fan_in), inputs, (inputs + fan_in - 1) / fan_in);
    ExpectDirectionsAgree(*AllToAll(inputs, tasks), inputs, tasks);
  }
}

}  // namespace
}  // namespace cask
