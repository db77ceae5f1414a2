#include "cask/compute/frame/aggregate.h"

#include "cask/compute/frame/test_tables.h"
#include "cask/data/categories.h"

namespace cask {
namespace {

using namespace test;

Result<Table> RunSpec(const GroupBySpec& spec, const Batch& batch, uint64_t seed = 0) {
  Steps steps;
  ARROW_ASSIGN_OR_RAISE(steps.partial, MakePartialAggregate(spec));
  ARROW_ASSIGN_OR_RAISE(steps.merge, MakeMergeAggregate(spec));
  ARROW_ASSIGN_OR_RAISE(steps.final, MakeFinalAggregate(spec));
  return RunSteps(steps, spec.input, seed == 0 ? std::vector<Table>{OneBatch(spec.input, batch)} : CutUp(spec.input, batch, seed, 9, 4));
}

std::vector<std::string> RunLines(const GroupBySpec& spec, const Batch& batch, uint64_t seed = 0) {
  auto table = RunSpec(spec, batch, seed);
  if (!table.ok()) return {table.status().ToString()};
  return Lines(*table);
}

Aggregate Of(AggregateKind kind, int column, int64_t min_count = 0) {
  return {.kind = kind, .column = column, .min_count = min_count, .name = std::string(AggregateName(kind))};
}

const std::vector<AggregateKind> kOfNumbers = {AggregateKind::kCount, AggregateKind::kSum,    AggregateKind::kProd, AggregateKind::kMin,
                                               AggregateKind::kMax,   AggregateKind::kMean,   AggregateKind::kVar,  AggregateKind::kStd,
                                               AggregateKind::kSem,   AggregateKind::kMedian, AggregateKind::kNunique,
                                               AggregateKind::kFirst, AggregateKind::kLast,   AggregateKind::kAny,  AggregateKind::kAll};

GroupBySpec Spec(Schema input, std::vector<int> keys, const std::vector<AggregateKind>& kinds, int column) {
  GroupBySpec spec;
  spec.input = std::move(input);
  spec.keys = std::move(keys);
  for (AggregateKind kind : kinds) spec.aggregates.push_back(Of(kind, column));
  return spec;
}

// The figures in these tests are pandas 3.1's.

TEST(AggregateTest, ReducesFloats) {
  const auto spec = Spec(Schema({{"x", Kind::kFloat64}}), {}, kOfNumbers, 0);
  const Batch batch = MakeBatch({Floats({3, kNaN, 1.5, -2, 8, 1.5, kNaN, 0.25})});
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(RunLines(spec, batch, seed),
              (std::vector<std::string>{"6 12.25 -27 -2 8 2.04166666667 11.3104166667 3.36309629161 1.37297831172 1.5 5 3 0.25 1 1"}))
        << "seed " << seed;
  }
}

TEST(AggregateTest, GroupsFloatsAndSortsKeysWithMissingLeftOut) {
  const auto spec = Spec(Schema({{"k", Kind::kFloat64}, {"x", Kind::kFloat64}}), {0}, kOfNumbers, 1);
  const Batch batch = MakeBatch({Floats({2, 1, 2, kNaN, 1, 2, 5}), Floats({1, 4, 2.5, 7, kNaN, 1, kNaN})});
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(RunLines(spec, batch, seed), (std::vector<std::string>{
                                               "1 1 4 4 4 4 4 NA NA NA 4 1 4 4 1 1",
                                               "2 3 4.5 2.5 1 2.5 1.5 0.75 0.866025403784 0.5 1 2 1 1 1 1",
                                               "5 0 0 1 NA NA NA NA NA NA NA 0 NA NA 0 1",
                                           }))
        << "seed " << seed;
  }
}

TEST(AggregateTest, KeepsMissingKeysLastAndOrderOfFirstAppearance) {
  auto spec = Spec(Schema({{"k", Kind::kFloat64}, {"x", Kind::kInt64}}), {0}, {AggregateKind::kSum, AggregateKind::kSize}, 1);
  spec.dropna = false;
  const Batch batch = MakeBatch({Floats({1, kNaN, 0.0, -0.0, 1, kNaN}), Ints({1, 2, 3, 4, 5, 6})});
  EXPECT_EQ(RunLines(spec, batch), (std::vector<std::string>{"0 7 2", "1 6 2", "NA 8 2"}));
  spec.sort = false;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(RunLines(spec, batch, seed), (std::vector<std::string>{"1 6 2", "NA 8 2", "0 7 2"})) << "seed " << seed;
  }
}

