#include "cask/expr/map_partitions_expr.h"

#include <gtest/gtest.h>

#include "cask/expr/test_expressions.h"
#include "cask/expr/visit_columns.h"

namespace cask {
namespace {

PartitionFunction Function(DType type, bool gives_row_ids = false) {
  return {"f", {"pickle"}, Schema({{"row", Kind::kInt64}, {"id", std::move(type)}}), gives_row_ids, gives_row_ids, false};
}

TEST(MapPartitionsExpr, WhatItsCallsSaidOfTheirTypesMakesItAnew) {
  const test::Folder folder;
  const FramePtr sales = test::Sales(folder);
  std::vector<std::vector<std::string>> asked;
  const auto remake = [&](const Schema&, const std::vector<std::string>& found) -> Result<PartitionFunction> {
    asked.push_back(found);
    return Function(Kind::kFloat64);
  };
  const Projection input{sales, {{"id", test::ColumnAt(sales, 0)}}};
  const FramePtr map = MapPartitionsExpr::Make(input, Function(Kind::kInt64), remake, nullptr).ValueOrDie();
  EXPECT_EQ(Rebinder().Rebind(map).ValueOrDie(), map);
  const auto learn = [](const FramePtr& frame) { static_cast<const MapPartitionsExpr&>(*frame).Learn("1\tfloat64"); };
  learn(map);
  learn(map);
  const FramePtr other = Rebinder().Rebind(map).ValueOrDie();
  EXPECT_EQ(asked, (std::vector<std::vector<std::string>>{{"1\tfloat64"}}));
  EXPECT_EQ(other->schema().field(1).type, DType(Kind::kFloat64));
  EXPECT_NE(other->token(), map->token());
  learn(other);
  EXPECT_EQ(Rebinder().Rebind(other).ValueOrDie(), other) << "it is known already";
  EXPECT_EQ(Rebinder().Rebind(map).ValueOrDie()->token(), other->token());
}

TEST(MapPartitionsExpr, RowIdsMustBeThereToBeCounted) {
  const test::Folder folder;
  const FramePtr sales = test::Sales(folder);
  const Projection rows{sales, {{"row", test::ColumnAt(sales, sales->row_id_column())}, {"id", test::ColumnAt(sales, 0)}}};
  const auto make = [](const Projection& input, const PartitionFunction& function) { return MapPartitionsExpr::Make(input, function, {}, nullptr); };
  const auto counted = make(rows, Function(Kind::kInt64, true));
  ASSERT_TRUE(counted.ok());
  EXPECT_EQ((*counted)->row_id_column(), 0);
  EXPECT_FALSE(make({sales, {rows.columns[1], rows.columns[0]}}, Function(Kind::kInt64, true)).ok());
  PartitionFunction no_number = Function(Kind::kInt64, true);
  no_number.schema = Schema({{"row", Kind::kString}});
  EXPECT_FALSE(make(rows, no_number).ok());
  no_number.schema = Schema();
  EXPECT_FALSE(make(rows, no_number).ok());
}

TEST(MapPartitionsExpr, FramesBelowItAreVisited) {
  const test::Folder folder;
  const FramePtr sales = test::Sales(folder);
  const FramePtr map = test::Mapped(Projection::All(sales), Schema({{"x", Kind::kInt64}}), false);
  const FramePtr twice = test::Mapped(Projection::All(map), Schema({{"x", Kind::kInt64}}), false);
  std::vector<const FrameExpr*> seen;
  VisitFrames(Projection::All(twice), [&](const FrameExpr& frame) { seen.push_back(&frame); });
  EXPECT_EQ(seen, (std::vector<const FrameExpr*>{twice.get(), map.get(), sales.get()}));
}

}  // namespace
}  // namespace cask
