#include "cask/plan/grid_dependency.h"

#include <gtest/gtest.h>

#include <random>

#include "cask/plan/test_dependency.h"

namespace cask {
namespace {

void ExpectDirectionsAgreeInOrder(const Dependency& dependency, int64_t num_tasks, int64_t num_inputs) {
  test::ExpectDirectionsAgree(dependency, num_tasks, num_inputs);
  for (int64_t task = 0; task < num_tasks; ++task) {
    int64_t last = -1;
    for (const int64_t input : test::InputsOf(dependency, task)) {
      EXPECT_GT(input, last) << "inputs come in order, each once";
      last = input;
    }
  }
}

AxisChunks RandomChunks(int64_t length, std::mt19937_64& random) {
  if (random() % 2) return AxisChunks::Regular(length, 1 + static_cast<int64_t>(random() % 7));
  std::vector<int64_t> sizes;
  for (int64_t left = length; left > 0; left -= sizes.back()) sizes.push_back(1 + static_cast<int64_t>(random() % static_cast<uint64_t>(left)));
  return AxisChunks::FromSizes(sizes);
}

TEST(GridDependency, DirectionsAgreeForRandomViews) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 500; ++round) {
    std::vector<AxisChunks> inputs;
    std::vector<AxisChunks> tasks;
    std::vector<GridLink> links;
    const int num_inputs = static_cast<int>(random() % 4);
    for (int i = 0; i < num_inputs; ++i) {
      const int64_t length = 1 + static_cast<int64_t>(random() % 20);
      inputs.push_back(RandomChunks(length, random));
      const int64_t start = static_cast<int64_t>(random() % static_cast<uint64_t>(length));
      if (random() % 4 == 0) {
        links.push_back({{-1, start, 1}, 1 + static_cast<int64_t>(random() % static_cast<uint64_t>(length - start))});
        continue;
      }
      const int64_t step = (random() % 2 ? 1 : -1) * static_cast<int64_t>(1 + random() % 3);
      const int64_t count = step > 0 ? (length - 1 - start) / step + 1 : start / -step + 1;
      links.push_back({{static_cast<int>(tasks.size()), start, step}, 1});
      tasks.push_back(RandomChunks(count, random));
    }
    if (random() % 3 == 0) tasks.push_back(RandomChunks(random() % 5, random));
    const ChunkGrid task_grid(tasks);
    const ChunkGrid input_grid(inputs);
    ExpectDirectionsAgreeInOrder(*GridPattern(task_grid, input_grid, links), task_grid.num_chunks(), input_grid.num_chunks());
    if (HasFailure()) return;
  }
}

TEST(GridDependency, PartsOfAConcatenationNeedOnlyTheirOwn) {
  const ChunkGrid tasks({AxisChunks::FromSizes({3, 3, 2, 4})});
  const ChunkGrid second({AxisChunks::FromSizes({2, 4})});
  const auto pattern = GridPattern(tasks, second, {{{0, -6, 1}, 1}});
  EXPECT_EQ(pattern->CountInputs(0), 0);
  EXPECT_EQ(pattern->CountInputs(1), 0);
  EXPECT_EQ(pattern->CountInputs(2), 1);
  pattern->ForEachInput(3, [](int64_t input) { EXPECT_EQ(input, 1); });
  ExpectDirectionsAgreeInOrder(*pattern, 4, 2);
}

TEST(GridDependency, RangesOfReshapedArraysAgree) {
  const ChunkGrid from({AxisChunks::Regular(10, 3), AxisChunks::Regular(6, 6)});
  const ChunkGrid to({AxisChunks::Regular(1, 1), AxisChunks::Regular(60, 7)});
  ExpectDirectionsAgreeInOrder(*ReshapePattern(to, from), to.num_chunks(), from.num_chunks());
  ReshapePattern(to, from)->ForEachInput(8, [](int64_t input) { EXPECT_EQ(input, 3); });
}

TEST(AxisChunks, RegularAndListedChunksAreTheSame) {
  EXPECT_EQ(AxisChunks::Regular(10, 4), AxisChunks::FromSizes({4, 4, 2}));
  EXPECT_EQ(AxisChunks::Shifted(10, 1, 4), AxisChunks::FromSizes({1, 4, 4, 1}));
  EXPECT_FALSE(AxisChunks::Regular(10, 4) == AxisChunks::FromSizes({4, 2, 4}));
  EXPECT_EQ(AxisChunks::FromSizes({4, 2, 4}).Find(5), 1);
  EXPECT_EQ(AxisChunks::FromSizes({4, 2, 4}).Find(6), 2);
  EXPECT_EQ(AxisChunks::Regular(10, 4).Find(-1), -1);
  EXPECT_EQ(AxisChunks::Regular(10, 4).Find(10), 3);
  EXPECT_EQ(AxisChunks::Regular(0, 4).num_chunks(), 1);
}

}  // namespace
}  // namespace cask
