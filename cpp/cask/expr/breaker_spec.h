// BreakerSpec: what a breaker does, apart from its input, as plain data: it makes the breaker, names its result and travels. The schemas in
// the specifications of compute/frame are not read: they are those of the rows that a breaker meets.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "cask/base/codec.h"
#include "cask/compute/frame/aggregate.h"
#include "cask/compute/frame/distinct.h"
#include "cask/compute/frame/quantile.h"
#include "cask/compute/frame/sort.h"
#include "cask/compute/frame/top_k.h"
#include "cask/compute/frame/value_counts.h"

namespace cask {

/// value_counts, or the mode.
struct CountingSpec {
  std::vector<int> keys;
  bool dropna = true;
  std::optional<ValueCountsOptions> options;  // none: mode
};
constexpr auto FieldsOf(std::type_identity<CountingSpec>) {
  return std::tuple(&CountingSpec::keys, &CountingSpec::dropna, &CountingSpec::options);
}

struct DistinctSpec {
  std::vector<int> keys;
  KeepRow keep = KeepRow::kFirst;
};
constexpr auto FieldsOf(std::type_identity<DistinctSpec>) { return std::tuple(&DistinctSpec::keys, &DistinctSpec::keep); }

/// Which partitions are looked at.
struct PartitionRange {
  static constexpr int64_t kAll = -1;
  int64_t count = kAll;
  bool from_end = false;  // the last `count` rather than the first
  bool operator==(const PartitionRange&) const = default;
};
constexpr auto FieldsOf(std::type_identity<PartitionRange>) { return std::tuple(&PartitionRange::count, &PartitionRange::from_end); }

/// The first `n` rows of some partitions, or the last ones where these are counted from the end.
struct LimitSpec {
  int64_t n = 0;
  PartitionRange range;
};
constexpr auto FieldsOf(std::type_identity<LimitSpec>) { return std::tuple(&LimitSpec::n, &LimitSpec::range); }

/// New ones are added at the end. GroupBySpec without keys is a reduction.
using BreakerSpec = std::variant<GroupBySpec, CountingSpec, DistinctSpec, QuantileSpec, SortSpec, TopKSpec, LimitSpec>;

/// InternalError for what no rows of `input` can be given to: positions outside of it, a quantile above 1, a negative number of rows.
Status CheckSpec(const BreakerSpec& spec, const Schema& input);

}  // namespace cask
