// Sorting, top-k, head, tail, distinct rows, value counts and quantiles.
#include <random>

#include "cask/compute/frame/distinct.h"
#include "cask/compute/frame/quantile.h"
#include "cask/compute/frame/sort.h"
#include "cask/compute/frame/test_tables.h"
#include "cask/compute/frame/top_k.h"
#include "cask/compute/frame/value_counts.h"

namespace cask {
namespace {

using namespace test;
using Strings = std::vector<std::string>;

Strings RunLines(const Steps& steps, const Schema& schema, const Batch& batch, uint64_t seed) {
  auto table = RunSteps(steps, schema, CutUp(schema, batch, seed, 9, 4));
  if (!table.ok()) return {table.status().ToString()};
  return Lines(*table);
}

Steps SortSteps(const SortSpec& spec) { return {MakeSort(spec), MakeMergeSorted(spec), MakeMergeSorted(spec)}; }

TEST(SortTest, IsStableAndPutsMissingWhereAsked) {
  const Schema schema({{"x", Kind::kFloat64}, {"row", Kind::kInt64}});
  const Batch batch = MakeBatch({Floats({2, kNaN, -1, 2, 0.0, -0.0, kNaN, -5}), Ints({0, 1, 2, 3, 4, 5, 6, 7})});
  for (uint64_t seed = 1; seed < 15; ++seed) {
    const auto sorted = [&](bool ascending, MissingPosition missing) {
      return RunLines(SortSteps({schema, {0}, {ascending}, missing}), schema, batch, seed);
    };
    EXPECT_EQ(sorted(true, MissingPosition::kLast), (Strings{"-5 7", "-1 2", "0 4", "-0 5", "2 0", "2 3", "NA 1", "NA 6"}));
    EXPECT_EQ(sorted(false, MissingPosition::kLast), (Strings{"2 0", "2 3", "0 4", "-0 5", "-1 2", "-5 7", "NA 1", "NA 6"}));
    EXPECT_EQ(sorted(false, MissingPosition::kFirst), (Strings{"NA 1", "NA 6", "2 0", "2 3", "0 4", "-0 5", "-1 2", "-5 7"}));
  }
}

TEST(SortTest, SortsByTextThenNumberDescending) {
  const Schema schema({{"s", Kind::kString}, {"i", Kind::kInt16}});
  const Batch batch = MakeBatch({Texts({"b", "a long text of one kind", std::nullopt, "a long text of another", "b", "", "é"}),
                                 Numbers<int16_t>(Kind::kInt16, {1, 2, 3, 4, 5, 6, -7})});
  EXPECT_EQ(RunLines(SortSteps({schema, {0, 1}, {true, false}}), schema, batch, 3),
            (Strings{" 6", "a long text of another 4", "a long text of one kind 2", "b 5", "b 1", "é -7", "NA 3"}));
}

TEST(SortTest, AgreesWithStableSortOnRandomRows) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto n = static_cast<int64_t>(random() % 5000);
    std::vector<int64_t> a, c;
    std::vector<double> b;
    for (int64_t row = 0; row < n; ++row) {
      a.push_back(static_cast<int64_t>(random() >> (random() % 64)) * (random() % 2 == 0 ? 1 : -1));
      b.push_back(static_cast<double>(random() % 20) - 10);
      c.push_back(row);
    }
    const Schema schema({{"a", Kind::kInt64}, {"b", Kind::kFloat64}, {"c", Kind::kInt64}});
    const auto result = RunSteps(SortSteps({schema, {1, 0}, {false, true}}), schema, CutUp(schema, MakeBatch({Ints(a), Floats(b), Ints(c)}), seed, 6, 3));
    ASSERT_TRUE(result.ok()) << result.status();
    std::stable_sort(c.begin(), c.end(), [&](int64_t x, int64_t y) { return b[x] != b[y] ? b[x] > b[y] : a[x] < a[y]; });
    const Column rows = CombinedColumn(*result, 2).ValueOrDie();
    ASSERT_TRUE(std::equal(c.begin(), c.end(), Values<int64_t>(rows), Values<int64_t>(rows) + rows->length));
  }
}

