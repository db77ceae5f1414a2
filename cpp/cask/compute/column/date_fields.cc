#include "cask/compute/column/date_fields.h"

#include <vector>

#include "cask/compute/column/temporal.h"

namespace cask {
namespace {

// Ticks of a unit in a second, known when compiled, so that divisions become multiplications.
template <TimeUnit unit>
constexpr int64_t kPerSecond = unit == TimeUnit::kSecond ? 1 : unit == TimeUnit::kMilli ? 1000 : unit == TimeUnit::kMicro ? 1000000 : 1000000000;

template <TimeUnit unit>
constexpr int64_t kPerDay = kPerSecond<unit> * 86400;

// Times are moved to be positive, because unsigned division by a constant is the fastest. The offset is whole days, so nothing else changes.
template <TimeUnit unit>
constexpr uint64_t kOffset = (uint64_t{1} << 63) / static_cast<uint64_t>(kPerDay<unit>) * static_cast<uint64_t>(kPerDay<unit>);

template <TimeUnit unit>
uint64_t Positive(int64_t ticks) { return static_cast<uint64_t>(ticks) + kOffset<unit>; }

template <TimeUnit unit>
int64_t DayOf(int64_t ticks) {
  return static_cast<int64_t>(Positive<unit>(ticks) / kPerDay<unit>) - static_cast<int64_t>(kOffset<unit> / kPerDay<unit>);
}

template <TimeUnit unit, uint64_t kSeconds>
uint64_t WholeUnits(int64_t ticks) { return Positive<unit>(ticks) / (kSeconds * kPerSecond<unit>); }

// What is left of a second, in nanoseconds.
template <TimeUnit unit>
int64_t NanosOf(int64_t ticks) { return static_cast<int64_t>(Positive<unit>(ticks) % kPerSecond<unit>) * (1000000000 / kPerSecond<unit>); }

int FirstMonthOfQuarter(int month) { return (month - 1) / 3 * 3 + 1; }

int DayOfYear(const CivilDate& date) {
  constexpr int kBefore[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  return kBefore[date.month - 1] + date.day + (date.month > 2 && IsLeapYear(date.year));
}

int32_t DateField(TimeField field, const CivilDate& date) {
  const bool is_last = date.day == DaysInMonth(date.year, date.month);
  switch (field) {
    case TimeField::kYear: return static_cast<int32_t>(date.year);
    case TimeField::kMonth: return date.month;
    case TimeField::kDay: return date.day;
    case TimeField::kDayOfYear: return DayOfYear(date);
    case TimeField::kQuarter: return (date.month - 1) / 3 + 1;
    case TimeField::kDaysInMonth: return DaysInMonth(date.year, date.month);
    case TimeField::kIsMonthStart: return date.day == 1;
    case TimeField::kIsMonthEnd: return is_last;
    case TimeField::kIsQuarterStart: return date.day == 1 && date.month == FirstMonthOfQuarter(date.month);
    case TimeField::kIsQuarterEnd: return is_last && date.month % 3 == 0;
    case TimeField::kIsYearStart: return date.day == 1 && date.month == 1;
    case TimeField::kIsYearEnd: return date.day == 31 && date.month == 12;
    default: return IsLeapYear(date.year);
  }
}

template <typename Out, typename Function>
void Map(const int64_t* ticks, int64_t n, void* out, Function function) {
  auto* values = static_cast<Out*>(out);
  for (int64_t i = 0; i < n; ++i) values[i] = static_cast<Out>(function(ticks[i]));
}

// The days of a batch mostly lie close together, whatever their order: then each day's date is worked out once. `days` has n values.
template <typename Out>
bool MapNearDates(TimeField field, const int64_t* days, int64_t n, int64_t first, int64_t last, Out* out) {
  if (last - first >= n) return false;
  std::vector<Out> of_day(last - first + 1);
  for (int64_t day = first; day <= last; ++day) of_day[day - first] = static_cast<Out>(DateField(field, CivilFromDays(day)));
  // NaT may lie anywhere; what is written for it does not count.
  for (int64_t i = 0; i < n; ++i) out[i] = of_day[days[i] < first || days[i] > last ? 0 : days[i] - first];
  return true;
}

template <TimeUnit unit, typename Out>
void MapDates(TimeField field, const int64_t* ticks, int64_t n, void* out) {
  std::vector<int64_t> days(n);
  int64_t first = INT64_MAX, last = INT64_MIN;
  for (int64_t i = 0; i < n; ++i) {
    days[i] = DayOf<unit>(ticks[i]);
    if (ticks[i] == kNaT) continue;
    first = std::min(first, days[i]);
    last = std::max(last, days[i]);
  }
  auto* values = static_cast<Out*>(out);
  if (first > last || MapNearDates(field, days.data(), n, first, last, values)) return;
  for (int64_t i = 0; i < n; ++i) values[i] = static_cast<Out>(DateField(field, CivilFromDays(days[i])));
}

template <TimeUnit unit>
void Extract(TimeField field, const int64_t* ticks, int64_t n, void* out) {
  switch (field) {
    case TimeField::kHour: return Map<int32_t>(ticks, n, out, [](int64_t t) { return WholeUnits<unit, 3600>(t) % 24; });
    case TimeField::kMinute: return Map<int32_t>(ticks, n, out, [](int64_t t) { return WholeUnits<unit, 60>(t) % 60; });
    case TimeField::kSecond: return Map<int32_t>(ticks, n, out, [](int64_t t) { return WholeUnits<unit, 1>(t) % 60; });
    case TimeField::kMicrosecond:
    case TimeField::kSpanMicroseconds: return Map<int32_t>(ticks, n, out, [](int64_t t) { return NanosOf<unit>(t) / 1000; });
    case TimeField::kNanosecond:
    case TimeField::kSpanNanoseconds: return Map<int32_t>(ticks, n, out, [](int64_t t) { return NanosOf<unit>(t) % 1000; });
    // 1970-01-01 was a Thursday, day 3 of a week that begins on Monday.
    case TimeField::kDayOfWeek: return Map<int32_t>(ticks, n, out, [](int64_t t) { return ((DayOf<unit>(t) + 3) % 7 + 7) % 7; });
    case TimeField::kSpanDays: return Map<int64_t>(ticks, n, out, [](int64_t t) { return DayOf<unit>(t); });
    case TimeField::kSpanSeconds: return Map<int32_t>(ticks, n, out, [](int64_t t) { return WholeUnits<unit, 1>(t) % 86400; });
    default:
      if (IsTruthField(field)) return MapDates<unit, uint8_t>(field, ticks, n, out);
      return MapDates<unit, int32_t>(field, ticks, n, out);
  }
}

}  // namespace

DType TypeOfField(TimeField field) {
  if (IsTruthField(field)) return Kind::kBool;
  return field == TimeField::kSpanDays ? Kind::kInt64 : Kind::kInt32;
}

void ExtractField(TimeField field, TimeUnit unit, const int64_t* ticks, int64_t n, void* out) {
  switch (unit) {
    case TimeUnit::kSecond: return Extract<TimeUnit::kSecond>(field, ticks, n, out);
    case TimeUnit::kMilli: return Extract<TimeUnit::kMilli>(field, ticks, n, out);
    case TimeUnit::kMicro: return Extract<TimeUnit::kMicro>(field, ticks, n, out);
    case TimeUnit::kNano: return Extract<TimeUnit::kNano>(field, ticks, n, out);
  }
}

}  // namespace cask
