#include "cask/scheduler/shape_codec.h"

#include <gtest/gtest.h>

#include "cask/base/test_codec.h"
#include "cask/plan/grid_dependency.h"
#include "cask/plan/test_dependency.h"

namespace cask {
namespace {

using test::ConsumersOf;
using test::InputsOf;

AxisChunks RandomCut(int64_t length, int64_t num_chunks, Random* random) {
  std::vector<int64_t> sizes(static_cast<size_t>(num_chunks), 1);
  for (int64_t left = length - num_chunks; left > 0; --left) ++sizes[static_cast<size_t>(random->Below(num_chunks))];
  return AxisChunks::FromSizes(sizes);
}

// A pattern of any kind between two layers.
LayerInput RandomInput(int layer, int64_t num_tasks, int64_t num_inputs, Random* random) {
  const int output = static_cast<int>(random->Below(3));
  if (num_tasks > 0 && num_inputs > 0 && random->Percent(60)) {
    const ChunkGrid tasks({RandomCut(100, num_tasks, random)});
    const ChunkGrid inputs({RandomCut(100, num_inputs, random)});
    if (random->Percent(50)) return {layer, output, ReshapePattern(tasks, inputs)};
    return {layer, output, GridPattern(tasks, inputs, {{{0, random->Between(-20, 20), random->Percent(50) ? 1 : -1}, 1}})};
  }
  if (random->Percent(30)) {
    const ListSpec lists = test::RandomLists(num_tasks, num_inputs, random);
    return {layer, output, FromLists(lists.offsets, lists.inputs, num_inputs)};
  }
  if (num_tasks == num_inputs && random->Percent(70)) return {layer, output, OneToOne()};
  if (num_tasks > 0 && random->Percent(50)) return {layer, output, Tree(num_inputs, (num_inputs + num_tasks - 1) / num_tasks + 1)};
  return {layer, output, AllToAll(num_inputs, num_tasks)};
}

PlanShape RandomShape(Random* random) {
  PlanShape shape;
  if (random->Percent(40)) {
    for (int64_t left = random->Between(1, 5); left > 0; --left) {
      shape.imports.push_back({PlanId{random->Below(9)}, static_cast<int32_t>(random->Below(3)), random->Below(9)});
    }
    shape.layers.push_back({static_cast<int64_t>(shape.imports.size()), false, {}});
  }
  for (int64_t left = random->Between(1, 8); left > 0; --left) {
    PlanShape::Layer layer{random->Below(12), left == 1 || random->Percent(20), {}};
    const auto num_layers = static_cast<int64_t>(shape.layers.size());
    for (int64_t k = num_layers == 0 ? 0 : random->Below(3); k > 0; --k) {
      const auto input = static_cast<int>(random->Below(num_layers));
      layer.inputs.push_back(RandomInput(input, layer.num_tasks, shape.layers[input].num_tasks, random));
    }
    if (layer.inputs.empty() && random->Percent(40)) layer.affinity = Affinity{CollectionId{random->Below(5)}, random->Below(100)};
    shape.layers.push_back(std::move(layer));
  }
  return shape;
}

void ExpectSame(const PlanShape& a, const PlanShape& b) {
  EXPECT_EQ(a.imports, b.imports);
  ASSERT_EQ(a.layers.size(), b.layers.size());
  for (size_t i = 0; i < a.layers.size(); ++i) {
    EXPECT_EQ(a.layers[i].num_tasks, b.layers[i].num_tasks);
    EXPECT_EQ(a.layers[i].is_output, b.layers[i].is_output);
    ASSERT_EQ(a.layers[i].affinity.has_value(), b.layers[i].affinity.has_value());
    if (a.layers[i].affinity) {
      EXPECT_EQ(a.layers[i].affinity->collection, b.layers[i].affinity->collection);
      EXPECT_EQ(a.layers[i].affinity->first_partition, b.layers[i].affinity->first_partition);
    }
    ASSERT_EQ(a.layers[i].inputs.size(), b.layers[i].inputs.size());
    for (size_t k = 0; k < a.layers[i].inputs.size(); ++k) {
      const LayerInput& left = a.layers[i].inputs[k];
      const LayerInput& right = b.layers[i].inputs[k];
      EXPECT_EQ(left.layer, right.layer);
      EXPECT_EQ(left.output, right.output);
      for (int64_t task = 0; task < a.layers[i].num_tasks; ++task) EXPECT_EQ(InputsOf(*left.pattern, task), InputsOf(*right.pattern, task));
      for (int64_t input = 0; input < a.layers[left.layer].num_tasks; ++input) {
        EXPECT_EQ(ConsumersOf(*left.pattern, input), ConsumersOf(*right.pattern, input));
      }
    }
  }
}

// Whether the scheduler can take it, as far as it looks at it at once.
void ExpectUsable(const PlanShape& shape) {
  int64_t num_tasks = 0;
  for (const PlanShape::Layer& layer : shape.layers) num_tasks += layer.num_tasks;
  if (num_tasks > 10'000) return;
  for (const PlanShape::Layer& layer : shape.layers) {
    for (const LayerInput& input : layer.inputs) {
      const int64_t num_inputs = shape.layers[input.layer].num_tasks;
      for (int64_t task = 0; task < layer.num_tasks; ++task) {
        for (int64_t other : InputsOf(*input.pattern, task)) ASSERT_TRUE(other >= 0 && other < num_inputs);
      }
      for (int64_t other = 0; other < num_inputs; ++other) {
        for (int64_t task : ConsumersOf(*input.pattern, other)) ASSERT_TRUE(task >= 0 && task < layer.num_tasks);
      }
    }
  }
  MakePlanState(PlanId{1}, shape, {});
}

std::string ErrorOf(const PlanShape& shape) {
  const Status status = DecodeShape(EncodeShape(shape)).status();
  EXPECT_TRUE(status.ok() || KindOf(status) == ErrorKind::kValue);
  return status.ok() ? "none" : status.message();
}

TEST(ShapeCodec, ShapesOfAllPatternsComeBack) {
  Random random(CodecTestSeed());
  for (int round = 0; round < 300 && !testing::Test::HasFailure(); ++round) {
    const PlanShape shape = RandomShape(&random);
    const std::string bytes = EncodeShape(shape);
    const auto decoded = DecodeShape(bytes);
    ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
    ExpectSame(shape, *decoded);
    EXPECT_EQ(EncodeShape(*decoded), bytes);
  }
}

TEST(ShapeCodec, AMillionTasksTakeFewBytes) {
  const int64_t n = 1'000'000;
  const ChunkGrid grid({AxisChunks::Regular(n * 10, 10)});
  const PlanShape shape{{{n, false, {}}, {n, false, {{0, 0, GridPattern(grid, grid, {{{0, 0, 1}, 1}})}}}, {n / 16, true, {{1, 0, Tree(n, 16)}}}}};
  EXPECT_LT(EncodeShape(shape).size(), 300u);
  EXPECT_EQ(ErrorOf(shape), "none");
}

TEST(ShapeCodec, ShapesThatTheSchedulerCannotRunAreRefused) {
  EXPECT_EQ(ErrorOf({{{4, true, {}}}}), "none");
  EXPECT_EQ(ErrorOf({}), "malformed plan: it has no output");
  EXPECT_EQ(ErrorOf({{{4, false, {}}}}), "malformed plan: it has no output");
  EXPECT_EQ(ErrorOf({{{-1, true, {}}}}), "malformed plan: layer 0 has less than no tasks");
  EXPECT_EQ(ErrorOf({{{4, true, {{0, 0, OneToOne()}}}}}), "malformed plan: layer 0 has an input of no layer before it");
  EXPECT_EQ(ErrorOf({{{4, true, {}}, {4, true, {{-1, 0, OneToOne()}}}}}), "malformed plan: layer 1 has an input of no layer before it");
  EXPECT_EQ(ErrorOf({{{4, true, {}}, {4, true, {{0, -1, OneToOne()}}}}}), "malformed plan: layer 1 has an input of no output");
  EXPECT_EQ(ErrorOf({{{4, true, {}}, {5, true, {{0, 0, OneToOne()}}}}}), "malformed plan: layer 1 has an input whose pattern does not fit");
}

TEST(ShapeCodec, OnlySourcesAreOfACollectionAndOnlyOfPartitionsThatOneMayHave) {
  const auto of = [](int64_t first_partition) { return Affinity{CollectionId{3}, first_partition}; };
  EXPECT_EQ(ErrorOf({{{4, true, {}, of(kMaxPlanTasks - 4)}}}), "none");
  EXPECT_EQ(ErrorOf({{{4, true, {}, of(kMaxPlanTasks - 3)}}}), "malformed plan: layer 0 is of partitions that no collection has");
  EXPECT_EQ(ErrorOf({{{4, true, {}, of(-1)}}}), "malformed plan: layer 0 is of partitions that no collection has");
  EXPECT_EQ(ErrorOf({{{4, true, {}}, {4, true, {{0, 0, OneToOne()}}, of(0)}}}), "malformed plan: layer 1 has inputs and is of a collection");
}

TEST(ShapeCodec, TheImportLayerIsOfImportsAndOfNothingElse) {
  const std::vector<TaskId> two = {{PlanId{0}, 0, 0}, {PlanId{7}, 1, 2}};
  const PlanShape::Layer call{1, true, {{0, 0, AllToAll(2, 1)}}};
  EXPECT_EQ(ErrorOf({{{2, false, {}}, call}, two}), "none");
  EXPECT_EQ(ErrorOf({{}, two}), "malformed plan: layer 0 has not a task for each import");
  EXPECT_EQ(ErrorOf({{{3, false, {}}, {1, true, {{0, 0, AllToAll(3, 1)}}}}, two}), "malformed plan: layer 0 has not a task for each import");
  EXPECT_EQ(ErrorOf({{{2, true, {}}, call}, two}), "malformed plan: layer 0 is of imports and of something else");
  EXPECT_EQ(ErrorOf({{{2, false, {}, Affinity{CollectionId{3}, 0}}, call}, two}), "malformed plan: layer 0 is of imports and of something else");
  EXPECT_EQ(ErrorOf({{{2, false, {}}}, two}), "malformed plan: it has no output");
  for (const TaskId& none : {TaskId{PlanId{-1}, 0, 0}, TaskId{PlanId{1}, -1, 0}, TaskId{PlanId{1}, 0, -1}}) {
    EXPECT_EQ(ErrorOf({{{2, false, {}}, call}, {two[0], none}}), "malformed plan: layer 0 has an import of no task");
  }
}

TEST(ShapeCodec, ShapesLargerThanTheSchedulerCanHoldAreRefused) {
  EXPECT_EQ(ErrorOf({{{kMaxPlanTasks, true, {}}}}), "none");
  EXPECT_NE(ErrorOf({{{kMaxPlanTasks, true, {}}, {1, true, {}}}}), "none");
  EXPECT_NE(ErrorOf({{{INT64_MAX, true, {}}, {INT64_MAX, true, {}}}}), "none");
  PlanShape deep;
  deep.layers.assign(kMaxPlanLayers + 1, {1, true, {}});
  EXPECT_NE(ErrorOf(deep), "none");
  const int64_t half = kMaxPlanTasks / 2;
  PlanShape wide{{{half, false, {}}, {half, true, {}}}};
  wide.layers[1].inputs.assign(31, {0, 0, AllToAll(half, half)});
  EXPECT_EQ(ErrorOf(wide), "none");
  wide.layers[1].inputs.assign(32, {0, 0, AllToAll(half, half)});
  EXPECT_EQ(ErrorOf(wide), "malformed plan: layer 1 has too many inputs");
}

TEST(ShapeCodec, DamagedBytesAreRefusedOrAreThoseOfAShapeThatRuns) {
  Random random(CodecTestSeed());
  for (int round = 0; round < 30; ++round) {
    const std::string bytes = EncodeShape(RandomShape(&random));
    ExpectOnlyWholeDecodes(bytes, DecodeShape);
    CheckDamaged(bytes, 200, &random, DecodeShape, [](const PlanShape& decoded, const std::string& damaged) {
      ASSERT_EQ(EncodeShape(decoded), damaged);
      ExpectUsable(decoded);
    });
  }
}

}  // namespace
}  // namespace cask
