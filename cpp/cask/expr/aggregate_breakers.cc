// The breakers that group rows: aggregation, value counts, mode, distinct rows, quantiles.
#include "cask/expr/breakers.h"

#include "cask/data/label.h"

namespace cask {
namespace {

void AddPositions(Tokenizer* tokenizer, const std::vector<int>& positions) {
  tokenizer->Add(static_cast<int64_t>(positions.size()));
  for (int position : positions) tokenizer->Add(int64_t{position});
}

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

  void AddToToken(Tokenizer* tokenizer) const override {
    AddPositions(tokenizer, spec_.keys);
    tokenizer->Add(int64_t{spec_.sort}).Add(int64_t{spec_.dropna}).Add(int64_t{spec_.observed});
    for (const Aggregate& aggregate : spec_.aggregates) {
      tokenizer->Add(AggregateName(aggregate.kind)).Add(int64_t{aggregate.column}).Add(int64_t{aggregate.ddof});
      tokenizer->Add(int64_t{aggregate.skipna}).Add(aggregate.min_count).Add(int64_t{aggregate.dropna}).Add(aggregate.name);
    }
  }

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
  Counting(std::vector<int> keys, bool dropna, std::optional<ValueCountsOptions> options)
      : keys_(std::move(keys)), dropna_(dropna), options_(options) {}

  std::string_view name() const override { return options_ ? "value_counts" : "mode"; }
  std::string Describe(const Schema& input) const override { return fmt::format("{} of {}", name(), NamesOf(input, keys_)); }

  void AddToToken(Tokenizer* tokenizer) const override {
    AddPositions(tokenizer, keys_);
    tokenizer->Add(int64_t{dropna_});
    if (!options_) return;
    tokenizer->Add(int64_t{options_->normalize}).Add(int64_t{options_->sort}).Add(int64_t{options_->ascending});
    tokenizer->Add(int64_t{options_->sort_keys});
  }

  Result<BreakerSinks> MakeSinks(const Schema& input) const override {
    const GroupBySpec spec = ValueCountsSpec(input, keys_, dropna_);
    BreakerSinks sinks;
    ARROW_ASSIGN_OR_RAISE(sinks.partial, MakePartialAggregate(spec));
    ARROW_ASSIGN_OR_RAISE(sinks.merge, MakeMergeAggregate(spec));
    ARROW_ASSIGN_OR_RAISE(sinks.final, options_ ? MakeValueCountsFinal(spec, *options_) : MakeModeFinal(spec));
    return sinks;
  }

 private:
  std::vector<int> keys_;
  bool dropna_;
  std::optional<ValueCountsOptions> options_;  // none: mode
};

class Distinct final : public Breaker {
 public:
  Distinct(std::vector<int> keys, KeepRow keep) : keys_(std::move(keys)), keep_(keep) {}

  std::string_view name() const override { return "distinct"; }
  std::string Describe(const Schema& input) const override { return "distinct by " + NamesOf(input, keys_); }
  void AddToToken(Tokenizer* tokenizer) const override {
    AddPositions(tokenizer, keys_);
    tokenizer->Add(static_cast<int64_t>(keep_));
  }
  Result<BreakerSinks> MakeSinks(const Schema& input) const override {
    const auto sink = MakeDistinct(input, keys_, keep_);
    return BreakerSinks{sink, sink, keep_ == KeepRow::kFirstTwo ? MakeDistinct(input, keys_, KeepRow::kOnly) : sink};
  }
  bool keeps_rows() const override { return true; }

 private:
  std::vector<int> keys_;
  KeepRow keep_;
};

class Quantiles final : public Breaker {
 public:
  Quantiles(std::vector<int> columns, std::vector<double> quantiles, Interpolation interpolation)
      : columns_(std::move(columns)), quantiles_(std::move(quantiles)), interpolation_(interpolation) {}

  std::string_view name() const override { return "quantile"; }
  std::string Describe(const Schema& input) const override { return "quantiles of " + NamesOf(input, columns_); }
  void AddToToken(Tokenizer* tokenizer) const override {
    AddPositions(tokenizer, columns_);
    for (double quantile : quantiles_) tokenizer->Add(quantile);
    tokenizer->Add(static_cast<int64_t>(interpolation_));
  }
  Result<BreakerSinks> MakeSinks(const Schema& input) const override {
    const QuantileSpec spec{input, columns_, quantiles_, interpolation_};
    BreakerSinks sinks;
    ARROW_ASSIGN_OR_RAISE(sinks.partial, MakePartialQuantile(spec));
    ARROW_ASSIGN_OR_RAISE(sinks.merge, MakeMergeQuantile(spec));
    ARROW_ASSIGN_OR_RAISE(sinks.final, MakeFinalQuantile(spec));
    return sinks;
  }

 private:
  std::vector<int> columns_;
  std::vector<double> quantiles_;
  Interpolation interpolation_;
};

}  // namespace

std::shared_ptr<const Breaker> AggregateBreaker(GroupBySpec spec) { return std::make_shared<Aggregation>(std::move(spec)); }

std::shared_ptr<const Breaker> ValueCountsBreaker(std::vector<int> keys, bool dropna, ValueCountsOptions options) {
  return std::make_shared<Counting>(std::move(keys), dropna, options);
}

std::shared_ptr<const Breaker> ModeBreaker(std::vector<int> keys, bool dropna) {
  return std::make_shared<Counting>(std::move(keys), dropna, std::nullopt);
}

std::shared_ptr<const Breaker> DistinctBreaker(std::vector<int> keys, KeepRow keep) {
  return std::make_shared<Distinct>(std::move(keys), keep);
}

std::shared_ptr<const Breaker> QuantileBreaker(std::vector<int> columns, std::vector<double> quantiles, Interpolation interpolation) {
  return std::make_shared<Quantiles>(std::move(columns), std::move(quantiles), interpolation);
}

}  // namespace cask
