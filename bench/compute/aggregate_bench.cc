// Aggregation, batch by batch, as tasks do it: time a row. Run: aggregate_bench --benchmark_filter=...
#include <benchmark/benchmark.h>

#include <random>

#include "cask/compute/frame/aggregate.h"
#include "cask/compute/frame/sort.h"
#include "cask/compute/frame/string_builder.h"
#include "cask/compute/frame/top_k.h"
#include "cask/compute/frame/value_counts.h"

namespace cask {
namespace {

constexpr int64_t kRowsABatch = 1 << 16;

template <typename T, typename Make>
Column FixedColumn(const DType& type, int64_t n, Make make) {
  std::vector<T> values(n);
  for (T& value : values) value = make();
  return MakeFixedColumn(type, n, arrow::Buffer::FromVector(std::move(values)));
}

/// Some batches of taxi rides: payment_type, passenger_count, hour, amount, vendor.
const std::vector<Batch>& Rides() {
  static const std::vector<Batch> batches = [] {
    std::mt19937_64 random(1);
    std::vector<Batch> made;
    for (int b = 0; b < 8; ++b) {
      Batch batch;
      batch.num_rows = kRowsABatch;
      batch.columns.push_back(FixedColumn<int64_t>(Kind::kInt64, kRowsABatch, [&] { return random() % 3 == 0 ? 1 + random() % 5 : 1 + random() % 2; }));
      batch.columns.push_back(FixedColumn<double>(Kind::kFloat64, kRowsABatch, [&] { return random() % 3 == 0 ? random() % 7 : 1; }));
      batch.columns.push_back(FixedColumn<int32_t>(Kind::kInt32, kRowsABatch, [&] { return random() % 24; }));
      batch.columns.push_back(FixedColumn<double>(Kind::kFloat64, kRowsABatch, [&] { return static_cast<double>(random() % 10000) / 100; }));
      StringBuilder vendors(arrow::default_memory_pool());
      for (int64_t i = 0; i < kRowsABatch; ++i) (void)vendors.Append(random() % 2 == 0 ? "CMT" : random() % 5 == 0 ? "Dispute" : "VTS");
      batch.columns.push_back(vendors.Finish(Kind::kString).ValueOrDie());
      batch.columns.push_back(FixedColumn<int64_t>(Kind::kInt64, kRowsABatch, [&] { return random(); }));
      made.push_back(std::move(batch));
    }
    return made;
  }();
  return batches;
}

Schema RideSchema() {
  return Schema({{"payment_type", Kind::kInt64}, {"passenger_count", Kind::kFloat64}, {"hour", Kind::kInt32}, {"amount", Kind::kFloat64},
                 {"vendor", Kind::kString}, {"id", Kind::kInt64}});
}

void Feed(benchmark::State& state, const Sink& sink) {
  TaskContext context(0);
  auto open = sink.Open(context).ValueOrDie();
  size_t at = 0;
  for (auto _ : state) {
    if (!open->Consume(Rides()[at++ % Rides().size()]).ok()) state.SkipWithError("consume failed");
  }
  state.SetItemsProcessed(state.iterations() * kRowsABatch);
}

void BM_ValueCounts(benchmark::State& state) {
  const auto column = static_cast<int>(state.range(0));
  Feed(state, **MakePartialAggregate(ValueCountsSpec(RideSchema(), {column}, true)));
}
BENCHMARK(BM_ValueCounts)->ArgName("column")->Arg(0)->Arg(1)->Arg(4);

void BM_GroupByTwoKeys(benchmark::State& state) {
  GroupBySpec spec;
  spec.input = RideSchema();
  spec.keys = {1, 2};
  for (AggregateKind kind : {AggregateKind::kMean, AggregateKind::kSum, AggregateKind::kCount}) spec.aggregates.push_back({kind, 3});
  Feed(state, **MakePartialAggregate(spec));
}
BENCHMARK(BM_GroupByTwoKeys);

void BM_Reduce(benchmark::State& state) {
  GroupBySpec spec;
  spec.input = RideSchema();
  spec.aggregates = {{static_cast<AggregateKind>(state.range(0)), 3}};
  state.SetLabel(std::string(AggregateName(spec.aggregates[0].kind)));
  Feed(state, **MakePartialAggregate(spec));
  state.SetBytesProcessed(state.iterations() * kRowsABatch * 8);
}
BENCHMARK(BM_Reduce)->DenseRange(static_cast<int>(AggregateKind::kCount), static_cast<int>(AggregateKind::kVar));

/// 2^23 rows, nearly all with a key of their own.
void BM_ManyGroups(benchmark::State& state) {
  std::mt19937_64 random(2);
  GroupBySpec spec;
  spec.input = Schema({{"k", Kind::kInt64}, {"x", Kind::kFloat64}});
  spec.keys = {0};
  spec.aggregates = {{AggregateKind::kSum, 1}};
  const auto sink = *MakePartialAggregate(spec);
  std::vector<Batch> batches;
  for (int b = 0; b < 128; ++b) {
    batches.push_back({kRowsABatch,
                       {FixedColumn<int64_t>(Kind::kInt64, kRowsABatch, [&] { return random() % 20'000'000; }),
                        FixedColumn<double>(Kind::kFloat64, kRowsABatch, [&] { return 1.5; })}});
  }
  for (auto _ : state) {
    TaskContext context(0);
    auto open = sink->Open(context).ValueOrDie();
    for (const Batch& batch : batches) {
      if (!open->Consume(batch).ok()) state.SkipWithError("consume failed");
    }
    benchmark::DoNotOptimize(open->Finish());
  }
  state.SetItemsProcessed(state.iterations() * kRowsABatch * 128);
}
BENCHMARK(BM_ManyGroups)->Unit(benchmark::kMillisecond)->Iterations(2);

void BM_Sort(benchmark::State& state) {
  const SortSpec spec{RideSchema(), {static_cast<int>(state.range(0))}, {true}};
  const auto sink = MakeSort(spec);
  for (auto _ : state) {
    TaskContext context(0);
    auto open = sink->Open(context).ValueOrDie();
    for (const Batch& batch : Rides()) (void)open->Consume(batch);
    benchmark::DoNotOptimize(open->Finish());
  }
  state.SetItemsProcessed(state.iterations() * kRowsABatch * static_cast<int64_t>(Rides().size()));
}
BENCHMARK(BM_Sort)->ArgName("column")->Arg(0)->Arg(3)->Arg(4)->Arg(5);

void BM_TopK(benchmark::State& state) {
  const TopKSpec spec{RideSchema(), {5}, 10};
  Feed(state, **MakePartialTopK(spec));
}
BENCHMARK(BM_TopK);

}  // namespace
}  // namespace cask

BENCHMARK_MAIN();
