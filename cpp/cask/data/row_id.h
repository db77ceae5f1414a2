// Row ids: the default index of a frame whose partitions' lengths are not known yet.
//
// A row id is (partition, row within the partition) in one int64: ids sort as the rows do, and once the number of rows of
// each partition is known an id turns into pandas' RangeIndex position: offset[partition] + row.
#pragma once

#include <cstdint>
#include <vector>

namespace cask {

inline constexpr int kRowBits = 40;  // up to 2^40 rows a partition and 2^23 partitions

inline int64_t MakeRowId(int64_t partition, int64_t row) { return (partition << kRowBits) | row; }
inline int64_t PartitionOfRowId(int64_t id) { return id >> kRowBits; }
inline int64_t RowOfRowId(int64_t id) { return id & ((int64_t{1} << kRowBits) - 1); }

}  // namespace cask
