#include "cask/plan/dependency.h"

#include <gtest/gtest.h>

#include <vector>

#include "cask/base/random.h"
#include "cask/plan/test_dependency.h"

namespace cask {
namespace {

using test::ConsumersOf;
using test::ExpectDirectionsAgree;
using test::InputsOf;
using test::RandomLists;

TEST(Dependency, OneToOne) {
  EXPECT_EQ(InputsOf(*OneToOne(), 5), std::vector<int64_t>{5});
  EXPECT_EQ(ConsumersOf(*OneToOne(), 5), std::vector<int64_t>{5});
}

TEST(Dependency, TreeTakesNeighbours) {
  const auto tree = Tree(10, 4);
  EXPECT_EQ(InputsOf(*tree, 0), (std::vector<int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(InputsOf(*tree, 2), (std::vector<int64_t>{8, 9}));
  EXPECT_EQ(ConsumersOf(*tree, 8), std::vector<int64_t>{2});
}

TEST(Dependency, TreeOverNothingHasATaskWithoutInputs) {
  EXPECT_EQ(Tree(0, 4)->CountInputs(0), 0);
  EXPECT_TRUE(InputsOf(*Tree(0, 4), 0).empty());
}

TEST(Dependency, ListsNameInputsInTheirOrderAndAlsoTwice) {
  const auto lists = FromLists({0, 2, 2, 5}, {4, 1, 0, 4, 4}, 5);
  EXPECT_EQ(InputsOf(*lists, 0), (std::vector<int64_t>{4, 1}));
  EXPECT_TRUE(InputsOf(*lists, 1).empty());
  EXPECT_EQ(InputsOf(*lists, 2), (std::vector<int64_t>{0, 4, 4}));
  EXPECT_EQ(ConsumersOf(*lists, 4), (std::vector<int64_t>{0, 2, 2}));
  EXPECT_TRUE(ConsumersOf(*lists, 3).empty());
  EXPECT_EQ(lists->CountInputs(2), 3);
  EXPECT_EQ(lists->CountConsumers(4), 3);
}

TEST(Dependency, DirectionsAgree) {
  const uint64_t seed = FreshSeed();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Random random(seed);
  for (int round = 0; round < 100; ++round) {
    const int64_t inputs = random.Between(0, 40), tasks = random.Between(0, 40), fan_in = random.Between(1, 9);
    ExpectDirectionsAgree(*OneToOne(), inputs, inputs);
    ExpectDirectionsAgree(*Tree(inputs, fan_in), (inputs + fan_in - 1) / fan_in, inputs);
    ExpectDirectionsAgree(*AllToAll(inputs, tasks), tasks, inputs);
    const ListSpec lists = RandomLists(tasks, inputs, &random);
    ExpectDirectionsAgree(*FromLists(lists.offsets, lists.inputs, inputs), tasks, inputs);
  }
}

}  // namespace
}  // namespace cask
