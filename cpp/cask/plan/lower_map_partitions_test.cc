#include <gtest/gtest.h>

#include "cask/expr/test_expressions.h"
#include "cask/plan/lower.h"

namespace cask {
namespace {

// "name: tasks" of each layer.
std::vector<std::string> LayersOf(const LoweredPlan& lowered) {
  std::vector<std::string> layers;
  for (const Layer& layer : lowered.plan.layers) layers.push_back(fmt::format("{}: {}", layer.name, layer.num_tasks));
  return layers;
}

FramePtr Mapped(const FramePtr& frame) { return test::Mapped(Projection::All(frame), frame->schema(), false); }

FramePtr Limited(const FramePtr& frame, PartitionRange range) { return test::Break(Projection::All(frame), LimitSpec{2, range}); }

class LowerMapPartitions : public testing::Test {
 protected:
  static LoweredPlan LowerAll(const std::vector<FramePtr>& frames) {
    std::vector<Projection> outputs;
    for (const FramePtr& frame : frames) outputs.push_back(Projection::All(frame));
    return Lower(outputs).ValueOrDie();
  }

  const test::Folder folder_;
  const FramePtr sales_ = test::Sales(folder_);  // three partitions
};

TEST_F(LowerMapPartitions, ThereIsACallForEachPartition) {
  const FramePtr map = Mapped(sales_);
  const FramePtr few = FilterExpr::Make(map, test::Call("lt", {test::ColumnAt(map, 0), test::Int(3)}), nullptr).ValueOrDie();
  const LoweredPlan lowered = LowerAll({few});
  EXPECT_EQ(LayersOf(lowered), (std::vector<std::string>{"read_csv: 3", "map_partitions: 3", "map_partitions: 3"}));
  ASSERT_EQ(lowered.scans.size(), 1u);
  EXPECT_EQ(lowered.scans[0].num_tasks, 3);
}

TEST_F(LowerMapPartitions, FirstRowsNeedTheFirstPartitionsOnly) {
  const LoweredPlan lowered = LowerAll({Limited(Mapped(Mapped(sales_)), {1})});
  for (size_t i = 0; i < lowered.plan.layers.size(); ++i) EXPECT_EQ(lowered.plan.layers[i].num_tasks, 1) << i;
  ASSERT_EQ(lowered.scans.size(), 1u);
  EXPECT_EQ(lowered.scans[0].num_tasks, 1);
  EXPECT_EQ(lowered.scans[0].first_partition, 0);
}

TEST_F(LowerMapPartitions, LastRowsNeedTheLastPartitionsOnly) {
  const LoweredPlan lowered = LowerAll({Limited(Mapped(sales_), {2, true})});
  ASSERT_EQ(lowered.scans.size(), 1u);
  EXPECT_EQ(lowered.scans[0].num_tasks, 2);
  EXPECT_EQ(lowered.scans[0].first_partition, 1);
  EXPECT_EQ(lowered.plan.layers[1].num_tasks, 2);
}

TEST_F(LowerMapPartitions, SomePartitionsAndAllOfThemAreCalledApart) {
  const FramePtr map = Mapped(sales_);
  const LoweredPlan lowered = LowerAll({map, Limited(map, {1}), Limited(map, {1, true}), map});
  std::map<std::string, int> calls;
  for (const Layer& layer : lowered.plan.layers) {
    if (layer.body->Describe() == "map_partitions(clean)") ++calls[fmt::format("{}", layer.num_tasks)];
  }
  EXPECT_EQ(calls, (std::map<std::string, int>{{"1", 2}, {"3", 1}}));
  EXPECT_EQ(lowered.scans.size(), 3u);
}

TEST_F(LowerMapPartitions, WhatHasOnePartitionIsCalledOnce) {
  const FramePtr sorted = test::Break(Projection::All(sales_), SortSpec{.keys = {0}, .ascending = {true}});
  const FramePtr map = Mapped(sorted);
  EXPECT_EQ(map->num_partitions(), 1);
  const LoweredPlan lowered = LowerAll({Limited(map, {5})});
  EXPECT_EQ(lowered.scans[0].num_tasks, 3);
  EXPECT_EQ(lowered.plan.layers.back().num_tasks, 1);
}

TEST_F(LowerMapPartitions, ColumnsThatPassByForNobodyAreNotRead) {
  Projection input{sales_, {{"id", test::ColumnAt(sales_, 0)}}};
  for (const NamedColumn& column : Projection::All(sales_).columns) input.columns.push_back(column);
  const PartitionFunction function{"map(f)", {"pickle"}, Schema({{"id", Kind::kInt64}, {"y", Kind::kInt64}})};
  const FramePtr map = MapPartitionsExpr::Make(input, function, {}, nullptr, sales_->schema().size()).ValueOrDie();
  const auto lower = [](const std::vector<Projection>& outputs) { return Lower(outputs).ValueOrDie(); };
  const auto columns_read = [](const LoweredPlan& lowered) { return static_cast<const Fragment&>(*lowered.plan.layers[0].body).source().schema(); };
  const Projection result{map, {{"y", test::ColumnAt(map, 1)}}}, name{map, {{"name", test::ColumnAt(map, 4)}}};
  EXPECT_EQ(columns_read(lower({result})).size(), 1) << "what the function gets";
  EXPECT_EQ(columns_read(lower({result, name})).size(), 2);
  // Also where another function lies between.
  Projection above{map, {{"y", test::ColumnAt(map, 1)}}};
  for (const NamedColumn& column : Projection::All(map).columns) above.columns.push_back(column);
  const FramePtr twice = MapPartitionsExpr::Make(above, function, {}, nullptr, map->schema().size()).ValueOrDie();
  EXPECT_EQ(columns_read(lower({{twice, {{"y", test::ColumnAt(twice, 1)}}}})).size(), 1);
  EXPECT_EQ(columns_read(lower({{twice, {{"name", test::ColumnAt(twice, 2 + 4)}}}})).size(), 2);
}

}  // namespace
}  // namespace cask