TEST(AggregateTest, GroupsByTwoKeysOfTextAndInts) {
  auto spec = Spec(Schema({{"a", Kind::kString}, {"b", Kind::kInt32}, {"x", Kind::kString}}), {0, 1},
                   {AggregateKind::kSize, AggregateKind::kMin, AggregateKind::kMax, AggregateKind::kFirst, AggregateKind::kLast,
                    AggregateKind::kSum, AggregateKind::kNunique, AggregateKind::kCount},
                   2);
  const std::string longer = "a text of more than sixteen bytes";
  const Batch batch = MakeBatch({Texts({"b", "a", "b", std::nullopt, longer, "b", "a", longer}),
                                 Numbers<int32_t>(Kind::kInt32, {7, 8, 7, 9, 1, 2, 8, 1}),
                                 Texts({"x", "y", std::nullopt, "z", longer, "w", "v", longer})});
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(RunLines(spec, batch, seed),
              (std::vector<std::string>{"a 8 2 v y y v yv 2 2",
                                        longer + " 1 2 " + longer + " " + longer + " " + longer + " " + longer + " " + longer + longer + " 1 2",
                                        "b 2 1 w w w w w 1 1", "b 7 2 x x x x x 1 1"}))
        << "seed " << seed;
  }
  spec.dropna = false;
  EXPECT_EQ(RunLines(spec, batch).back(), "NA 9 1 z z z z z 1 1");
}

TEST(AggregateTest, TypesAreThoseOfPandas) {
  const auto type = [](AggregateKind kind, const DType& of, bool grouped) {
    const auto result = AggregateType(kind, of, grouped);
    return result.ok() ? result->ToString() : std::string(result.status().message());
  };
  const DType time = DType::Timestamp(TimeUnit::kMicro);
  EXPECT_EQ(type(AggregateKind::kSum, Kind::kBool, false), "int64");
  EXPECT_EQ(type(AggregateKind::kSum, Kind::kInt32, false), "int64");
  EXPECT_EQ(type(AggregateKind::kSum, Kind::kInt32, true), "int64");
  EXPECT_EQ(type(AggregateKind::kSum, Kind::kUInt8, false), "uint64");
  EXPECT_EQ(type(AggregateKind::kSum, Kind::kString, true), "str");
  EXPECT_EQ(type(AggregateKind::kSum, time, false), "'DatetimeArray' with dtype datetime64[us] does not support operation 'sum'");
  EXPECT_EQ(type(AggregateKind::kSum, time, true), "datetime64 type does not support operation 'sum'");
  EXPECT_EQ(type(AggregateKind::kMean, Kind::kString, false), "Cannot perform reduction 'mean' with string dtype");
  EXPECT_EQ(type(AggregateKind::kMean, Kind::kString, true), "dtype 'str' does not support operation 'mean'");
  EXPECT_EQ(type(AggregateKind::kMean, Kind::kFloat32, false), "float32");
  EXPECT_EQ(type(AggregateKind::kMean, Kind::kFloat32, true), "float32");
  EXPECT_EQ(type(AggregateKind::kStd, Kind::kFloat32, true), "float32");
  EXPECT_EQ(type(AggregateKind::kMean, DType::Nullable(Kind::kInt64), true), "Float64");
  EXPECT_EQ(type(AggregateKind::kCount, DType::Nullable(Kind::kInt64), true), "Int64");
  EXPECT_EQ(type(AggregateKind::kStd, time, false), "timedelta64[us]");
  EXPECT_EQ(type(AggregateKind::kMax, Kind::kCategory, true), "Cannot perform max with non-ordered Categorical");
  EXPECT_EQ(KindOf(AggregateType(AggregateKind::kVar, Kind::kString, true).status()), ErrorKind::kType);
}

