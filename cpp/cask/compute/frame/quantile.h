// Exact quantiles of columns: partitions and the merges over them collect the values that are not missing, the last step selects.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "cask/base/codec.h"
#include "cask/compute/pipeline.h"

namespace cask {

/// What a quantile that lies between two values is.
enum class Interpolation : uint8_t { kLinear, kLower, kHigher, kMidpoint, kNearest };
template <>
inline constexpr int64_t kNumEnumerators<Interpolation> = static_cast<int64_t>(Interpolation::kNearest) + 1;

/// ValueError, in pandas' words, for a name that is none of "linear", "lower", "higher", "midpoint", "nearest".
Result<Interpolation> ParseInterpolation(std::string_view name);

struct QuantileSpec {
  Schema input;
  std::vector<int> columns;
  std::vector<double> quantiles;  // each in [0, 1]
  Interpolation interpolation = Interpolation::kLinear;
};
constexpr auto FieldsOf(std::type_identity<QuantileSpec>) {
  return std::tuple(&QuantileSpec::columns, &QuantileSpec::quantiles, &QuantileSpec::interpolation);
}

/// The type of a column's quantiles, or TypeError.
Result<DType> QuantileType(const DType& type, Interpolation interpolation);

/// Rows to collected values; also merges those: partial states are a row a task, one kString column of bytes for each column.
Result<std::shared_ptr<const Sink>> MakePartialQuantile(const QuantileSpec& spec);
Result<std::shared_ptr<const Sink>> MakeMergeQuantile(const QuantileSpec& spec);
/// Collected values to a row for each quantile and a column for each column. Missing where a column has no values.
Result<std::shared_ptr<const Sink>> MakeFinalQuantile(const QuantileSpec& spec);
/// What partial and merge give.
Schema QuantileStateSchema(const QuantileSpec& spec);

}  // namespace cask
