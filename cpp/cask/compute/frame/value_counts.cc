#include "cask/compute/frame/value_counts.h"

#include <numeric>

#include "cask/compute/frame/aggregation.h"
#include "cask/compute/frame/gather.h"
#include "cask/compute/frame/row_order.h"

namespace cask {
namespace {

bool IsCategory(const GroupBySpec& spec) {
  return spec.keys.size() == 1 && spec.input.field(spec.keys[0]).type.kind() == Kind::kCategory;
}

/// The distinct rows and, in the last column, how often each occurs.
class CountedState : public SinkState {
 public:
  CountedState(std::unique_ptr<Aggregation> aggregation, Schema counted, arrow::MemoryPool* pool)
      : counted_(std::move(counted)), pool_(pool), aggregation_(std::move(aggregation)) {}

  Result<SinkWants> Consume(Batch batch) override {
    ARROW_RETURN_NOT_OK(aggregation_->AddStates(batch));
    return SinkWants::kMore;
  }

 protected:
  /// The keys and counts in order of first appearance; with `all_categories` in order of value.
  Result<Batch> Count(bool all_categories) {
    if (all_categories) ARROW_RETURN_NOT_OK(aggregation_->AddUnobserved());
    ARROW_ASSIGN_OR_RAISE(Batch counted, aggregation_->FinishResults());
    if (!all_categories) return counted;
    return SortBy({{counted.columns[0], counted_.field(0).type}}, counted);
  }

  Result<Batch> SortBy(const std::vector<OrderKey>& keys, const Batch& batch) {
    std::vector<uint32_t> rows = AllRows(batch.num_rows);
    ARROW_RETURN_NOT_OK(SortRows(keys, &rows));
    return GatherBatch(batch, counted_, rows, pool_);
  }

  std::vector<OrderKey> KeysOf(const Batch& batch) const {
    std::vector<OrderKey> keys;
    for (int k = 0; k + 1 < counted_.size(); ++k) keys.push_back({batch.columns[k], counted_.field(k).type});
    return keys;
  }

  Schema counted_;  // the keys and the count
  arrow::MemoryPool* pool_;

 private:
  std::unique_ptr<Aggregation> aggregation_;
};

class ValueCountsState final : public CountedState {
 public:
  ValueCountsState(std::unique_ptr<Aggregation> aggregation, Schema counted, bool is_category, const ValueCountsOptions& options,
                   Schema schema, arrow::MemoryPool* pool)
      : CountedState(std::move(aggregation), std::move(counted), pool), is_category_(is_category), options_(options), schema_(std::move(schema)) {}

  Result<Table> Finish() override {
    ARROW_ASSIGN_OR_RAISE(Batch counted, Count(is_category_));
    // pandas counts the missing of its masked arrays apart from the others.
    if (counted_.field(0).type.nullable() && counted_.size() == 2) {
      ARROW_ASSIGN_OR_RAISE(counted, MoveMissingLast(counted));
    }
    if (options_.sort_keys) {
      ARROW_ASSIGN_OR_RAISE(counted, SortBy(KeysOf(counted), counted));
    }
    if (options_.sort) {
      const OrderKey by_count{counted.columns.back(), Kind::kInt64, options_.ascending};
      ARROW_ASSIGN_OR_RAISE(counted, SortBy({by_count}, counted));
    }
    if (options_.normalize) ARROW_RETURN_NOT_OK(Normalize(&counted));
    return MakeTable(schema_, std::move(counted));
  }

 private:
  Result<Batch> MoveMissingLast(const Batch& counted) {
    std::vector<uint32_t> rows = AllRows(counted.num_rows);
    const auto is_present = [&](uint32_t row) { return !IsMissing(counted.columns[0], counted_.field(0).type, row); };
    std::stable_partition(rows.begin(), rows.end(), is_present);
    return GatherBatch(counted, counted_, rows, pool_);
  }

  Status Normalize(Batch* counted) {
    const int64_t n = counted->num_rows;
    const int64_t* counts = Values<int64_t>(counted->columns.back());
    const auto total = static_cast<double>(std::accumulate(counts, counts + n, int64_t{0}));
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> shares, arrow::AllocateBuffer(n * sizeof(double), pool_));
    auto* out = reinterpret_cast<double*>(shares->mutable_data());
    for (int64_t i = 0; i < n; ++i) out[i] = static_cast<double>(counts[i]) / total;
    counted->columns.back() = MakeFixedColumn(schema_.fields().back().type, n, std::move(shares));
    return Status::OK();
  }

