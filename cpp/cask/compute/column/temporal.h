// Ticks: moving times and spans between units, and reading a time from text.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "cask/compute/column/function.h"

namespace cask {

/// `column` of type `from` (kTimestamp or kDuration) in ticks of `unit`. NaT stays; finer units may overflow, which is OutOfBounds.
Result<std::shared_ptr<arrow::Buffer>> ConvertTicks(const Column& column, const DType& from, TimeUnit unit, arrow::MemoryPool* pool);

/// `ticks` of `from` in ticks of `to`: rounded down where that is coarser; an error where it overflows.
Result<int64_t> ConvertTick(int64_t ticks, TimeUnit from, TimeUnit to);

/// A time as ISO 8601 writes it ("2020-01-31", "2020-01-31 12:30:59.25", "2020-01", "2020", with T or a space), without a zone.
/// The unit is the coarsest of s, ms, us, ns that holds the fraction as written, no coarser than `least`. Nothing if it is no time.
struct ParsedTime {
  int64_t ticks;
  TimeUnit unit;
};
std::optional<ParsedTime> ParseIsoTime(std::string_view text, TimeUnit least);

struct CivilDate {
  int64_t year;
  int month;  // 1 to 12
  int day;    // 1 to 31
};
CivilDate CivilFromDays(int64_t days);

inline bool IsLeapYear(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }
int DaysInMonth(int64_t year, int month);

/// The quotient rounded down. `divisor` > 0.
inline int64_t FloorDivide(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return quotient - (value % divisor < 0);
}

}  // namespace cask