TEST(AggregateTest, SumsOfNarrowIntegersHave64Bits) {
  const auto spec = Spec(Schema({{"k", Kind::kInt64}, {"x", Kind::kInt32}}), {0}, {AggregateKind::kSum}, 1);
  const Batch batch = MakeBatch({Ints({0, 0, 1}), Numbers<int32_t>(Kind::kInt32, {INT32_MAX, 2, 3})});
  EXPECT_EQ(RunLines(spec, batch), (std::vector<std::string>{"0 2147483649", "1 3"}));
}

TEST(AggregateTest, VarianceFarFromZero) {
  const auto spec = Spec(Schema({{"x", Kind::kFloat64}}), {}, {AggregateKind::kVar}, 0);
  std::vector<double> values;
  for (int i = 0; i < 999; ++i) values.push_back(1e9 + (i % 3 - 1));
  for (uint64_t seed = 1; seed < 20; ++seed) {
    EXPECT_EQ(RunLines(spec, MakeBatch({Floats(values)}), seed), (std::vector<std::string>{"0.667334669339"})) << "seed " << seed;
  }
}

TEST(AggregateTest, ReducingNothing) {
  const auto spec = Spec(Schema({{"x", Kind::kInt64}}), {}, kOfNumbers, 0);
  const auto result = RunSpec(spec, MakeBatch({Ints({})}));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Lines(*result), (std::vector<std::string>{"0 0 1 NA NA NA NA NA NA NA 0 NA NA 0 1"}));
  EXPECT_EQ(result->schema.field(3).type, DType(Kind::kInt64));
  EXPECT_EQ(result->batches[0].columns[3]->GetNullCount(), 1);
  const auto grouped = Spec(Schema({{"k", Kind::kString}, {"x", Kind::kInt64}}), {0}, kOfNumbers, 1);
  EXPECT_EQ(RunLines(grouped, MakeBatch({Texts({}), Ints({})})), std::vector<std::string>{});
}

TEST(AggregateTest, MissingValuesCountWhenNotSkipped) {
  auto spec = Spec(Schema({{"k", Kind::kInt64}, {"x", Kind::kFloat64}}), {0},
                   {AggregateKind::kSum, AggregateKind::kMin, AggregateKind::kMean, AggregateKind::kVar, AggregateKind::kMedian,
                    AggregateKind::kFirst, AggregateKind::kLast, AggregateKind::kAny, AggregateKind::kNunique},
                   1);
  for (Aggregate& aggregate : spec.aggregates) aggregate.skipna = false, aggregate.dropna = false;
  const Batch batch = MakeBatch({Ints({1, 1, 2, 2, 3}), Floats({1, 2, kNaN, 4, kNaN})});
  for (uint64_t seed = 0; seed < 10; ++seed) {
    EXPECT_EQ(RunLines(spec, batch, seed),
              (std::vector<std::string>{"1 3 1 1.5 0.5 1.5 1 2 1 2", "2 NA NA NA NA NA NA 4 1 2", "3 NA NA NA NA NA NA NA 1 1"}));
  }
}

TEST(AggregateTest, MinCount) {
  GroupBySpec spec;
  spec.input = Schema({{"k", Kind::kInt64}, {"x", Kind::kInt64}, {"s", Kind::kString}});
  spec.keys = {0};
  spec.aggregates = {Of(AggregateKind::kSum, 1, 2), Of(AggregateKind::kMin, 1, 2), Of(AggregateKind::kFirst, 1, 2),
                     Of(AggregateKind::kSum, 2, 2), Of(AggregateKind::kMax, 2, 2)};
  const Batch batch = MakeBatch({Ints({1, 1, 2}), Ints({5, 6, 7}), Texts({"a", "b", "c"})});
  EXPECT_EQ(RunLines(spec, batch), (std::vector<std::string>{"1 11 5 5 ab b", "2 NA NA NA NA NA"}));
}

