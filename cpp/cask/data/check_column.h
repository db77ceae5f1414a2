// Whether a column that came from elsewhere may be used: no value of it leads outside of its memory.
#pragma once

#include "cask/data/batch.h"

namespace cask {

/// More rows than any table has.
inline constexpr int64_t kMaxRows = int64_t{1} << 40;

/// ValueError unless the column is held as `type` says, its buffers hold `length` values at addresses that are aligned to them, a bitmap has as
/// many missing values as the column says, texts lie inside their bytes, and values that are there are 0 or 1 in columns of truth values and
/// codes of the dictionary in categorical ones. Reads all offsets, codes and truth values. What the texts' bytes are is not looked at.
Status CheckColumn(const arrow::ArrayData& column, const DType& type);

}  // namespace cask
