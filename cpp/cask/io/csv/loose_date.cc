#include "cask/io/csv/loose_date.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <vector>

#include "cask/base/clock.h"

namespace cask {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"january", "february", "march",     "april",   "may",      "june",
                                                      "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> kDays = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
constexpr std::array<std::string_view, 8> kFillers = {"at", "on", "and", "of", "st", "nd", "rd", "th"};

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }
bool IsLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

// The place of a name or of its first three letters, or -1.
template <size_t N>
int PlaceOfName(const std::array<std::string_view, N>& names, std::string_view word) {
  for (size_t i = 0; i < N; ++i) {
    if (word == names[i] || word == names[i].substr(0, 3)) return static_cast<int>(i);
  }
  return -1;
}

// The year with these last two digits that is less than 50 years from now.
int64_t NearestYear(int64_t last_digits) {
  const std::chrono::sys_time<std::chrono::nanoseconds> now{std::chrono::nanoseconds(SystemClock().UnixNanoseconds())};
  const auto today = static_cast<int>(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now)).year());
  const int64_t year = today / 100 * 100 + last_digits;
  if (year >= today + 50) return year - 100;
  return year < today - 50 ? year + 100 : year;
}

class LooseDate {
 public:
  LooseDate(std::string_view text, bool day_first) : rest_(text), day_first_(day_first) {}

  std::string SpellOut() {
    while (!rest_.empty()) {
      if (!Step()) return "";
    }
    if (!OrderParts() || !OrderHours()) return "";
    std::string text = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{}", year_, month_, day_, hour_, minute_, second_, fraction_);
    return text + offset_;
  }

 private:
  struct Number {
    int64_t value;
    size_t digits;
  };

  char peek() const { return rest_.empty() ? '\0' : rest_[0]; }

