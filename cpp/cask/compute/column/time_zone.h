// Time zones: local clock times and UTC, by Arrow's time zone database.
#pragma once

#include "cask/compute/column/function.h"

namespace cask {

/// UTC ticks of a local clock time in `timezone`; an error where that time does not exist there or happens twice.
Result<int64_t> LocalToUtc(int64_t ticks, TimeUnit unit, const std::string& timezone);

/// The local clock times of a kTimestamp column that has a time zone, as one without. NaT stays.
Result<Column> UtcToLocal(const Column& column, const DType& type, arrow::MemoryPool* pool);

/// The column in UTC whose local clock times in `timezone` these are (a column without a time zone). NaT stays.
Result<Column> LocalToUtcColumn(const Column& column, const DType& type, const std::string& timezone, arrow::MemoryPool* pool);

}  // namespace cask
