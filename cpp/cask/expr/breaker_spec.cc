#include "cask/expr/breaker_spec.h"

#include <algorithm>

namespace cask {
namespace {

Status CheckThat(bool is_right, const char* what) { return is_right ? Status::OK() : InternalError("a breaker cannot be made: {}", what); }

Status CheckPositions(const std::vector<int>& positions, const Schema& input) {
  const bool are_inside =
      std::all_of(positions.begin(), positions.end(), [&](int position) { return position >= 0 && position < input.size(); });
  return CheckThat(are_inside, "a column that the input does not have");
}

struct Checker {
  const Schema& input;

  Status operator()(const GroupBySpec& spec) const {
    for (const Aggregate& aggregate : spec.aggregates) {
      if (aggregate.kind != AggregateKind::kSize) ARROW_RETURN_NOT_OK(CheckPositions({aggregate.column}, input));
      ARROW_RETURN_NOT_OK(CheckThat(aggregate.column < input.size(), "an aggregate of a column that the input does not have"));
    }
    return CheckPositions(spec.keys, input);
  }
  Status operator()(const CountingSpec& spec) const { return CheckPositions(spec.keys, input); }
  Status operator()(const DistinctSpec& spec) const { return CheckPositions(spec.keys, input); }
  Status operator()(const QuantileSpec& spec) const {
    const bool are_shares = std::all_of(spec.quantiles.begin(), spec.quantiles.end(), [](double share) { return share >= 0 && share <= 1; });
    ARROW_RETURN_NOT_OK(CheckThat(are_shares, "a quantile outside of 0 to 1"));
    return CheckPositions(spec.columns, input);
  }
  Status operator()(const SortSpec& spec) const {
    ARROW_RETURN_NOT_OK(CheckThat(spec.ascending.size() == spec.keys.size(), "keys to sort by without directions"));
    return CheckPositions(spec.keys, input);
  }
  Status operator()(const TopKSpec& spec) const {
    ARROW_RETURN_NOT_OK(CheckThat(spec.n >= 0 && !spec.columns.empty(), "the largest rows by no column, or a negative number of them"));
    return CheckPositions(spec.columns, input);
  }
  Status operator()(const LimitSpec& spec) const {
    return CheckThat(spec.n >= 0 && (spec.range.count >= 0 || spec.range.count == PartitionRange::kAll), "a negative number of rows");
  }
};

}  // namespace

Status CheckSpec(const BreakerSpec& spec, const Schema& input) { return std::visit(Checker{input}, spec); }

}  // namespace cask
