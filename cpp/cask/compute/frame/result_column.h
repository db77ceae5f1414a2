// Result columns: numbers computed for each group, brought to the type of the result.
#pragma once

#include <vector>

#include "cask/compute/frame/aggregate_plan.h"

namespace cask {

/// `missing` has a byte a value, or is empty: none is missing. A type without a mark for missing becomes float64 if one is.
/// uint64 values are taken by their bits.
Result<FinishedColumn> IntsToColumn(const DType& type, const int64_t* values, const std::vector<uint8_t>& missing, int64_t n,
                                    arrow::MemoryPool* pool);

/// NaN is missing too. Times are cut towards zero.
Result<FinishedColumn> DoublesToColumn(const DType& type, const double* values, const std::vector<uint8_t>& missing, int64_t n,
                                       arrow::MemoryPool* pool);

}  // namespace cask