TEST(AggregateTest, TimesKeepTheirTicks) {
  const DType time = DType::Timestamp(TimeUnit::kNano);
  const auto spec = Spec(Schema({{"t", time}}), {},
                         {AggregateKind::kCount, AggregateKind::kMin, AggregateKind::kMax, AggregateKind::kMean, AggregateKind::kMedian,
                          AggregateKind::kNunique},
                         0);
  const int64_t base = 1'700'000'000'000'000'000;  // three of them exceed 64 bits when summed, and doubles lack the last digits
  const Batch batch = MakeBatch({Numbers<int64_t>(time, {base + 1, kNaT, base + 3, base + 8, base + 1, base + 2, base, base + 4})});
  EXPECT_EQ(RunLines(spec, batch, 3), (std::vector<std::string>{"7 1700000000000000000 1700000000000000008 1700000000000000002 "
                                                                "1700000000000000000 6"}));
  const auto negative = Spec(Schema({{"t", time}}), {}, {AggregateKind::kMean}, 0);
  EXPECT_EQ(RunLines(negative, MakeBatch({Numbers<int64_t>(time, {-3, -4})})), (std::vector<std::string>{"-3"}));
}

TEST(AggregateTest, NullableColumns) {
  const DType type = DType::Nullable(Kind::kInt64);
  const auto spec = Spec(Schema({{"k", type}, {"x", type}}), {0}, kOfNumbers, 1);
  const Batch batch = MakeBatch({Numbers<int64_t>(type, {1, 1, 0, 2}, {true, true, false, true}),
                                 Numbers<int64_t>(type, {5, 99, 7, 0}, {true, false, true, false})});
  for (uint64_t seed = 0; seed < 10; ++seed) {
    EXPECT_EQ(RunLines(spec, batch, seed),
              (std::vector<std::string>{"1 1 5 5 5 5 5 NA NA NA 5 1 5 5 1 1", "2 0 0 1 NA NA NA NA NA NA NA 0 NA NA 0 1"}));
  }
}

TEST(AggregateTest, UnsignedExtremesAndWrappingSums) {
  const auto spec = Spec(Schema({{"x", Kind::kUInt64}}), {}, {AggregateKind::kMin, AggregateKind::kMax, AggregateKind::kSum}, 0);
  const Batch batch = MakeBatch({Numbers<uint64_t>(Kind::kUInt64, {uint64_t{1} << 63, 5, UINT64_MAX})});
  EXPECT_EQ(RunLines(spec, batch), (std::vector<std::string>{"5 18446744073709551615 9223372036854775812"}));
}

TEST(AggregateTest, CategoriesInTheirOrderAndUnobserved) {
  const Batch batch = MakeBatch({CategoryColumn({"c", "b", "a", "z"}, {1, 2, 1, 0, -1}), Ints({1, 2, 3, 4, 5})});
  const DType known = DType::Categorical(std::make_shared<const Categories>(Categories{Kind::kString, false, Texts({"z", "b", "c", "a"})}));
  const std::vector<AggregateKind> kinds = {AggregateKind::kSum, AggregateKind::kMean, AggregateKind::kCount};
  auto by_values = Spec(Schema({{"k", Kind::kCategory}, {"x", Kind::kInt64}}), {0}, kinds, 1);
  auto by_type = Spec(Schema({{"k", known}, {"x", Kind::kInt64}}), {0}, kinds, 1);
  EXPECT_EQ(RunLines(by_values, batch), (std::vector<std::string>{"a 2 2 1", "b 4 2 2", "c 4 4 1"}));
  EXPECT_EQ(RunLines(by_type, batch), (std::vector<std::string>{"b 4 2 2", "c 4 4 1", "a 2 2 1"}));
  by_values.observed = by_type.observed = false;
  EXPECT_EQ(RunLines(by_values, batch), (std::vector<std::string>{"a 2 2 1", "b 4 2 2", "c 4 4 1", "z 0 NA 0"}));
  EXPECT_EQ(RunLines(by_type, batch), (std::vector<std::string>{"z 0 NA 0", "b 4 2 2", "c 4 4 1", "a 2 2 1"}));
  by_values.sort = false;
  EXPECT_EQ(RunLines(by_values, batch), (std::vector<std::string>{"b 4 2 2", "a 2 2 1", "c 4 4 1", "z 0 NA 0"}));
}

