#include "cask/compute/frame/aggregate.h"

#include "cask/base/check.h"
#include "cask/compute/frame/aggregation.h"
#include "cask/compute/frame/gather.h"
#include "cask/compute/frame/row_order.h"

namespace cask {
namespace {

enum class Step : uint8_t { kPartial, kMerge, kFinal };

class AggregateSinkState final : public SinkState {
 public:
  AggregateSinkState(std::shared_ptr<const GroupBySpec> spec, std::shared_ptr<const AggregatePlan> plan, Step step,
                     std::unique_ptr<Aggregation> aggregation, arrow::MemoryPool* pool)
      : spec_(std::move(spec)), plan_(std::move(plan)), step_(step), aggregation_(std::move(aggregation)), pool_(pool) {}

  Result<SinkWants> Consume(Batch batch) override {
    ARROW_RETURN_NOT_OK(step_ == Step::kPartial ? aggregation_->AddRows(batch) : aggregation_->AddStates(batch));
    return SinkWants::kMore;
  }

  Result<Table> Finish() override {
    if (step_ != Step::kFinal) {
      ARROW_ASSIGN_OR_RAISE(Batch states, aggregation_->FinishStates());
      Table table;
      table.schema = plan_->state_schema;
      table.batches.push_back(std::move(states));
      return table;
    }
    if (!spec_->observed) ARROW_RETURN_NOT_OK(aggregation_->AddUnobserved());
    const Schema& schema = plan_->result_schema;
    ARROW_ASSIGN_OR_RAISE(Batch results, aggregation_->FinishResults());
    if (!spec_->sort || spec_->keys.empty()) return MakeTable(schema, std::move(results));
    std::vector<OrderKey> keys;
    for (size_t k = 0; k < spec_->keys.size(); ++k) keys.push_back({results.columns[k], schema.field(static_cast<int>(k)).type});
    std::vector<uint32_t> rows = AllRows(results.num_rows);
    ARROW_RETURN_NOT_OK(SortRows(keys, &rows));
    ARROW_ASSIGN_OR_RAISE(results, GatherBatch(results, schema, rows, pool_));
    return MakeTable(schema, std::move(results));
  }

 private:
  std::shared_ptr<const GroupBySpec> spec_;
  std::shared_ptr<const AggregatePlan> plan_;
  Step step_;
  std::unique_ptr<Aggregation> aggregation_;
  arrow::MemoryPool* pool_;
};

class AggregateSink final : public Sink {
 public:
  AggregateSink(GroupBySpec spec, AggregatePlan plan, Step step)
      : spec_(std::make_shared<GroupBySpec>(std::move(spec))), plan_(std::make_shared<AggregatePlan>(std::move(plan))), step_(step) {}

  Result<std::unique_ptr<SinkState>> Open(TaskContext& context) const override {
    ARROW_ASSIGN_OR_RAISE(auto aggregation, Aggregation::Make(spec_, plan_, context.pool()));
    return std::make_unique<AggregateSinkState>(spec_, plan_, step_, std::move(aggregation), context.pool());
  }

  const Schema& schema() const override { return step_ == Step::kFinal ? plan_->result_schema : plan_->state_schema; }

  std::string Describe() const override {
    std::string text = step_ == Step::kPartial ? "aggregate" : step_ == Step::kMerge ? "merge aggregates" : "finish aggregates";
    for (size_t i = 0; i < spec_->aggregates.size(); ++i) {
      const Aggregate& aggregate = spec_->aggregates[i];
      text += fmt::format("{} {}({})", i == 0 ? ":" : ",", AggregateName(aggregate.kind),
                          aggregate.column < 0 ? "" : spec_->input.field(aggregate.column).name);
    }
    for (size_t i = 0; i < spec_->keys.size(); ++i) {
      text += fmt::format("{} {}", i == 0 ? " by" : ",", spec_->input.field(spec_->keys[i]).name);
    }
    return text;
  }

 private:
  std::shared_ptr<const GroupBySpec> spec_;
  std::shared_ptr<const AggregatePlan> plan_;
  Step step_;
};

Result<std::shared_ptr<const Sink>> MakeSink(const GroupBySpec& spec, Step step) {
  ARROW_ASSIGN_OR_RAISE(AggregatePlan plan, PlanAggregates(spec));
  return std::make_shared<const AggregateSink>(spec, std::move(plan), step);
}

}  // namespace

Result<std::shared_ptr<const Sink>> MakePartialAggregate(const GroupBySpec& spec) { return MakeSink(spec, Step::kPartial); }
Result<std::shared_ptr<const Sink>> MakeMergeAggregate(const GroupBySpec& spec) { return MakeSink(spec, Step::kMerge); }
Result<std::shared_ptr<const Sink>> MakeFinalAggregate(const GroupBySpec& spec) { return MakeSink(spec, Step::kFinal); }

Result<Schema> AggregateStateSchema(const GroupBySpec& spec) {
  ARROW_ASSIGN_OR_RAISE(AggregatePlan plan, PlanAggregates(spec));
  return plan.state_schema;
}

}  // namespace cask
