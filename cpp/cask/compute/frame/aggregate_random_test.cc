// Random group-bys against a model of maps: any cut into partitions and batches gives the same groups.
#include <cmath>
#include <map>
#include <random>

#include "cask/compute/frame/aggregate.h"
#include "cask/compute/frame/test_tables.h"

namespace cask {
namespace {

using namespace test;

struct ModelGroup {
  int64_t size = 0;
  std::vector<int64_t> ints;
  std::vector<double> floats;
  std::map<std::string, int> texts;
};

struct RandomData {
  Schema schema{{{"a", Kind::kInt64}, {"b", Kind::kFloat64}, {"c", Kind::kString}, {"i", Kind::kInt64}, {"f", Kind::kFloat64}, {"s", Kind::kString}}};
  std::vector<int64_t> a, i;
  std::vector<double> b, f;
  std::vector<std::optional<std::string>> c, s;
};

RandomData MakeData(std::mt19937_64& random) {
  RandomData data;
  const auto n = static_cast<int64_t>(random() % (random() % 4 == 0 ? 60000 : 500));
  const uint64_t spread = uint64_t{1} << (random() % 30);
  const uint64_t float_spread = random() % 2 == 0 ? 7 : 100000;
  for (int64_t row = 0; row < n; ++row) {
    const uint64_t outlier = random() % 1000 == 0 ? uint64_t{1} << 50 : 0;
    data.a.push_back(static_cast<int64_t>(random() % spread + outlier) - static_cast<int64_t>(spread / 2));
    data.b.push_back(random() % 10 == 0 ? kNaN : static_cast<double>(random() % float_spread) / (random() % 2 == 0 ? 1 : 4) - 2);
    data.c.push_back(random() % 10 == 0 ? std::nullopt : std::optional(std::string(random() % 24, 'x') + std::to_string(random() % 3)));
    data.i.push_back(static_cast<int64_t>(random() % 1000) - 500);
    data.f.push_back(random() % 8 == 0 ? kNaN : static_cast<double>(random() % 100000) / 7 - 3000);
    data.s.push_back(random() % 8 == 0 ? std::nullopt : std::optional(std::to_string(random() % 50)));
  }
  return data;
}

double RelativeError(double got, double want) { return std::abs(got - want) / std::max(1.0, std::abs(want)); }

void CheckGroup(const ModelGroup& group, const Batch& results, int64_t row, int at) {
  const auto int_at = [&](int i) { return Values<int64_t>(results.columns[at + i])[row]; };
  const auto float_at = [&](int i) { return Values<double>(results.columns[at + i])[row]; };
  int64_t int_sum = 0;
  for (int64_t value : group.ints) int_sum += value;
  EXPECT_EQ(int_at(0), group.size);
  EXPECT_EQ(int_at(1), int_sum);
  EXPECT_EQ(int_at(2), *std::min_element(group.ints.begin(), group.ints.end()));
  EXPECT_EQ(int_at(3), group.ints.front());
  long double sum = 0, deviations = 0;
  for (double value : group.floats) sum += value;
  const auto n = static_cast<int64_t>(group.floats.size());
  const long double mean = sum / std::max<int64_t>(n, 1);
  for (double value : group.floats) deviations += (value - mean) * (value - mean);
  EXPECT_EQ(int_at(4), n);
  EXPECT_LT(RelativeError(float_at(5), static_cast<double>(sum)), 1e-14);
  if (n > 0) {
    EXPECT_LT(RelativeError(float_at(6), static_cast<double>(mean)), 1e-14);
    EXPECT_EQ(float_at(8), *std::max_element(group.floats.begin(), group.floats.end()));
    std::vector<double> sorted = group.floats;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(float_at(9), (sorted[(n - 1) / 2] + sorted[n / 2]) / 2);
  } else {
    EXPECT_TRUE(std::isnan(float_at(6)) && std::isnan(float_at(8)) && std::isnan(float_at(9)));
  }
  if (n > 1) {
    EXPECT_LT(RelativeError(float_at(7), static_cast<double>(deviations / (n - 1))), 1e-11);
  } else {
    EXPECT_TRUE(std::isnan(float_at(7)));
  }
  EXPECT_EQ(int_at(10), static_cast<int64_t>(group.texts.size()));
  EXPECT_EQ(ValueText(results.columns[at + 11], Kind::kString, row), group.texts.empty() ? "NA" : group.texts.begin()->first);
}

class RandomAggregateTest : public testing::TestWithParam<uint64_t> {};

TEST_P(RandomAggregateTest, AgreesWithModel) {
  const uint64_t seed = GetParam();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const RandomData data = MakeData(random);
  GroupBySpec spec;
  spec.input = data.schema;
  for (int key = 0; key < 3; ++key) {
    if (random() % 2 == 0) spec.keys.push_back(key);
  }
  if (spec.keys.empty()) spec.keys.push_back(static_cast<int>(random() % 3));
  spec.sort = false;
  spec.dropna = random() % 2 == 0;
  spec.aggregates = {{.kind = AggregateKind::kSize}, {AggregateKind::kSum, 3}, {AggregateKind::kMin, 3}, {AggregateKind::kFirst, 3},
                     {AggregateKind::kCount, 4}, {AggregateKind::kSum, 4}, {AggregateKind::kMean, 4}, {AggregateKind::kVar, 4},
                     {AggregateKind::kMax, 4}, {AggregateKind::kMedian, 4}, {AggregateKind::kNunique, 5}, {AggregateKind::kMin, 5}};

  std::map<std::string, size_t> number_of;
  std::vector<std::string> keys;
  std::vector<ModelGroup> groups;
  const Batch batch = MakeBatch({Ints(data.a), Floats(data.b), Texts(data.c), Ints(data.i), Floats(data.f), Texts(data.s)});
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    std::string key;
    bool missing = false;
    for (int k : spec.keys) {
      const DType& type = data.schema.field(k).type;
      missing |= IsMissing(batch.columns[k], type, row);
      key += ValueText(batch.columns[k], type, row) + " ";
    }
    if (missing && spec.dropna) continue;
    const auto [at, is_new] = number_of.emplace(key, groups.size());
    if (is_new) groups.emplace_back(), keys.push_back(key);
    ModelGroup& group = groups[at->second];
    ++group.size;
    group.ints.push_back(data.i[row]);
    if (!std::isnan(data.f[row])) group.floats.push_back(data.f[row]);
    if (data.s[row]) ++group.texts[*data.s[row]];
  }

  const Steps steps{*MakePartialAggregate(spec), *MakeMergeAggregate(spec), *MakeFinalAggregate(spec)};
  const auto result = RunSteps(steps, spec.input, CutUp(spec.input, batch, random(), 12, 6));
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->num_rows(), static_cast<int64_t>(groups.size()));
  size_t number = 0;
  for (const Batch& results : result->batches) {
    for (int64_t row = 0; row < results.num_rows; ++row, ++number) {
      std::string key;
      for (size_t k = 0; k < spec.keys.size(); ++k) {
        key += ValueText(results.columns[k], data.schema.field(spec.keys[k]).type, row) + " ";
      }
      ASSERT_EQ(key, keys[number]);
      CheckGroup(groups[number], results, row, static_cast<int>(spec.keys.size()));
      if (HasFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomAggregateTest, testing::Range<uint64_t>(1, 61));

}  // namespace
}  // namespace cask