Strings TopRows(const Schema& schema, const Batch& batch, std::vector<int> columns, int64_t n, bool largest, KeepTies keep, uint64_t seed) {
  const TopKSpec spec{schema, std::move(columns), n, largest, keep};
  const auto partial = *MakePartialTopK(spec);
  auto table = RunSteps({partial, partial, *MakeFinalTopK(spec)}, schema, CutUp(schema, batch, seed, 9, 4));
  Strings rows;
  for (const std::string& line : Lines(table.ValueOrDie())) rows.push_back(line.substr(line.rfind(' ') + 1));
  return rows;
}

TEST(TopKTest, TiesAndMissingAsPandas) {
  const Schema schema({{"a", Kind::kFloat64}, {"b", Kind::kFloat64}, {"row", Kind::kInt64}});
  const Batch batch = MakeBatch({Floats({1, kNaN, 3, 3, 2, kNaN, 3}), Floats({1, 2, 3, kNaN, 5, 6, 7}), Ints({0, 1, 2, 3, 4, 5, 6})});
  for (uint64_t seed = 1; seed < 15; ++seed) {
    const auto top = [&](std::vector<int> columns, int64_t n, bool largest, KeepTies keep) {
      return TopRows(schema, batch, std::move(columns), n, largest, keep, seed);
    };
    EXPECT_EQ(top({0}, 2, true, KeepTies::kFirst), (Strings{"2", "3"}));
    EXPECT_EQ(top({0}, 2, true, KeepTies::kLast), (Strings{"6", "3"}));
    EXPECT_EQ(top({0}, 2, true, KeepTies::kAll), (Strings{"2", "3", "6"}));
    EXPECT_EQ(top({0}, 6, true, KeepTies::kLast), (Strings{"6", "3", "2", "4", "0", "1"}));
    EXPECT_EQ(top({0}, 7, true, KeepTies::kLast), (Strings{"2", "3", "6", "4", "0", "1", "5"}));
    EXPECT_EQ(top({0}, 6, true, KeepTies::kAll), (Strings{"2", "3", "6", "4", "0", "1", "5"}));
    EXPECT_EQ(top({0}, 6, false, KeepTies::kLast), (Strings{"0", "4", "6", "3", "2", "1"}));
    EXPECT_EQ(top({0, 1}, 3, true, KeepTies::kFirst), (Strings{"6", "2", "3"}));
    EXPECT_EQ(top({0, 1}, 3, false, KeepTies::kFirst), (Strings{"0", "4", "2"}));
    EXPECT_EQ(top({0}, 0, true, KeepTies::kAll), (Strings{}));
  }
}

TEST(TopKTest, AgreesWithSortOnManyRows) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const int64_t n = 300'000;
    std::vector<double> values;
    std::vector<int64_t> rows;
    for (int64_t row = 0; row < n; ++row) {
      values.push_back(random() % 50 == 0 ? kNaN : static_cast<double>(random() % 1'000'000));
      rows.push_back(row);
    }
    const Schema schema({{"x", Kind::kFloat64}, {"row", Kind::kInt64}});
    const Batch batch = MakeBatch({Floats(values), Ints(rows)});
    const Strings got = TopRows(schema, batch, {0}, 100, true, KeepTies::kFirst, seed);
    std::stable_sort(rows.begin(), rows.end(), [&](int64_t a, int64_t b) { return values[a] > values[b] || (std::isnan(values[b]) && !std::isnan(values[a])); });
    Strings want;
    for (int i = 0; i < 100; ++i) want.push_back(std::to_string(rows[i]));
    EXPECT_EQ(got, want);
  }
}

TEST(TopKTest, RefusesTexts) {
  EXPECT_EQ(MakePartialTopK({Schema({{"a", Kind::kString}}), {0}}).status().message(),
            "Column 'a' has dtype str, cannot use method 'nlargest' with this dtype");
}

TEST(HeadTailTest, TakeEndsAcrossBatches) {
  const Schema schema({{"x", Kind::kInt64}});
  const Batch batch = MakeBatch({Ints({0, 1, 2, 3, 4, 5, 6, 7, 8, 9})});
  for (uint64_t seed = 1; seed < 15; ++seed) {
    const auto head = [&](int64_t n) { return RunLines({MakeHead(schema, n), MakeHead(schema, n), MakeHead(schema, n)}, schema, batch, seed); };
    const auto tail = [&](int64_t n) { return RunLines({MakeTail(schema, n), MakeTail(schema, n), MakeTail(schema, n)}, schema, batch, seed); };
    EXPECT_EQ(head(3), (Strings{"0", "1", "2"}));
    EXPECT_EQ(head(0), (Strings{}));
    EXPECT_EQ(tail(3), (Strings{"7", "8", "9"}));
    EXPECT_EQ(tail(0), (Strings{}));
    EXPECT_EQ(tail(20).size(), 10u);
  }
}

