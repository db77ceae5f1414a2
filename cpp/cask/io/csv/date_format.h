// CsvDateFormat: how a column writes its dates, as a strptime format, and reading dates by it as pandas.to_datetime does.
// Immutable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cask {

struct CsvDate {
  int64_t seconds = 0;      // since 1970, of the clock on the wall where an offset is given
  int64_t nanoseconds = 0;  // of the second
  int num_fraction_digits = 0;
  bool has_utc_offset = false;
  int64_t utc_offset_minutes = 0;
};

class CsvDateFormat {
 public:
  /// An empty format fits no text.
  CsvDateFormat() = default;
  /// %Y %y %m %d %H %I %M %S %f %b %B %p %z %j and plain characters; "ISO8601": any layout of that standard, each value its own.
  explicit CsvDateFormat(std::string format);

  bool Parse(std::string_view text, CsvDate* date) const;

  /// Whether values look like 2015-01-15 19:05:39 (or with a T), which are read fastest; the separator is '\0' if not.
  char fixed_separator() const { return fixed_separator_; }
  const std::string& text() const { return format_; }
  bool is_empty() const { return format_.empty(); }

 private:
  std::string format_;
  char fixed_separator_ = 0;
};

/// The format that pandas guesses from the first value of a column; empty if it is none of those known here.
std::string GuessDateFormat(std::string_view text, bool day_first);

/// Seconds since 1970 of "2015-01-15 19:05:39"; `p` has 19 characters, and 5 more can be read. False if it is no such time.
bool ParseFixedDateTime(const char* p, char separator, int64_t* seconds);

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
int64_t DaysFromCivil(int64_t year, int month, int day);

}  // namespace cask
