#include <arrow/array/data.h>

#include <cstdio>
#include <ctime>

#include "cask/io/csv/format_value.h"

#include <fmt/format.h>

namespace cask {
namespace {

constexpr int64_t kDaySeconds = 86400;

int64_t FloorDivide(int64_t value, int64_t by) { return value / by - (value % by < 0); }

// A number of ticks since 1970 on the clock.
struct ClockTime {
  int64_t year;
  int month, day, hour, minute, second;
  int64_t nanosecond;
  int64_t day_number;

  ClockTime(int64_t ticks, int64_t ticks_per_second) {
    const int64_t seconds = FloorDivide(ticks, ticks_per_second);
    nanosecond = (ticks - seconds * ticks_per_second) * (1'000'000'000 / ticks_per_second);
    day_number = FloorDivide(seconds, kDaySeconds);
    const auto rest = static_cast<int>(seconds - day_number * kDaySeconds);
    hour = rest / 3600;
    minute = rest / 60 % 60;
    second = rest % 60;
    // The calendar repeats every 400 years; years are counted from March so that leap days come last.
    const int64_t shifted = day_number + 719468;
    const int64_t era = FloorDivide(shifted, 146097);
    const int64_t of_era = shifted - era * 146097;
    const int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t march_month = (5 * of_year + 2) / 153;
    day = static_cast<int>(of_year - (153 * march_month + 2) / 5 + 1);
    month = static_cast<int>(march_month < 10 ? march_month + 3 : march_month - 9);
    year = year_of_era + era * 400 + (month <= 2);
  }

  std::tm ToTm() const {
    std::tm tm = {};
    tm.tm_year = static_cast<int>(year - 1900);
    tm.tm_mon = month - 1;
    tm.tm_mday = day;
    tm.tm_hour = hour;
    tm.tm_min = minute;
    tm.tm_sec = second;
    tm.tm_wday = static_cast<int>((day_number % 7 + 11) % 7);
    static constexpr int kBefore[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    const bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    tm.tm_yday = kBefore[month - 1] + day - 1 + (month > 2 && is_leap);
    return tm;
  }
};

// Offset from UTC in minutes of a time zone given by a fixed offset.
Result<int64_t> FixedOffset(const std::string& zone) {
  if (zone.empty() || zone == "UTC" || zone == "Z") return 0;
  int hours;
  int minutes;
  char sign;
  const size_t start = zone.compare(0, 3, "UTC") == 0 ? 3 : 0;
  if (std::sscanf(zone.c_str() + start, "%c%2d:%2d", &sign, &hours, &minutes) == 3 && (sign == '+' || sign == '-')) {
    return (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
  }
  return NotImplementedError("to_csv of times in the zone {}: convert them with dt.tz_convert('UTC') first", zone);
}

// The digits of a second that all rows of a chunk are written with: none, 3, 6 or 9; and whether all rows are at midnight.
struct Precision {
  int digits = 0;
  bool is_days_only = true;
};

Precision PrecisionOf(const Column& column, const DType& type) {
  Precision precision;
  const int64_t ticks_per_second = TicksPerSecond(type.unit());
  const int64_t* values = Values<int64_t>(column);
  for (int64_t row = 0; row < column->length; ++row) {
    if (values[row] == kNaT) continue;
    precision.is_days_only &= values[row] % (ticks_per_second * kDaySeconds) == 0;
    const int64_t nanoseconds = std::abs(values[row] % ticks_per_second) * (1'000'000'000 / ticks_per_second);
    if (nanoseconds % 1000 != 0) precision.digits = 9;
    else if (nanoseconds % 1'000'000 != 0) precision.digits = std::max(precision.digits, 6);
    else if (nanoseconds != 0) precision.digits = std::max(precision.digits, 3);
  }
  return precision;
}

void AppendFraction(int64_t nanosecond, int digits, std::string* text) {
  if (digits == 0) return;
  for (int i = digits; i < 9; ++i) nanosecond /= 10;
  fmt::format_to(std::back_inserter(*text), ".{:0{}}", nanosecond, digits);
}

class TimeText : public CsvColumnText {
 public:
  TimeText(const Column& column, const DType& type, const CsvWriteOptions& options)
      : column_(column), ticks_per_second_(TicksPerSecond(type.unit())), precision_(PrecisionOf(column, type)), options_(options) {}

  std::string_view Text(int64_t row) override {
    const int64_t ticks = Values<int64_t>(column_)[row];
    if (ticks == kNaT) return options_.na_rep;
    text_.clear();
    Write(ticks);
    return text_;
  }
  bool is_number() const override { return false; }

 protected:
  virtual void Write(int64_t ticks) = 0;

  const Column column_;
  const int64_t ticks_per_second_;
  const Precision precision_;
  const CsvWriteOptions& options_;
  std::string text_;
};

class TimestampText final : public TimeText {
 public:
  TimestampText(const Column& column, const DType& type, const CsvWriteOptions& options, int64_t offset_minutes)
      : TimeText(column, type, options), has_zone_(!type.timezone().empty()), offset_minutes_(offset_minutes) {}

 private:
  void Write(int64_t ticks) override {
    const ClockTime time(ticks + offset_minutes_ * 60 * ticks_per_second_, ticks_per_second_);
    if (!options_.date_format.empty()) return WriteAs(time);
    fmt::format_to(std::back_inserter(text_), "{:04}-{:02}-{:02}", time.year, time.month, time.day);
    if (precision_.is_days_only && !has_zone_) return;
    fmt::format_to(std::back_inserter(text_), " {:02}:{:02}:{:02}", time.hour, time.minute, time.second);
    AppendFraction(time.nanosecond, precision_.digits, &text_);
    if (has_zone_) AppendOffset(":");
  }

  void AppendOffset(const char* between) {
    const int64_t minutes = std::abs(offset_minutes_);
    fmt::format_to(std::back_inserter(text_), "{}{:02}{}{:02}", offset_minutes_ < 0 ? '-' : '+', minutes / 60, between, minutes % 60);
  }

  // strftime, with %f and %z, which C's lacks or takes from elsewhere.
  void WriteAs(const ClockTime& time) {
    const std::string& format = options_.date_format;
    const std::tm tm = time.ToTm();
    for (size_t i = 0; i < format.size(); ++i) {
      if (format[i] != '%' || i + 1 == format.size()) {
        text_ += format[i];
        continue;
      }
      const char directive = format[++i];
      if (directive == 'f') {
        fmt::format_to(std::back_inserter(text_), "{:06}", time.nanosecond / 1000);
      } else if (directive == 'z') {
        if (has_zone_) AppendOffset("");
      } else {
        const char one[3] = {'%', directive, '\0'};
        char buffer[128];
        text_.append(buffer, std::strftime(buffer, sizeof(buffer), one, &tm));
      }
    }
  }

  bool has_zone_;
  int64_t offset_minutes_;
};

class DurationText final : public TimeText {
 public:
  using TimeText::TimeText;

 private:
  void Write(int64_t ticks) override {
    const int64_t day = ticks_per_second_ * kDaySeconds;
    const int64_t days = FloorDivide(ticks, day);
    fmt::format_to(std::back_inserter(text_), "{} days", days);
    if (precision_.is_days_only) return;
    const ClockTime rest(ticks - days * day, ticks_per_second_);
    fmt::format_to(std::back_inserter(text_), " {}{:02}:{:02}:{:02}", days < 0 ? "+" : "", rest.hour, rest.minute, rest.second);
    AppendFraction(rest.nanosecond, rest.nanosecond % 1000 != 0 ? 9 : rest.nanosecond != 0 ? 6 : 0, &text_);
  }
};

}  // namespace

Result<std::unique_ptr<CsvColumnText>> MakeTimeText(const Column& column, const DType& type, const CsvWriteOptions& options) {
  if (type.kind() == Kind::kDuration) return std::make_unique<DurationText>(column, type, options);
  ARROW_ASSIGN_OR_RAISE(const int64_t offset_minutes, FixedOffset(type.timezone()));
  return std::make_unique<TimestampText>(column, type, options, offset_minutes);
}

}  // namespace cask