TEST(DistinctTest, KeepsFirstOrLastRowInOrder) {
  const Schema schema({{"k", Kind::kFloat64}, {"s", Kind::kString}, {"row", Kind::kInt64}});
  const Batch batch = MakeBatch({Floats({1, kNaN, 1, 2, kNaN, 1, 2}), Texts({"a", "b", "a", std::nullopt, "b", "c", std::nullopt}),
                                 Ints({0, 1, 2, 3, 4, 5, 6})});
  for (uint64_t seed = 1; seed < 15; ++seed) {
    const auto distinct = [&](std::vector<int> keys, KeepRow keep) {
      const auto sink = MakeDistinct(schema, std::move(keys), keep);
      return RunLines({sink, sink, sink}, schema, batch, seed);
    };
    EXPECT_EQ(distinct({0, 1}, KeepRow::kFirst), (Strings{"1 a 0", "NA b 1", "2 NA 3", "1 c 5"}));
    EXPECT_EQ(distinct({0, 1}, KeepRow::kLast), (Strings{"1 a 2", "NA b 4", "1 c 5", "2 NA 6"}));
    EXPECT_EQ(distinct({0}, KeepRow::kFirst), (Strings{"1 a 0", "NA b 1", "2 NA 3"}));
  }
}

Strings ValueCounts(const Schema& schema, const Batch& batch, std::vector<int> keys, bool dropna, ValueCountsOptions options, uint64_t seed) {
  const GroupBySpec spec = ValueCountsSpec(schema, std::move(keys), dropna);
  return RunLines({*MakePartialAggregate(spec), *MakeMergeAggregate(spec), *MakeValueCountsFinal(spec, options)}, schema, batch, seed);
}

TEST(ValueCountsTest, TiesStayInOrderOfFirstAppearance) {
  const Schema schema({{"x", Kind::kInt64}});
  const Batch batch = MakeBatch({Ints({3, 1, 2, 2, 1, 3, 5, 9, 9, 9})});
  for (uint64_t seed = 1; seed < 15; ++seed) {
    EXPECT_EQ(ValueCounts(schema, batch, {0}, true, {}, seed), (Strings{"9 3", "3 2", "1 2", "2 2", "5 1"}));
    EXPECT_EQ(ValueCounts(schema, batch, {0}, true, {.ascending = true}, seed), (Strings{"5 1", "3 2", "1 2", "2 2", "9 3"}));
    EXPECT_EQ(ValueCounts(schema, batch, {0}, true, {.sort = false}, seed), (Strings{"3 2", "1 2", "2 2", "5 1", "9 3"}));
    EXPECT_EQ(ValueCounts(schema, batch, {0}, true, {.normalize = true}, seed), (Strings{"9 0.3", "3 0.2", "1 0.2", "2 0.2", "5 0.1"}));
    EXPECT_EQ(ValueCounts(schema, batch, {0}, true, {.sort_keys = true}, seed), (Strings{"9 3", "1 2", "2 2", "3 2", "5 1"}));
  }
}

TEST(ValueCountsTest, MissingAndCategories) {
  const Schema floats({{"x", Kind::kFloat64}});
  const Batch batch = MakeBatch({Floats({3, kNaN, 2, 2, kNaN, 3, 5, -0.0, 0.0})});
  EXPECT_EQ(ValueCounts(floats, batch, {0}, true, {}, 1), (Strings{"3 2", "2 2", "-0 2", "5 1"}));
  EXPECT_EQ(ValueCounts(floats, batch, {0}, false, {}, 2), (Strings{"3 2", "NA 2", "2 2", "-0 2", "5 1"}));
  const Schema categories({{"x", Kind::kCategory}});
  const Batch coded = MakeBatch({CategoryColumn({"a", "b", "c", "z"}, {1, 0, 2, 0, 1, -1})});
  EXPECT_EQ(ValueCounts(categories, coded, {0}, true, {}, 3), (Strings{"a 2", "b 2", "c 1", "z 0"}));
  EXPECT_EQ(ValueCounts(categories, coded, {0}, false, {}, 3), (Strings{"a 2", "b 2", "c 1", "NA 1", "z 0"}));
}

