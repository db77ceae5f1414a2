#include "cask/io/csv/date_format.h"

#include "cask/data/civil_date.h"
#include "cask/io/csv/loose_date.h"

#include <strings.h>

#include <array>
#include <cstring>

namespace cask {
namespace {

constexpr std::array<const char*, 12> kMonths = {"January", "February", "March",     "April",   "May",      "June",
                                                 "July",    "August",   "September", "October", "November", "December"};
constexpr int kDaysBefore[13] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }
bool IsSpace(char c) { return c == ' ' || static_cast<unsigned char>(c - '\t') < 5; }
bool IsLeap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

// The parts of a date as they are read, before they are checked against each other.
struct Parts {
  int64_t year = 1900;
  int64_t month = 1;
  int64_t day = 1;
  int64_t hour = 0;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t day_of_year = 0;
  bool is_half_day = false;  // %I: hours from 1 to 12
  bool is_afternoon = false;
};

// Reads a text from left to right.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  char peek() const { return text_.empty() ? '\0' : text_[0]; }
  void Skip(size_t count) { text_.remove_prefix(count); }
  std::string_view rest() const { return text_; }

  bool Take(char c) {
    if (peek() != c || at_end()) return false;
    Skip(1);
    return true;
  }

  bool Number(int min_digits, int max_digits, int64_t* value) {
    int digits = 0;
    *value = 0;
    while (digits < max_digits && !at_end() && IsDigit(peek())) {
      *value = *value * 10 + (peek() - '0');
      Skip(1);
      ++digits;
    }
    return digits >= min_digits;
  }

  // One of `names`, in any case; their first `size` characters if that is not 0. Longest first does not matter: none begins another.
  template <size_t N>
  bool Name(const std::array<const char*, N>& names, size_t size, int64_t* index) {
    for (size_t i = 0; i < N; ++i) {
      const size_t length = size != 0 ? size : std::strlen(names[i]);
      if (text_.size() < length || strncasecmp(text_.data(), names[i], length) != 0) continue;
      Skip(length);
      *index = static_cast<int64_t>(i);
      return true;
    }
    return false;
  }

 private:
  std::string_view text_;
};

bool ReadFraction(Cursor* cursor, CsvDate* date) {
  int64_t value = 0;
  int digits = 0;
  while (!cursor->at_end() && IsDigit(cursor->peek()) && digits < 9) {
    value = value * 10 + (cursor->peek() - '0');
    cursor->Skip(1);
    ++digits;
  }
  date->num_fraction_digits = digits;
  for (int i = digits; i < 9; ++i) value *= 10;
  date->nanoseconds = value;
  return digits > 0;
}

bool ReadOffset(Cursor* cursor, CsvDate* date) {
  date->has_utc_offset = true;
  date->utc_offset_minutes = 0;
  if (cursor->Take('Z')) return true;
  const bool is_negative = cursor->peek() == '-';
  if (!cursor->Take('-') && !cursor->Take('+')) return false;
  int64_t hours;
  int64_t minutes = 0;
  if (!cursor->Number(2, 2, &hours)) return false;
  if (cursor->Take(':') ? !cursor->Number(2, 2, &minutes) : IsDigit(cursor->peek()) && !cursor->Number(2, 2, &minutes)) return false;
  if (hours > 23 || minutes > 59) return false;
  date->utc_offset_minutes = (is_negative ? -1 : 1) * (hours * 60 + minutes);
  return true;
}

bool ReadMeridiem(Cursor* cursor, Parts* parts) {
  static constexpr std::array<const char*, 2> kNames = {"AM", "PM"};
  int64_t index;
  if (!cursor->Name(kNames, 0, &index)) return false;
  parts->is_afternoon = index == 1;
  return true;
}

bool ReadMonthName(Cursor* cursor, size_t size, Parts* parts) {
  if (!cursor->Name(kMonths, size, &parts->month)) return false;
  ++parts->month;
  return true;
}

bool ReadShortYear(Cursor* cursor, Parts* parts) {
  if (!cursor->Number(2, 2, &parts->year)) return false;
  parts->year += parts->year < 69 ? 2000 : 1900;
  return true;
}

