#include "cask/plan/dependency_spec.h"

#include <gtest/gtest.h>

#include "cask/base/test_codec.h"
#include "cask/plan/test_dependency.h"

namespace cask {
namespace {

// What the scheduler relies on.
void ExpectSafe(const DependencySpec& spec, int64_t num_tasks, int64_t num_inputs) {
  const auto dependency = MakeDependency(spec);
  test::ExpectDirectionsAgree(*dependency, num_tasks, num_inputs);
  const EdgeBounds bounds = BoundEdges(spec, num_tasks, num_inputs);
  for (int64_t task = 0; task < num_tasks; ++task) EXPECT_LE(dependency->CountInputs(task), bounds.inputs);
  for (int64_t input = 0; input < num_inputs; ++input) EXPECT_LE(dependency->CountConsumers(input), bounds.consumers);
}

AxisChunks RandomChunks(Random* random) {
  const int64_t length = random->Below(20);
  if (random->Percent(50)) return AxisChunks::Regular(length, random->Between(1, 7));
  std::vector<int64_t> sizes;
  for (int64_t left = length; left > 0; left -= sizes.back()) sizes.push_back(random->Between(1, left));
  return AxisChunks::FromSizes(sizes);
}

ChunkGrid RandomGrid(Random* random) {
  std::vector<AxisChunks> axes;
  for (int64_t i = random->Below(4); i > 0; --i) axes.push_back(RandomChunks(random));
  return ChunkGrid(axes);
}

// Links that lead anywhere, also outside of the input array.
GridSpec RandomGridSpec(Random* random) {
  GridSpec spec{RandomGrid(random), RandomGrid(random), {}};
  std::vector<int> axes;
  for (int axis = 0; axis < spec.tasks.num_axes(); ++axis) axes.push_back(axis);
  for (int i = 0; i < spec.inputs.num_axes(); ++i) {
    GridLink link{{-1, random->Between(-5, 25), 1}, random->Below(6)};
    if (!axes.empty() && random->Percent(70)) {
      link = {{axes.back(), random->Between(-10, 25), random->Between(-3, 3)}, 1};
      axes.pop_back();
    }
    spec.links.push_back(link);
  }
  return spec;
}

// Arrays of so many elements, cut in rows.
ChunkGrid RandomRows(Random* random, int64_t num_elements) {
  std::vector<AxisChunks> axes(static_cast<size_t>(random->Below(3)));
  const int64_t row = num_elements % 6 == 0 && random->Percent(50) ? 6 : 1;
  axes.push_back(AxisChunks::Regular(num_elements / row, random->Between(1, 5)));
  if (row > 1) axes.push_back(AxisChunks::Regular(row, row));
  return ChunkGrid(axes);
}

TEST(DependencySpec, EveryDependencyIsMadeAgainFromItsSpec) {
  Random random(CodecTestSeed());
  for (int round = 0; round < 300; ++round) {
    const int64_t elements = random.Below(100);
    const std::vector<DependencySpec> specs = {OneToOneSpec{}, TreeSpec{random.Below(100), random.Between(1, 9)},
                                               AllToAllSpec{random.Below(9), random.Below(9)}, RandomGridSpec(&random),
                                               ReshapeSpec{RandomRows(&random, elements), RandomRows(&random, elements)},
                                               test::RandomLists(random.Below(9), random.Below(9), &random)};
    for (const DependencySpec& spec : specs) {
      EXPECT_EQ(MakeDependency(spec)->spec(), spec);
      const std::string bytes = ToBytes(spec);
      DependencySpec decoded;
      ASSERT_TRUE(DecodesTo(bytes, &decoded)) << spec.index();
      EXPECT_EQ(decoded, spec);
      EXPECT_EQ(ToBytes(decoded), bytes);
      ExpectPrefixesRefused(spec);
      ExpectDamageIsHarmless(spec, 20);
    }
  }
}

TEST(DependencySpec, WhatFitsVisitsOnlyTasksThatThereAreAndAgreesInBothDirections) {
  Random random(CodecTestSeed());
  int num_fitting = 0;
  for (int round = 0; round < 2000 && !testing::Test::HasFailure(); ++round) {
    const GridSpec spec = RandomGridSpec(&random);
    ASSERT_TRUE(Fits(spec, spec.tasks.num_chunks(), spec.inputs.num_chunks()));
    ExpectSafe(spec, spec.tasks.num_chunks(), spec.inputs.num_chunks());
    const ReshapeSpec reshape{RandomGrid(&random), RandomGrid(&random)};
    if (!Fits(reshape, reshape.tasks.num_chunks(), reshape.inputs.num_chunks())) continue;
    ++num_fitting;
    ExpectSafe(reshape, reshape.tasks.num_chunks(), reshape.inputs.num_chunks());
  }
  EXPECT_GT(num_fitting, 0);
  for (int round = 0; round < 500; ++round) {
    const int64_t num_tasks = random.Below(9), num_inputs = random.Below(9);
    const ListSpec lists = test::RandomLists(num_tasks, num_inputs, &random);
    ASSERT_TRUE(Fits(lists, num_tasks, num_inputs));
    ExpectSafe(lists, num_tasks, num_inputs);
  }
  for (int64_t num_inputs = 0; num_inputs < 20; ++num_inputs) {
    for (int64_t num_tasks = 0; num_tasks < 10; ++num_tasks) {
      for (int64_t fan_in = 1; fan_in < 8; ++fan_in) {
        if (Fits(TreeSpec{num_inputs, fan_in}, num_tasks, num_inputs)) ExpectSafe(TreeSpec{num_inputs, fan_in}, num_tasks, num_inputs);
      }
      ExpectSafe(AllToAllSpec{num_inputs, num_tasks}, num_tasks, num_inputs);
    }
    ExpectSafe(OneToOneSpec{}, num_inputs, num_inputs);
  }
}

TEST(DependencySpec, WhatIsOfOtherLayersDoesNotFit) {
  const ChunkGrid four({AxisChunks::Regular(8, 2)});
  const ChunkGrid two({AxisChunks::Regular(8, 4)});
  EXPECT_TRUE(Fits(OneToOneSpec{}, 3, 3));
  EXPECT_FALSE(Fits(OneToOneSpec{}, 3, 4));
  EXPECT_TRUE(Fits(TreeSpec{9, 4}, 3, 9));
  EXPECT_TRUE(Fits(TreeSpec{0, 4}, 1, 0));
  EXPECT_FALSE(Fits(TreeSpec{9, 4}, 2, 9));
  EXPECT_FALSE(Fits(TreeSpec{9, 4}, 3, 8));
  EXPECT_FALSE(Fits(TreeSpec{9, 0}, 3, 9));
  EXPECT_FALSE(Fits(TreeSpec{9, INT64_MAX}, 3, 9));
  EXPECT_TRUE(Fits(AllToAllSpec{9, 4}, 4, 9));
  EXPECT_FALSE(Fits(AllToAllSpec{9, 4}, 9, 4));
  EXPECT_TRUE(Fits(ReshapeSpec{four, two}, 4, 2));
  EXPECT_FALSE(Fits(ReshapeSpec{four, two}, 2, 4));
  EXPECT_FALSE(Fits(ReshapeSpec{four, ChunkGrid({AxisChunks::Regular(9, 5)})}, 4, 2)) << "another number of elements";
  EXPECT_FALSE(Fits(ReshapeSpec{four, ChunkGrid({AxisChunks::Regular(4, 4), AxisChunks::Regular(2, 1)})}, 4, 2)) << "not cut in rows";
}

TEST(DependencySpec, ListsThatNameOtherTasksDoNotFit) {
  EXPECT_TRUE(Fits(ListSpec{{0, 1, 3}, {0, 4, 4}, 5}, 2, 5));
  EXPECT_TRUE(Fits(ListSpec{{0}, {}, 0}, 0, 0));
  EXPECT_FALSE(Fits(ListSpec{{}, {}, 0}, 0, 0));
  EXPECT_FALSE(Fits(ListSpec{{0, 1, 3}, {0, 4, 4}, 5}, 3, 5)) << "another number of tasks";
  EXPECT_FALSE(Fits(ListSpec{{0, 1, 3}, {0, 4, 4}, 5}, 2, 6)) << "another number of inputs";
  EXPECT_FALSE(Fits(ListSpec{{0, 1, 3}, {0, 5, 4}, 5}, 2, 5)) << "an input that there is not";
  EXPECT_FALSE(Fits(ListSpec{{0, 1, 3}, {0, -1, 4}, 5}, 2, 5));
  EXPECT_FALSE(Fits(ListSpec{{1, 1, 3}, {0, 4, 4}, 5}, 2, 5)) << "an input of no task";
  EXPECT_FALSE(Fits(ListSpec{{0, 1, 2}, {0, 4, 4}, 5}, 2, 5));
  EXPECT_FALSE(Fits(ListSpec{{0, 1, 4}, {0, 4, 4}, 5}, 2, 5)) << "more inputs than are listed";
  EXPECT_FALSE(Fits(ListSpec{{0, 4, 3}, {0, 4, 4}, 5}, 2, 5)) << "less than no inputs";
  EXPECT_FALSE(Fits(ListSpec{{0, INT64_MIN, 3}, {0, 4, 4}, 5}, 2, 5));
}

TEST(DependencySpec, LinksThatLeadNowhereDoNotFit) {
  const ChunkGrid four({AxisChunks::Regular(8, 2)});
  const ChunkGrid square({AxisChunks::Regular(8, 4), AxisChunks::Regular(8, 4)});
  const auto fits = [](const ChunkGrid& tasks, const ChunkGrid& inputs, std::vector<GridLink> links) {
    return Fits(GridSpec{tasks, inputs, std::move(links)}, tasks.num_chunks(), inputs.num_chunks());
  };
  EXPECT_TRUE(fits(four, four, {{{0, 0, 1}, 1}}));
  EXPECT_FALSE(fits(four, four, {}));
  EXPECT_FALSE(fits(four, four, {{{1, 0, 1}, 1}}));
  EXPECT_FALSE(fits(four, four, {{{-2, 0, 1}, 1}}));
  EXPECT_FALSE(fits(four, four, {{{0, 0, kMaxElements}, 1}}));
  EXPECT_FALSE(fits(four, four, {{{0, INT64_MIN, 1}, 1}}));
  EXPECT_FALSE(fits(four, four, {{{0, 0, INT64_MIN}, 1}}));
  EXPECT_FALSE(fits(four, four, {{{-1, 0, 1}, INT64_MAX}}));
  EXPECT_FALSE(fits(four, four, {{{-1, 0, 1}, -1}}));
  EXPECT_FALSE(fits(four, square, {{{0, 0, 1}, 1}, {{0, 0, 1}, 1}})) << "an axis of the tasks is linked twice";
}

TEST(GridCodec, CutsThatThereAreNotAreRefused) {
  AxisChunks chunks;
  const auto reads = [&](int64_t length, int64_t first, int64_t size) {
    Encoder encoder;
    for (const int64_t number : {length, first, size}) encoder.Add(number);
    return DecodesTo(std::string(1, '\1') + encoder.Take(), &chunks);
  };
  EXPECT_TRUE(reads(10, 3, 4));
  EXPECT_TRUE(reads(0, 0, 1));
  EXPECT_FALSE(reads(0, 0, 2)) << "the same cut has other bytes";
  EXPECT_FALSE(reads(10, 10, 4));
  EXPECT_FALSE(reads(10, 3, 8));
  EXPECT_FALSE(reads(10, 0, 4));
  EXPECT_FALSE(reads(10, 3, 0));
  EXPECT_FALSE(reads(-1, -1, 1));
  EXPECT_FALSE(reads(INT64_MAX, 1, 1));
  const auto reads_sizes = [&](const std::vector<int64_t>& sizes) { return DecodesTo(std::string(1, '\0') + ToBytes(sizes), &chunks); };
  EXPECT_TRUE(reads_sizes({4, 2, 4}));
  EXPECT_FALSE(reads_sizes({4, 4, 2})) << "it is regular";
  EXPECT_FALSE(reads_sizes({4, 0, 2, 4}));
  EXPECT_FALSE(reads_sizes({4, -2, 4}));
  EXPECT_FALSE(reads_sizes({}));
  EXPECT_FALSE(reads_sizes({4, 2, INT64_MAX - 5}));
}

}  // namespace
}  // namespace cask
