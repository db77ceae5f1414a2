// Result columns: numbers computed for each group, brought to the type of the result.
#pragma once

#include <vector>

#include "cask/data/batch.h"

namespace arrow { class MemoryPool; }

namespace cask {

/// `missing` has a byte a value, or is empty: none is missing. A type without a mark of its own
/// for missing gets a validity bitmap if one is. uint64 values are taken by their bits.
Result<Column> IntsToColumn(const DType& type, const int64_t* values, const std::vector<uint8_t>& missing, int64_t n,
                                    arrow::MemoryPool* pool);

/// NaN is missing too. Times are cut towards zero.
Result<Column> DoublesToColumn(const DType& type, const double* values, const std::vector<uint8_t>& missing, int64_t n,
                                       arrow::MemoryPool* pool);

/// `n` missing values. A type without a mark of its own for them gets a validity bitmap.
Result<Column> MissingRows(const DType& type, int64_t n, arrow::MemoryPool* pool);

}  // namespace cask
