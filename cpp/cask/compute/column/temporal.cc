#include "cask/compute/column/temporal.h"

#include "cask/data/civil_date.h"

#include <arrow/buffer.h>

#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/type_rules.h"

namespace cask {
namespace {

// Reads exactly `digits` digits and moves past them.
std::optional<int> TakeNumber(std::string_view* text, size_t digits) {
  if (text->size() < digits) return std::nullopt;
  int value = 0;
  for (size_t i = 0; i < digits; ++i) {
    const char c = (*text)[i];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text->remove_prefix(digits);
  return value;
}

bool TakeCharacter(std::string_view* text, char c) {
  if (text->empty() || text->front() != c) return false;
  text->remove_prefix(1);
  return true;
}

// Up to nine digits after a point, as nanoseconds, and how many digits there were.
std::optional<int64_t> TakeFraction(std::string_view* text, int* digits) {
  int64_t nanos = 0;
  for (*digits = 0; !text->empty() && text->front() >= '0' && text->front() <= '9' && *digits < 9; ++*digits) {
    nanos = nanos * 10 + (text->front() - '0');
    text->remove_prefix(1);
  }
  if (*digits == 0) return std::nullopt;
  for (int i = *digits; i < 9; ++i) nanos *= 10;
  return nanos;
}

std::optional<int64_t> TakeDate(std::string_view* text) {
  const auto year = TakeNumber(text, 4);
  if (!year) return std::nullopt;
  int month = 1, day = 1;
  if (TakeCharacter(text, '-')) {
    const auto number = TakeNumber(text, 2);
    if (!number || *number < 1 || *number > 12) return std::nullopt;
    month = *number;
    if (TakeCharacter(text, '-')) {
      const auto day_number = TakeNumber(text, 2);
      if (!day_number || *day_number < 1 || *day_number > DaysInMonth(*year, month)) return std::nullopt;
      day = *day_number;
    }
  }
  return DaysFromCivil(*year, month, day);
}

// hh:mm or hh:mm:ss, in seconds.
std::optional<int64_t> TakeClock(std::string_view* text) {
  const auto hour = TakeNumber(text, 2);
  if (!hour || *hour > 23 || !TakeCharacter(text, ':')) return std::nullopt;
  const auto minute = TakeNumber(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  int second = 0;
  if (TakeCharacter(text, ':')) {
    const auto number = TakeNumber(text, 2);
    if (!number || *number > 59) return std::nullopt;
    second = *number;
  }
  return *hour * 3600 + *minute * 60 + second;
}

}  // namespace

Result<int64_t> ConvertTick(int64_t ticks, TimeUnit from, TimeUnit to) {
  if (ticks == kNaT || from == to) return ticks;
  if (to < from) return FloorDivide(ticks, UnitRatio(to, from));
  int64_t result;
  if (__builtin_mul_overflow(ticks, UnitRatio(from, to), &result)) {
    return ValueError("Cannot convert {} ticks of {} to {} without overflow", ticks, DType::Duration(from).ToString(),
                      DType::Duration(to).ToString());
  }
  return result;
}

Result<std::shared_ptr<arrow::Buffer>> ConvertTicks(const Column& column, const DType& from, TimeUnit unit, arrow::MemoryPool* pool) {
  const int64_t n = column->length;
  ARROW_ASSIGN_OR_RAISE(auto buffer, NewResult(8, n, pool));
  const int64_t* in = Values<int64_t>(column);
  auto* out = reinterpret_cast<int64_t*>(buffer->mutable_data());
  if (unit >= from.unit()) {
    const int64_t ratio = UnitRatio(from.unit(), unit);
    bool overflows = false;
    for (int64_t i = 0; i < n; ++i) {
      int64_t ticks;
      const bool over = __builtin_mul_overflow(in[i], ratio, &ticks);
      overflows |= over & (in[i] != kNaT);
      out[i] = in[i] == kNaT ? kNaT : ticks;
    }
    if (overflows) return ValueError("Out of bounds {} while converting to another unit", from.ToString());
  } else {
    const int64_t ratio = UnitRatio(unit, from.unit());
    for (int64_t i = 0; i < n; ++i) out[i] = in[i] == kNaT ? kNaT : FloorDivide(in[i], ratio);
  }
  return buffer;
}

std::optional<ParsedTime> ParseIsoTime(std::string_view text, TimeUnit least) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const auto days = TakeDate(&text);
  if (!days) return std::nullopt;
  int64_t seconds = *days * 86400, nanos = 0;
  TimeUnit unit = least;
  if (TakeCharacter(&text, 'T') || TakeCharacter(&text, ' ')) {
    const auto clock = TakeClock(&text);
    if (!clock) return std::nullopt;
    seconds += *clock;
    if (TakeCharacter(&text, '.')) {
      int digits;
      const auto fraction = TakeFraction(&text, &digits);
      if (!fraction) return std::nullopt;
      nanos = *fraction;
      unit = FinerUnit(unit, digits > 6 ? TimeUnit::kNano : digits > 3 ? TimeUnit::kMicro : TimeUnit::kMilli);
    }
  }
  if (!text.empty()) return std::nullopt;
  const int64_t per_second = TicksPerSecond(unit);
  int64_t ticks;
  if (__builtin_mul_overflow(seconds, per_second, &ticks)) return std::nullopt;
  return ParsedTime{ticks + nanos / (1000000000 / per_second), unit};
}

CivilDate CivilFromDays(int64_t days) {
  days += 719468;
  const int64_t era = FloorDivide(days, 146097);
  const auto day_of_era = static_cast<uint32_t>(days - era * 146097);
  const uint32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint32_t shifted_month = (5 * day_of_year + 2) / 153;
  const int month = static_cast<int>(shifted_month) + (shifted_month < 10 ? 3 : -9);
  return {era * 400 + year_of_era + (month <= 2), month, static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1)};
}

int DaysInMonth(int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[month - 1] + (month == 2 && IsLeapYear(year));
}

}  // namespace cask
