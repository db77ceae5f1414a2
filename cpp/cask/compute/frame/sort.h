// Sorting: each partition by itself, then a tree of merges. Always stable.
#pragma once

#include <memory>
#include <vector>

#include "cask/base/codec.h"
#include "cask/compute/pipeline.h"

namespace cask {

enum class MissingPosition : uint8_t { kFirst, kLast };
template <>
inline constexpr int64_t kNumEnumerators<MissingPosition> = static_cast<int64_t>(MissingPosition::kLast) + 1;

struct SortSpec {
  Schema schema;
  std::vector<int> keys;        // columns, the most significant first
  std::vector<bool> ascending;  // one a key
  MissingPosition missing = MissingPosition::kLast;  // whichever the direction
};
constexpr auto FieldsOf(std::type_identity<SortSpec>) { return std::tuple(&SortSpec::keys, &SortSpec::ascending, &SortSpec::missing); }

/// Sorts the rows of one partition.
std::shared_ptr<const Sink> MakeSort(SortSpec spec);

/// Merges sorted tables. Takes them in partition order; where one ends and the next begins need not be told.
std::shared_ptr<const Sink> MakeMergeSorted(SortSpec spec);

}  // namespace cask
