// CsvDateFormat: how a column writes its dates, as a strptime format, and reading dates by it as pandas.to_datetime does.
// Immutable.
#pragma once

#include <cstdint>
#include <cstring>
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
  /// %Y %y %m %d %H %I %M %S %f %b %B %p %z %j and plain characters; "ISO8601": any layout of that standard, each value its own;
  /// "mixed": any layout at all, each value its own. `day_first` matters to the last only.
  explicit CsvDateFormat(std::string format, bool day_first = false);

  bool Parse(std::string_view text, CsvDate* date) const;

  /// Whether values look like 2015-01-15 19:05:39 (or with a T), which are read fastest; the separator is '\0' if not.
  char fixed_separator() const { return fixed_separator_; }
  const std::string& text() const { return format_; }
  bool is_empty() const { return format_.empty(); }

 private:
  std::string format_;
  bool day_first_ = false;
  char fixed_separator_ = 0;
};

/// Whether a text in a column of dates stands for a missing one, whatever marks missing values: "", "NaT", "nan".
bool IsNotATime(std::string_view text);

/// The format that pandas guesses from the first value of a column; empty if it is none of those known here.
std::string GuessDateFormat(std::string_view text, bool day_first);

/// Reads "2015-01-15 19:05:39", remembering the last month, since most values share it with the one before.
class CsvFixedDateReader {
 public:
  explicit CsvFixedDateReader(char separator) : separator_(separator) {}

  /// `p` has 19 characters. False if they are no such time.
  [[gnu::always_inline]] inline bool Read(const char* p, int64_t* seconds) {
    uint64_t month;
    uint64_t time;
    std::memcpy(&month, p, 8);
    std::memcpy(&time, p + 11, 8);
    if (month != month_ && !Remember(p)) [[unlikely]] return false;
    const auto tens = static_cast<uint8_t>(p[8] - '0');
    const auto ones = static_cast<uint8_t>(p[9] - '0');
    const uint32_t days_before = tens * 10u + ones - 1u;  // in the month
    // By exclusive or digits become 0 to 9, punctuation 0; then two digits side by side become one number in the byte of the first.
    time ^= 0x30303A30303A3030ull;
    const uint64_t wrong = (time | (time + 0x76767F76767F7676ull)) & 0x8080808080808080ull;
    const uint64_t clock = time * 10 + (time >> 8);
    const int64_t hour = clock & 0xFF;
    const int64_t minute = (clock >> 24) & 0xFF;
    const int64_t second = (clock >> 48) & 0xFF;
    *seconds = seconds_ + days_before * int64_t{86400} + hour * 3600 + minute * 60 + second;
    return ones <= 9 && days_before < num_days_ && wrong == 0 && hour <= 23 && minute <= 59 && second <= 59 && p[10] == separator_;
  }

 private:
  bool Remember(const char* p);

  char separator_;
  uint64_t month_ = 0;     // the characters of the last month, "2015-01-"
  uint32_t num_days_ = 0;  // in it
  int64_t seconds_ = 0;    // when it begins
};

}  // namespace cask