TEST(ValueCountsTest, MissingOfNullableColumnsComesAfterItsEquals) {
  const DType type = DType::Nullable(Kind::kInt64);
  const Schema schema({{"x", type}});
  const Batch batch = MakeBatch({Numbers<int64_t>(type, {1, 0, 3, 3}, {true, false, true, true})});
  EXPECT_EQ(ValueCounts(schema, batch, {0}, false, {}, 1), (Strings{"3 2", "1 1", "NA 1"}));
}

TEST(ValueCountsTest, Mode) {
  const Schema schema({{"x", Kind::kFloat64}});
  const auto mode = [&](bool dropna, std::vector<double> values) {
    const GroupBySpec spec = ValueCountsSpec(schema, {0}, dropna);
    return RunLines({*MakePartialAggregate(spec), *MakeMergeAggregate(spec), *MakeModeFinal(spec)}, schema, MakeBatch({Floats(values)}), 1);
  };
  EXPECT_EQ(mode(true, {3, 1, 1, 3, 2}), (Strings{"1", "3"}));
  EXPECT_EQ(mode(false, {kNaN, 1, kNaN, 1}), (Strings{"1", "NA"}));
  EXPECT_EQ(mode(true, {}), (Strings{}));
}

Strings Quantiles(const DType& type, const Column& column, std::vector<double> q, Interpolation interpolation, uint64_t seed) {
  const QuantileSpec spec{Schema({{"x", type}}), {0}, std::move(q), interpolation};
  return RunLines({*MakePartialQuantile(spec), *MakeMergeQuantile(spec), *MakeFinalQuantile(spec)}, spec.input, MakeBatch({column}), seed);
}

TEST(QuantileTest, InterpolatesAsPandas) {
  const std::vector<double> q = {0.5, 0.25};
  for (uint64_t seed = 1; seed < 10; ++seed) {
    EXPECT_EQ(Quantiles(Kind::kInt64, Ints({4, 1, 3, 2}), q, Interpolation::kLinear, seed), (Strings{"2.5", "1.75"}));
    EXPECT_EQ(Quantiles(Kind::kInt64, Ints({4, 1, 3, 2}), q, Interpolation::kLower, seed), (Strings{"2", "1"}));
    EXPECT_EQ(Quantiles(Kind::kInt64, Ints({4, 1, 3, 2}), q, Interpolation::kHigher, seed), (Strings{"3", "2"}));
    EXPECT_EQ(Quantiles(Kind::kInt64, Ints({4, 1, 3, 2}), q, Interpolation::kMidpoint, seed), (Strings{"2.5", "1.5"}));
    EXPECT_EQ(Quantiles(Kind::kInt64, Ints({4, 1, 3, 2}), q, Interpolation::kNearest, seed), (Strings{"3", "2"}));
    EXPECT_EQ(Quantiles(Kind::kFloat64, Floats({3.5, kNaN, 1, 2}), {0, 0.5, 1}, Interpolation::kLinear, seed), (Strings{"1", "2", "3.5"}));
  }
  EXPECT_EQ(Quantiles(Kind::kInt64, Ints({}), {0.5}, Interpolation::kLower, 1), (Strings{"NA"}));
  EXPECT_EQ(Quantiles(Kind::kFloat64, Floats({kNaN}), {0.5}, Interpolation::kLinear, 1), (Strings{"NA"}));
  const DType time = DType::Timestamp(TimeUnit::kMicro);
  EXPECT_EQ(Quantiles(time, Numbers<int64_t>(time, {1000, kNaT, 3001}), {0.5}, Interpolation::kLinear, 2), (Strings{"2000"}));
}

TEST(QuantileTest, RefusesWhatPandasRefuses) {
  EXPECT_EQ(KindOf(MakePartialQuantile({Schema({{"x", Kind::kString}}), {0}, {0.5}}).status()), ErrorKind::kType);
  EXPECT_EQ(MakePartialQuantile({Schema({{"x", Kind::kInt64}}), {0}, {1.5}}).status().message(),
            "percentiles should all be in the interval [0, 1]");
  EXPECT_EQ(KindOf(ParseInterpolation("cubic").status()), ErrorKind::kValue);
}

}  // namespace
}  // namespace cask