bool ReadDirective(char directive, Cursor* cursor, Parts* parts, CsvDate* date) {
  switch (directive) {
    case 'Y': return cursor->Number(4, 4, &parts->year);
    case 'y': return ReadShortYear(cursor, parts);
    case 'm': return cursor->Number(1, 2, &parts->month);
    case 'd': return cursor->Number(1, 2, &parts->day);
    case 'H': return cursor->Number(1, 2, &parts->hour);
    case 'I': parts->is_half_day = true; return cursor->Number(1, 2, &parts->hour);
    case 'M': return cursor->Number(1, 2, &parts->minute);
    case 'S': return cursor->Number(1, 2, &parts->second);
    case 'j': return cursor->Number(1, 3, &parts->day_of_year);
    case 'f': return ReadFraction(cursor, date);
    case 'b': return ReadMonthName(cursor, 3, parts);
    case 'B': return ReadMonthName(cursor, 0, parts);
    case 'p': return ReadMeridiem(cursor, parts);
    case 'z': return ReadOffset(cursor, date);
    case '%': return cursor->Take('%');
    default: return false;
  }
}

bool Assemble(const Parts& parts, CsvDate* date) {
  int64_t hour = parts.hour;
  if (parts.is_half_day) {
    if (hour < 1 || hour > 12) return false;
    hour = hour % 12 + (parts.is_afternoon ? 12 : 0);
  }
  if (parts.month < 1 || parts.month > 12 || hour > 23 || parts.minute > 59 || parts.second > 59) return false;
  const int month = static_cast<int>(parts.month);
  const int days = kDaysBefore[month] - kDaysBefore[month - 1] + (month == 2 && IsLeap(parts.year));
  if (parts.day < 1 || parts.day > days) return false;
  int64_t day = DaysFromCivil(parts.year, month, static_cast<int>(parts.day));
  if (parts.day_of_year > 0) {
    if (parts.day_of_year > 365 + IsLeap(parts.year)) return false;
    day = DaysFromCivil(parts.year, 1, 1) + parts.day_of_year - 1;
  }
  date->seconds = day * 86400 + hour * 3600 + parts.minute * 60 + parts.second;
  return true;
}

bool ParseByFormat(std::string_view format, std::string_view text, CsvDate* date) {
  Cursor cursor(text);
  Parts parts;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] == '%' && i + 1 < format.size()) {
      if (!ReadDirective(format[++i], &cursor, &parts, date)) return false;
    } else if (IsSpace(format[i])) {
      if (!IsSpace(cursor.peek())) return false;
      while (!cursor.at_end() && IsSpace(cursor.peek())) cursor.Skip(1);
    } else if (!cursor.Take(format[i])) {
      return false;
    }
  }
  return cursor.at_end() && Assemble(parts, date);
}

// The format of the clock time at the cursor, up to its end; false if it is none.
bool GuessTime(Cursor* cursor, std::string* format) {
  int64_t number;
  if (!cursor->Number(1, 2, &number)) return false;
  const size_t hour = format->size();
  *format += "%H";
  if (cursor->Take(':')) {
    if (!cursor->Number(1, 2, &number)) return false;
    *format += ":%M";
    if (cursor->Take(':')) {
      if (!cursor->Number(1, 2, &number)) return false;
      *format += ":%S";
      if (cursor->Take('.')) {
        if (!cursor->Number(1, 9, &number)) return false;
        *format += ".%f";
      }
    }
  } else if (format->compare(0, 2, "%Y") != 0) {
    return false;
  }
  const bool has_space = cursor->Take(' ');
  if (cursor->at_end()) return !has_space;
  if (has_space) *format += ' ';
  Parts parts;
  CsvDate date;
  if (ReadMeridiem(cursor, &parts)) {
    if (parts.is_afternoon) return false;  // nor one by a time in the afternoon
    *format += "%p";
    (*format)[hour + 1] = 'I';
  } else if (ReadOffset(cursor, &date)) {
    *format += "%z";
  } else {
    return false;
  }
  return cursor->at_end();
}

// 20200203T101112, 20200203 10:11
bool GuessCompactDate(Cursor* cursor, std::string* format) {
  int64_t number;
  if (!cursor->Number(8, 8, &number)) return false;
  const char separator = cursor->peek();
  if (separator != 'T' && separator != ' ') return false;
  cursor->Skip(1);
  *format = std::string("%Y%m%d") + separator;
  const size_t size = cursor->rest().size();
  if (size == 6 || size == 4) {
    if (!cursor->Number(static_cast<int>(size), static_cast<int>(size), &number)) return GuessTime(cursor, format);
    *format += size == 6 ? "%H%M%S" : "%H%M";
    return cursor->at_end();
  }
  return GuessTime(cursor, format);
}

