// Distinct rows: unique and drop_duplicates. Missing values equal each other.
#pragma once

#include <memory>
#include <vector>

#include "cask/base/codec.h"
#include "cask/compute/pipeline.h"

namespace cask {

enum class KeepRow : uint8_t {
  kFirst,  // of the rows with equal keys
  kLast,
  kFirstTwo,  // which tells those that kOnly keeps from the others
  kOnly,      // rows to which no other is equal
};
template <>
inline constexpr int64_t kNumEnumerators<KeepRow> = static_cast<int64_t>(KeepRow::kOnly) + 1;

/// Keeps one row, or what `keep` says, of those that are equal in the columns `keys`; rows stay in order. The same sink serves partitions, the levels of
/// a tree over them (batches in partition order) and the end; where kOnly is the end, kFirstTwo goes before it.
std::shared_ptr<const Sink> MakeDistinct(Schema schema, std::vector<int> keys, KeepRow keep = KeepRow::kFirst);

}  // namespace cask