  bool Step() {
    const char c = peek();
    if (IsDigit(c)) return TakeNumber();
    if (IsLetter(c)) return TakeWord();
    if ((c == '+' || c == '-') && has_time_ && has_date() && offset_.empty()) return TakeOffset();
    if (std::string_view(" ,;-/.").find(c) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  Number ReadDigits() {
    Number number{0, 0};
    while (IsDigit(peek())) {
      if (number.digits < 15) number.value = number.value * 10 + (peek() - '0');
      ++number.digits;
      rest_.remove_prefix(1);
    }
    return number;
  }

  bool has_date() const { return parts_.size() + (has_month_name_ ? 1 : 0) == 3; }

  bool TakeNumber() {
    const Number number = ReadDigits();
    if (peek() == ':' && number.digits <= 2) return TakeClock(number.value);
    if (number.digits == 14 || number.digits == 12 || number.digits == 8) return TakeCompactDate(number);
    const bool is_meridiem_next = rest_.size() >= 2 && std::tolower(rest_[1]) == 'm' && std::string_view("aApP").find(rest_[0]) != std::string_view::npos;
    if (!has_time_ && number.digits <= 2 && (has_date() || is_meridiem_next)) return SetTime(number.value, 0, 0);
    if (!has_time_ && has_date() && number.digits == 4) return SetTime(number.value / 100, number.value % 100, 0);
    if (!has_time_ && has_date() && number.digits == 6) return SetTime(number.value / 10000, number.value / 100 % 100, number.value % 100);
    if (has_date() || (number.digits != 1 && number.digits != 2 && number.digits != 4)) return false;
    parts_.push_back(number);
    return true;
  }

  bool TakeCompactDate(Number number) {
    if (!parts_.empty() || has_month_name_) return false;
    if (number.digits == 14 && !SetTime(number.value / 10000 % 100, number.value / 100 % 100, number.value % 100)) return false;
    if (number.digits == 12 && !SetTime(number.value / 100 % 100, number.value % 100, 0)) return false;
    for (size_t digits = number.digits; digits > 8; --digits) number.value /= 10;
    parts_ = {{number.value / 10000, 4}, {number.value / 100 % 100, 2}, {number.value % 100, 2}};
    return true;
  }

  bool SetTime(int64_t hour, int64_t minute, int64_t second) {
    if (has_time_) return false;
    has_time_ = true;
    hour_ = hour;
    minute_ = minute;
    second_ = second;
    return true;
  }

  bool TakeClock(int64_t hour) {
    rest_.remove_prefix(1);
    const Number minute = ReadDigits();
    Number second{0, 1};
    if (peek() == ':') {
      rest_.remove_prefix(1);
      second = ReadDigits();
      if ((peek() == '.' || peek() == ',') && rest_.size() > 1 && IsDigit(rest_[1])) TakeFraction();
    }
    return minute.digits >= 1 && minute.digits <= 2 && second.digits >= 1 && second.digits <= 2 && SetTime(hour, minute.value, second.value);
  }

  void TakeFraction() {
    rest_.remove_prefix(1);
    const std::string_view before = rest_;
    const size_t digits = ReadDigits().digits;
    fraction_ = before.substr(0, std::min<size_t>(digits, 6));
  }

  bool TakeOffset() {
    const char sign = peek();
    rest_.remove_prefix(1);
    const Number hours = ReadDigits();
    if (hours.digits == 4) {
      offset_ = fmt::format("{}{:02}:{:02}", sign, hours.value / 100, hours.value % 100);
      return true;
    }
    int64_t minutes = 0;
    if (hours.digits != 2) return false;
    if (peek() == ':') {
      rest_.remove_prefix(1);
      const Number number = ReadDigits();
      if (number.digits != 2) return false;
      minutes = number.value;
    }
    offset_ = fmt::format("{}{:02}:{:02}", sign, hours.value, minutes);
    return true;
  }

  bool TakeWord() {
    std::string word;
    while (IsLetter(peek())) {
      word.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(peek()))));
      rest_.remove_prefix(1);
    }
    const int month = word == "sept" ? 8 : PlaceOfName(kMonths, word);
    if (month >= 0) {
      if (has_month_name_ || has_date()) return false;
      has_month_name_ = true;
      month_place_ = parts_.size();
      month_ = month + 1;
      return true;
    }
    if (word == "am" || word == "pm") {
      if (!has_time_ || has_meridiem_) return false;
      has_meridiem_ = true;
      is_afternoon_ = word == "pm";
      return true;
    }
    if (word == "utc" || word == "gmt" || word == "z") {
      if (!has_time_ || !offset_.empty() || !rest_.empty()) return false;
      offset_ = "+00:00";
      return true;
    }
    if (word == "t") return IsDigit(peek()) && has_date();
    return PlaceOfName(kDays, word) >= 0 || std::find(kFillers.begin(), kFillers.end(), word) != kFillers.end();
  }

  // Which number is what: the year is the one of four digits, or too large for a day, or else the last that may be it.
  bool OrderParts() {
    auto year = std::find_if(parts_.begin(), parts_.end(), [](const Number& part) { return part.digits == 4; });
    if (year == parts_.end()) {
      if (!has_date()) return false;
      const size_t named_year = parts_[0].value > 31 || month_place_ == 2 ? 0 : 1;
      year = parts_.begin() + (has_month_name_ ? named_year : parts_[0].value > 31 ? 0 : 2);
      if (has_month_name_ && month_place_ == 2 && parts_[1].value > 31) year = parts_.begin() + 1;
      *year = {NearestYear(year->value), 4};
    }
    const bool is_year_first = year == parts_.begin();
    year_ = year->value;
    parts_.erase(year);
    if (std::any_of(parts_.begin(), parts_.end(), [](const Number& part) { return part.digits == 4; })) return false;
    if (has_month_name_ || parts_.empty()) {
      if (parts_.size() == 1) day_ = parts_[0].value;
      return parts_.size() <= 1;
    }
    const int64_t first = parts_[0].value;
    if (parts_.size() == 1) {
      month_ = first;
      return true;
    }
    const int64_t second = parts_[1].value;
    const bool is_day_first = (!is_year_first && first > 12) || (day_first_ && second <= 12);
    day_ = is_day_first ? first : second;
    month_ = is_day_first ? second : first;
    return true;
  }

  bool OrderHours() {
    if (!has_meridiem_) return true;
    if (hour_ < 1 || hour_ > 12) return false;
    hour_ = hour_ % 12 + (is_afternoon_ ? 12 : 0);
    return true;
  }

  std::string_view rest_;
  bool day_first_;
  std::vector<Number> parts_;  // numbers of the date in their order
  bool has_month_name_ = false;
  size_t month_place_ = 0;  // how many numbers came before the month's name
  bool has_time_ = false;
  bool has_meridiem_ = false;
  bool is_afternoon_ = false;
  int64_t year_ = 0;
  int64_t month_ = 1;
  int64_t day_ = 1;
  int64_t hour_ = 0;
  int64_t minute_ = 0;
  int64_t second_ = 0;
  std::string_view fraction_ = "0";
  std::string offset_;
};

}  // namespace

std::string SpellOutDate(std::string_view text, bool day_first) { return LooseDate(text, day_first).SpellOut(); }

}  // namespace cask