TEST(AggregateTest, UnobservedCombinationsOfTwoKeys) {
  auto spec = Spec(Schema({{"k", Kind::kCategory}, {"j", Kind::kInt64}, {"x", Kind::kInt64}}), {0, 1},
                   {AggregateKind::kSum, AggregateKind::kMin}, 2);
  spec.observed = false;
  const Batch batch = MakeBatch({CategoryColumn({"a", "b"}, {0, 0, 0}), Ints({7, 6, 7}), Ints({1, 2, 3})});
  EXPECT_EQ(RunLines(spec, batch), (std::vector<std::string>{"a 6 2 2", "a 7 4 1", "b 6 0 NA", "b 7 0 NA"}));
}

TEST(AggregateTest, DictionariesThatDifferBetweenBatches) {
  auto spec = Spec(Schema({{"k", Kind::kCategory}, {"x", Kind::kCategory}}), {0}, {AggregateKind::kNunique, AggregateKind::kCount}, 1);
  const Table one = OneBatch(spec.input, MakeBatch({CategoryColumn({"a", "b"}, {0, 1}), CategoryColumn({"u", "v"}, {0, 1})}));
  const Table two = OneBatch(spec.input, MakeBatch({CategoryColumn({"c", "b"}, {1, 0}), CategoryColumn({"w", "u"}, {0, 1})}));
  Steps steps{*MakePartialAggregate(spec), *MakeMergeAggregate(spec), *MakeFinalAggregate(spec)};
  const auto result = RunSteps(steps, spec.input, {one, two, one, two});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Lines(*result), (std::vector<std::string>{"a 1 2", "b 2 4", "c 1 2"}));
}

TEST(AggregateTest, PythonIntegersBeyond64Bits) {
  auto spec = Spec(Schema({{"x", Kind::kObjectInt}}), {},
                   {AggregateKind::kMin, AggregateKind::kMax, AggregateKind::kCount, AggregateKind::kNunique, AggregateKind::kAny}, 0);
  const Batch batch = MakeBatch({Texts({"1180591620717411303424", "-7", std::nullopt, "12", "-1180591620717411303424", "12"}, Kind::kObjectInt)});
  EXPECT_EQ(RunLines(spec, batch, 5), (std::vector<std::string>{"-1180591620717411303424 1180591620717411303424 5 4 1"}));
}

TEST(AggregateTest, ColumnsWithoutValues) {
  const auto spec = Spec(Schema({{"x", Kind::kNull}}), {},
                         {AggregateKind::kCount, AggregateKind::kSum, AggregateKind::kMin, AggregateKind::kMean, AggregateKind::kNunique}, 0);
  const Batch batch = MakeBatch({arrow::ArrayData::Make(DType(Kind::kNull).arrow_type(), 3, {nullptr}, 3)});
  EXPECT_EQ(RunLines(spec, batch), (std::vector<std::string>{"0 0 NA NA 0"}));
}

TEST(AggregateTest, InfinitiesStay) {
  const auto spec = Spec(Schema({{"k", Kind::kInt64}, {"x", Kind::kFloat64}}), {0}, {AggregateKind::kSum, AggregateKind::kMean, AggregateKind::kMax}, 1);
  const double inf = std::numeric_limits<double>::infinity();
  const Batch batch = MakeBatch({Ints({1, 1, 2, 2}), Floats({inf, 1, inf, -inf})});
  EXPECT_EQ(RunLines(spec, batch, 2), (std::vector<std::string>{"1 inf inf inf", "2 NA NA inf"}));
}

TEST(AggregateTest, SumsAreCompensated) {
  const auto spec = Spec(Schema({{"x", Kind::kFloat64}}), {}, {AggregateKind::kSum}, 0);
  std::vector<Table> partitions;
  for (double value : {1e16, 1.0, 1.0, 1.0, -1e16}) partitions.push_back(OneBatch(spec.input, MakeBatch({Floats({value})})));
  const Steps steps{*MakePartialAggregate(spec), *MakeMergeAggregate(spec), *MakeFinalAggregate(spec)};
  EXPECT_EQ(Lines(RunSteps(steps, spec.input, partitions).ValueOrDie()), (std::vector<std::string>{"3"}));
}

}  // namespace
}  // namespace cask
