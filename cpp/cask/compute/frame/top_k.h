// The first, last, largest and smallest rows: head, tail, nlargest, nsmallest.
#pragma once

#include <memory>
#include <vector>

#include "cask/base/codec.h"
#include "cask/compute/pipeline.h"

namespace cask {

/// Which of rows with equal values are kept where not all can be.
enum class KeepTies : uint8_t { kFirst, kLast, kAll };
template <>
inline constexpr int64_t kNumEnumerators<KeepTies> = static_cast<int64_t>(KeepTies::kAll) + 1;

struct TopKSpec {
  Schema schema;
  std::vector<int> columns;  // the most significant first
  int64_t n = 5;
  bool largest = true;
  KeepTies keep = KeepTies::kFirst;
  bool is_series = false;  // how errors are worded
};
constexpr auto FieldsOf(std::type_identity<TopKSpec>) {
  return std::tuple(&TopKSpec::columns, &TopKSpec::n, &TopKSpec::largest, &TopKSpec::keep, &TopKSpec::is_series);
}

/// Rows that may be among the result, in their order. Also merges such results, in partition order.
/// TypeError for columns that pandas' nlargest does not take.
Result<std::shared_ptr<const Sink>> MakePartialTopK(const TopKSpec& spec);
/// The result, the largest (smallest) first.
Result<std::shared_ptr<const Sink>> MakeFinalTopK(const TopKSpec& spec);

/// The first `n` rows; wants no more batches once it has them. n >= 0.
std::shared_ptr<const Sink> MakeHead(Schema schema, int64_t n);
/// The last `n` rows. n >= 0.
std::shared_ptr<const Sink> MakeTail(Schema schema, int64_t n);

}  // namespace cask
