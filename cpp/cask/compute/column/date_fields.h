// Fields of times and spans: what `dt.year`, `dt.hour` or `dt.days` take from a tick.
#pragma once

#include "cask/compute/column/function.h"

namespace cask {

enum class TimeField : uint8_t {
  // Of a time, int32.
  kYear, kMonth, kDay, kHour, kMinute, kSecond, kMicrosecond, kNanosecond, kDayOfWeek, kDayOfYear, kQuarter, kDaysInMonth,
  // Of a time, bool.
  kIsMonthStart, kIsMonthEnd, kIsQuarterStart, kIsQuarterEnd, kIsYearStart, kIsYearEnd, kIsLeapYear,
  // Of a span: days are int64, the rest int32.
  kSpanDays, kSpanSeconds, kSpanMicroseconds, kSpanNanoseconds,
};

inline bool IsTruthField(TimeField field) { return field >= TimeField::kIsMonthStart && field <= TimeField::kIsLeapYear; }
inline bool IsSpanField(TimeField field) { return field >= TimeField::kSpanDays; }
/// The type of a field where nothing is missing.
DType TypeOfField(TimeField field);

/// Writes the field of n ticks as int32 (kSpanDays as int64, truths as uint8). What is written for NaT is unspecified.
void ExtractField(TimeField field, TimeUnit unit, const int64_t* ticks, int64_t n, void* out);

}  // namespace cask