  bool is_category_;
  ValueCountsOptions options_;
  Schema schema_;  // of the result
};

class ModeState final : public CountedState {
 public:
  using CountedState::CountedState;

  Result<Table> Finish() override {
    ARROW_ASSIGN_OR_RAISE(Batch counted, Count(false));
    const int64_t* counts = Values<int64_t>(counted.columns.back());
    const int64_t most = counted.num_rows == 0 ? 0 : *std::max_element(counts, counts + counted.num_rows);
    std::vector<uint32_t> rows;
    for (int64_t i = 0; i < counted.num_rows; ++i) {
      if (counts[i] == most) rows.push_back(static_cast<uint32_t>(i));
    }
    std::vector<OrderKey> keys_in_order = KeysOf(counted);
    for (OrderKey& key : keys_in_order) {
      // pandas sorts the modes of categories by code, and a missing one's is -1.
      if (key.type.kind() == Kind::kCategory) key.missing = MissingPosition::kFirst;
    }
    ARROW_RETURN_NOT_OK(SortRows(keys_in_order, &rows));
    ARROW_ASSIGN_OR_RAISE(Batch modes, GatherBatch(counted, counted_, rows, pool_));
    modes.columns.pop_back();
    Schema keys;
    for (int k = 0; k + 1 < counted_.size(); ++k) keys.Add(counted_.field(k));
    return MakeTable(std::move(keys), std::move(modes));
  }
};

class CountedSink final : public Sink {
 public:
  /// No options: the mode.
  CountedSink(GroupBySpec spec, AggregatePlan plan, std::optional<ValueCountsOptions> options, Schema schema)
      : spec_(std::make_shared<GroupBySpec>(std::move(spec))),
        plan_(std::make_shared<AggregatePlan>(std::move(plan))),
        options_(options),
        schema_(std::move(schema)) {}

  Result<std::unique_ptr<SinkState>> Open(TaskContext& context) const override {
    ARROW_ASSIGN_OR_RAISE(auto aggregation, Aggregation::Make(spec_, plan_, context.pool()));
    if (!options_) return std::make_unique<ModeState>(std::move(aggregation), plan_->result_schema, context.pool());
    return std::make_unique<ValueCountsState>(std::move(aggregation), plan_->result_schema, IsCategory(*spec_), *options_, schema_,
                                              context.pool());
  }
  const Schema& schema() const override { return schema_; }
  std::string Describe() const override { return options_ ? "finish value counts" : "finish mode"; }

 private:
  std::shared_ptr<const GroupBySpec> spec_;
  std::shared_ptr<const AggregatePlan> plan_;
  std::optional<ValueCountsOptions> options_;
  Schema schema_;
};

}  // namespace

GroupBySpec ValueCountsSpec(Schema input, std::vector<int> keys, bool dropna) {
  GroupBySpec spec;
  spec.input = std::move(input);
  spec.keys = std::move(keys);
  spec.aggregates = {Aggregate{.kind = AggregateKind::kSize, .name = "count"}};
  spec.sort = false;
  spec.dropna = dropna;
  return spec;
}

Result<std::shared_ptr<const Sink>> MakeValueCountsFinal(const GroupBySpec& spec, const ValueCountsOptions& options) {
  ARROW_ASSIGN_OR_RAISE(AggregatePlan plan, PlanAggregates(spec));
  Schema schema;
  for (int key : spec.keys) schema.Add(spec.input.field(key));
  const bool nullable = spec.keys.size() == 1 && schema.field(0).type.nullable();
  const Kind kind = options.normalize ? Kind::kFloat64 : Kind::kInt64;
  const bool is_text = nullable && schema.field(0).type.kind() == Kind::kString;
  schema.Add({options.normalize ? "proportion" : "count", is_text ? DType::ArrowBacked(kind) : nullable ? DType::Nullable(kind) : DType(kind)});
  return std::make_shared<const CountedSink>(spec, std::move(plan), options, std::move(schema));
}

Result<std::shared_ptr<const Sink>> MakeModeFinal(const GroupBySpec& spec) {
  ARROW_ASSIGN_OR_RAISE(AggregatePlan plan, PlanAggregates(spec));
  Schema schema;
  for (int key : spec.keys) schema.Add(spec.input.field(key));
  return std::make_shared<const CountedSink>(spec, std::move(plan), std::nullopt, std::move(schema));
}

}  // namespace cask
