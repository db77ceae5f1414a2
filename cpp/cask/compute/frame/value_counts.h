// value_counts and mode: how often each distinct row of some columns occurs. Partial and merge are those of a group-by (aggregate.h)
// over ValueCountsSpec's; only the last step is its own.
#pragma once

#include <memory>

#include "cask/compute/frame/aggregate.h"

namespace cask {

struct ValueCountsOptions {
  bool normalize = false;  // shares of the counted rows rather than counts
  bool sort = true;        // by count; values that occur equally often stay in order of first appearance
  bool ascending = false;
  bool sort_keys = false;  // before all else, by value: values that occur equally often are then in the values' order
};
constexpr auto FieldsOf(std::type_identity<ValueCountsOptions>) {
  return std::tuple(&ValueCountsOptions::normalize, &ValueCountsOptions::sort, &ValueCountsOptions::ascending, &ValueCountsOptions::sort_keys);
}

/// The group-by that counts the rows of `keys`. For MakePartialAggregate and MakeMergeAggregate.
GroupBySpec ValueCountsSpec(Schema input, std::vector<int> keys, bool dropna);

/// States to the keys and one column more: "count" (int64) or "proportion" (float64), nullable where the only key is, and
/// backed by Arrow where that is text.
/// A single kCategory key gives all of its categories, in their order before the counts' sort, as pandas does.
Result<std::shared_ptr<const Sink>> MakeValueCountsFinal(const GroupBySpec& spec, const ValueCountsOptions& options);

/// States to the keys that occur most often, sorted.
Result<std::shared_ptr<const Sink>> MakeModeFinal(const GroupBySpec& spec);

}  // namespace cask
