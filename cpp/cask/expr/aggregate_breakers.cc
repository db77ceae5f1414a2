// The breakers that group rows: aggregation, value counts, mode, distinct rows, quantiles.
#include "cask/expr/breakers.h"

#include "cask/data/label.h"

namespace cask {
namespace {

std::string NamesOf(const Schema& schema, const std::vector<int>& positions) {
  std::string names;
  for (int position : positions) names += (names.empty() ? "" : ", ") + PrintLabel(schema.field(position).name);
  return names;
}

class Aggregation final : public Breaker {
 public:
  explicit Aggregation(GroupBySpec spec) : spec_(std::move(spec)) {}

  std::string_view name() const override { return spec_.keys.empty() ? "aggregate" : "groupby"; }

  std::string Describe(const Schema& input) const override {
    std::string text = spec_.keys.empty() ? "aggregate:" : "group by " + NamesOf(input, spec_.keys) + ":";
    for (const Aggregate& aggregate : spec_.aggregates) {
      text += fmt::format(" {}({})", AggregateName(aggregate.kind), aggregate.column < 0 ? "" : PrintLabel(input.field(aggregate.column).name));
    }
    return text;
  }

  BreakerSpec spec() const override { return spec_; }

  // pandas adds up in 64 bits and then goes back to the column's type if it can.
  std::optional<DType> FittingType(const Schema& input, int column) const override {
    const int position = column - static_cast<int>(spec_.keys.size());
    if (spec_.keys.empty() || position < 0) return std::nullopt;
    const Aggregate& aggregate = spec_.aggregates[position];
    if ((aggregate.kind != AggregateKind::kSum && aggregate.kind != AggregateKind::kProd) || !input.field(aggregate.column).type.is_integer()) {
      return std::nullopt;
    }
    return input.field(aggregate.column).type;
  }

  Result<BreakerSinks> MakeSinks(const Schema& input) const override {
    GroupBySpec spec = spec_;
    spec.input = input;
    BreakerSinks sinks;
    ARROW_ASSIGN_OR_RAISE(sinks.partial, MakePartialAggregate(spec));
    ARROW_ASSIGN_OR_RAISE(sinks.merge, MakeMergeAggregate(spec));
    ARROW_ASSIGN_OR_RAISE(sinks.final, MakeFinalAggregate(spec));
    return sinks;
  }

 private:
  GroupBySpec spec_;
};

// value_counts and mode: a count of distinct rows with a last step of its own.
class Counting final : public Breaker {
 public:
  explicit Counting(CountingSpec spec) : spec_(std::move(spec)) {}

  std::string_view name() const override { return spec_.options ? "value_counts" : "mode"; }
  std::string Describe(const Schema& input) const override { return fmt::format("{} of {}", name(), NamesOf(input, spec_.keys)); }

  BreakerSpec spec() const override { return spec_; }

  Result<BreakerSinks> MakeSinks(const Schema& input) const override {
    const GroupBySpec spec = ValueCountsSpec(input, spec_.keys, spec_.dropna);
    BreakerSinks sinks;
    ARROW_ASSIGN_OR_RAISE(sinks.partial, MakePartialAggregate(spec));
    ARROW_ASSIGN_OR_RAISE(sinks.merge, MakeMergeAggregate(spec));
    ARROW_ASSIGN_OR_RAISE(sinks.final, spec_.options ? MakeValueCountsFinal(spec, *spec_.options) : MakeModeFinal(spec));
    return sinks;
  }

 private:
  CountingSpec spec_;
};

class Distinct final : public Breaker {
 public:
  explicit Distinct(DistinctSpec spec) : spec_(std::move(spec)) {}

  std::string_view name() const override { return "distinct"; }
  std::string Describe(const Schema& input) const override { return "distinct by " + NamesOf(input, spec_.keys); }
  BreakerSpec spec() const override { return spec_; }
  Result<BreakerSinks> MakeSinks(const Schema& input) const override {
    const auto sink = MakeDistinct(input, spec_.keys, spec_.keep);
    return BreakerSinks{sink, sink, spec_.keep == KeepRow::kFirstTwo ? MakeDistinct(input, spec_.keys, KeepRow::kOnly) : sink};
  }
  bool keeps_rows() const override { return true; }

 private:
  DistinctSpec spec_;
};

class Quantiles final : public Breaker {
 public:
  explicit Quantiles(QuantileSpec spec) : spec_(std::move(spec)) {}

  std::string_view name() const override { return "quantile"; }
  std::string Describe(const Schema& input) const override { return "quantiles of " + NamesOf(input, spec_.columns); }
  BreakerSpec spec() const override { return spec_; }
  Result<BreakerSinks> MakeSinks(const Schema& input) const override {
    QuantileSpec spec = spec_;
    spec.input = input;
    BreakerSinks sinks;
    ARROW_ASSIGN_OR_RAISE(sinks.partial, MakePartialQuantile(spec));
    ARROW_ASSIGN_OR_RAISE(sinks.merge, MakeMergeQuantile(spec));
    ARROW_ASSIGN_OR_RAISE(sinks.final, MakeFinalQuantile(spec));
    return sinks;
  }

 private:
  QuantileSpec spec_;
};

}  // namespace

std::shared_ptr<const Breaker> MakeBreaker(GroupBySpec spec) { return std::make_shared<Aggregation>(std::move(spec)); }
std::shared_ptr<const Breaker> MakeBreaker(CountingSpec spec) { return std::make_shared<Counting>(std::move(spec)); }
std::shared_ptr<const Breaker> MakeBreaker(DistinctSpec spec) { return std::make_shared<Distinct>(std::move(spec)); }
std::shared_ptr<const Breaker> MakeBreaker(QuantileSpec spec) { return std::make_shared<Quantiles>(std::move(spec)); }

}  // namespace cask