bool GuessYearFirst(Cursor* cursor, bool day_first, std::string* format) {
  int64_t number;
  if (!cursor->Number(4, 4, &number)) return false;
  *format = "%Y";
  const char separator = cursor->peek();
  if (separator != '-' && separator != '/' && separator != '.' && separator != ' ') return false;
  cursor->Skip(1);
  if (!cursor->Number(1, 2, &number)) return false;
  *format += separator;
  *format += "%m";
  if (cursor->at_end()) return separator == '-';
  if (!cursor->Take(separator) || !cursor->Number(1, 2, &number)) return false;
  *format += separator;
  *format += "%d";
  // pandas believes that the day comes first even after the year.
  if (day_first && number <= 12) std::swap((*format)[4], (*format)[7]);
  return true;
}

bool GuessYearLast(Cursor* cursor, bool day_first, std::string* format) {
  int64_t first;
  int64_t second;
  int64_t year;
  if (!cursor->Number(1, 2, &first)) return false;
  const char separator = cursor->peek();
  if (separator != '-' && separator != '/' && separator != '.') return false;
  cursor->Skip(1);
  if (!cursor->Number(1, 2, &second) || !cursor->Take(separator)) return false;
  const size_t before = cursor->rest().size();
  if (!cursor->Number(2, 4, &year)) return false;
  const size_t digits = before - cursor->rest().size();
  if (digits != 4) return false;  // pandas guesses no layout with a year of two digits
  const bool is_day_first = first > 12 || (day_first && second <= 12);
  *format = is_day_first ? "%d" : "%m";
  *format += separator;
  *format += is_day_first ? "%m" : "%d";
  *format += separator;
  *format += "%Y";
  return true;
}

bool GuessMonth(Cursor* cursor, std::string* format) {
  int64_t month;
  if (cursor->Name(kMonths, 0, &month)) {
    *format += month == 4 ? "%b" : "%B";  // May is its own abbreviation
    return true;
  }
  if (!cursor->Name(kMonths, 3, &month)) return false;
  *format += "%b";
  return true;
}

// 15-Jan-2015, 15 January 2015, Jan 15, 2015
bool GuessNamedMonth(Cursor* cursor, std::string* format) {
  int64_t number;
  const bool is_day_first = IsDigit(cursor->peek());
  if (is_day_first) {
    if (!cursor->Number(1, 2, &number)) return false;
    *format = "%d";
  } else {
    if (!GuessMonth(cursor, format)) return false;
  }
  const auto take_separators = [&] {
    const size_t before = format->size();
    while (cursor->peek() == ' ' || cursor->peek() == '-' || cursor->peek() == ',' || cursor->peek() == '/') {
      *format += cursor->peek();
      cursor->Skip(1);
    }
    return format->size() > before;
  };
  if (!take_separators()) return false;
  if (is_day_first) {
    if (!GuessMonth(cursor, format)) return false;
  } else {
    if (!cursor->Number(1, 2, &number)) return false;
    *format += "%d";
  }
  if (!take_separators() || !cursor->Number(4, 4, &number)) return false;
  *format += "%Y";
  return true;
}

// Whether a guessed layout is one of ISO 8601 as pandas understands that: the year first, and digits in groups.
bool IsOfIso8601(const std::string& format) {
  if (!format.starts_with("%Y") || format.find("%p") != std::string::npos) return false;
  return !format.starts_with("%Y%m%d%H");
}

// A value by the layout that it shows.
bool ParseMixed(std::string_view text, bool day_first, CsvDate* date) {
  const std::string format = GuessDateFormat(text, day_first);
  if (!format.empty()) return ParseByFormat(format, text, date);
  const std::string full = SpellOutDate(text, day_first);
  if (full.empty()) return false;
  const bool has_offset = full.find_last_of("+-") > full.find(' ');
  return ParseByFormat(has_offset ? "%Y-%m-%d %H:%M:%S.%f%z" : "%Y-%m-%d %H:%M:%S.%f", full, date);
}

// dateutil, by which pandas reads what may have the day first, knows microseconds.
void DropNanoseconds(CsvDate* date) {
  date->nanoseconds -= date->nanoseconds % 1000;
  date->num_fraction_digits = std::min(date->num_fraction_digits, 6);
}

bool IsAllDigits(std::string_view text) {
  for (char c : text) {
    if (!IsDigit(c)) return false;
  }
  return true;
}

}  // namespace

CsvDateFormat::CsvDateFormat(std::string format, bool day_first) : format_(std::move(format)), day_first_(day_first) {
  if (format_ == "%Y-%m-%d %H:%M:%S") fixed_separator_ = ' ';
  if (format_ == "%Y-%m-%dT%H:%M:%S") fixed_separator_ = 'T';
}

bool CsvDateFormat::Parse(std::string_view text, CsvDate* date) const {
  *date = CsvDate();
  if (format_.empty()) return false;
  if (format_ == "ISO8601") {
    while (!text.empty() && IsSpace(text[0])) text.remove_prefix(1);
    if (!text.empty() && IsSpace(text.back())) return false;
    const std::string format = GuessDateFormat(text, false);
    return IsOfIso8601(format) && ParseByFormat(format, text, date);
  }
  if (format_ == "mixed") {
    if (!ParseMixed(text, day_first_, date)) return false;
    if (day_first_) DropNanoseconds(date);
    return true;
  }
  return ParseByFormat(format_, text, date);
}

bool IsNotATime(std::string_view text) {
  for (std::string_view name : {"", "NaT", "nat", "NAT", "nan", "NaN", "NAN"}) {
    if (text == name) return true;
  }
  return false;
}

std::string GuessDateFormat(std::string_view text, bool day_first) {
  if (!text.empty() && text[0] == ' ') {
    while (!text.empty() && text[0] == ' ') text.remove_prefix(1);
    const std::string format = GuessDateFormat(text, day_first);
    return format.empty() ? format : " " + format;
  }
  if (!text.empty() && text.back() == ' ') {
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    const std::string format = GuessDateFormat(text, day_first);
    return format.empty() ? format : format + " ";
  }
  // Compact dates have no layout with the day before the month.
  const bool is_swapped = day_first && text.size() >= 8 && IsAllDigits(text.substr(0, 8)) && text.substr(6, 2) <= "12" &&
                          text.substr(4, 2) != text.substr(6, 2);
  if (is_swapped) return "";
  std::string compact;
  Cursor start(text);
  CsvDate date;
  if (GuessCompactDate(&start, &compact) && ParseByFormat(compact, text, &date)) return compact;
  if (IsAllDigits(text)) {
    if (text.size() == 8) return "%Y%m%d";
    if (text.size() == 12) return "%Y%m%d%H%M";
    if (text.size() == 14) return "%Y%m%d%H%M%S";
    return text.size() == 4 ? "%Y" : "";
  }
  for (int kind = 0; kind < 3; ++kind) {
    std::string format;
    Cursor cursor(text);
    const bool is_date = kind == 0   ? GuessYearFirst(&cursor, day_first, &format)
                         : kind == 1 ? GuessYearLast(&cursor, day_first, &format)
                                     : GuessNamedMonth(&cursor, &format);
    if (!is_date) continue;
    if (!cursor.at_end()) {
      const char separator = cursor.peek();
      if (separator != ' ' && !(separator == 'T' && kind == 0)) continue;
      cursor.Skip(1);
      format += separator;
      if (!GuessTime(&cursor, &format)) continue;
    }
    if (ParseByFormat(format, text, &date)) return format;
  }
  return "";
}

bool CsvFixedDateReader::Remember(const char* p) {
  for (int i : {0, 1, 2, 3, 5, 6}) {
    if (!IsDigit(p[i])) return false;
  }
  if (p[4] != '-' || p[7] != '-') return false;
  const auto number = [p](int i) { return (p[i] - '0') * 10 + (p[i + 1] - '0'); };
  const int year = number(0) * 100 + number(2);
  const int month = number(5);
  if (month < 1 || month > 12) return false;
  num_days_ = static_cast<uint32_t>(kDaysBefore[month] - kDaysBefore[month - 1] + (month == 2 && IsLeap(year)));
  seconds_ = DaysFromCivil(year, month, 1) * 86400;
  std::memcpy(&month_, p, 8);
  return true;
}

}  // namespace cask
