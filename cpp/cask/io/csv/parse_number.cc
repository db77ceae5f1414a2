#include "cask/io/csv/parse_number.h"

#include <fast_float/fast_float.h>
#include <strings.h>

#include <charconv>
#include <cmath>

namespace cask {
namespace {

bool IsSpace(char c) { return c == ' ' || static_cast<unsigned char>(c - '\t') < 5; }
bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }

std::string_view WithoutLeadingSpace(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  return text;
}

bool IsOnlySpace(std::string_view text) { return WithoutLeadingSpace(text).empty(); }

// pandas gives up on numbers with thousands separators that have more digits than this.
constexpr size_t kMaxSeparatedDigits = 126;

struct Digits {
  std::string_view number;  // sign and digits, without separators
  std::string_view rest;    // what follows
  bool is_too_long = false;
};

// The integer at the start of `text`.
Digits TakeDigits(std::string_view text, char thousands, std::string* buffer) {
  if (thousands == 0 || text.find(thousands) == std::string_view::npos) {
    size_t size = text.front() == '-';
    while (size < text.size() && IsDigit(text[size])) ++size;
    return {text.substr(0, size), text.substr(size)};
  }
  size_t used = 0;
  if (text[used] == '-') buffer->push_back(text[used++]);
  for (; used < text.size() && (IsDigit(text[used]) || text[used] == thousands); ++used) {
    if (text[used] == thousands) continue;
    if (buffer->size() >= kMaxSeparatedDigits) return {{}, {}, true};
    buffer->push_back(text[used]);
  }
  return {*buffer, text.substr(used)};
}

template <typename T>
CsvParsed ParseInteger(std::string_view text, const CsvNumberFormat& format, T* value) {
  std::string buffer;
  const Digits digits = TakeDigits(text, format.thousands, &buffer);
  if (digits.is_too_long) return CsvParsed::kOverflow;
  if (!IsOnlySpace(digits.rest)) return CsvParsed::kInvalid;
  const auto result = std::from_chars(digits.number.data(), digits.number.data() + digits.number.size(), *value);
  if (result.ec == std::errc::result_out_of_range) {
    return digits.rest.empty() ? CsvParsed::kOverflow : CsvParsed::kInvalid;  // no integer with spaces behind it
  }
  return result.ec == std::errc() ? CsvParsed::kOk : CsvParsed::kInvalid;
}

// Numbers that fast_float does not take (thousands separators, out of range): 17 digits, scaled by powers of ten in double arithmetic.
bool ParseFloatByDigits(std::string_view text, const CsvNumberFormat& format, double* value) {
  const char* p = text.data();
  const char* const end = p + text.size();
  const auto at = [&](char c) { return p < end && *p == c; };
  const auto is_digit = [&] { return p < end && IsDigit(*p); };
  const bool is_negative = at('-');
  if (is_negative || at('+')) ++p;
  uint64_t mantissa = 0;
  int64_t exponent = 0;
  int num_digits = 0;
  bool any_digit = false;
  const auto take = [&](bool is_fraction) {
    any_digit = true;
    const bool is_significant = num_digits > 0 || *p != '0';
    if (num_digits < 17) {
      mantissa = mantissa * 10 + (*p - '0');
      num_digits += is_significant;
      exponent -= is_fraction;
    } else {
      exponent += !is_fraction;
    }
    ++p;
  };
  while (is_digit()) {
    take(false);
    if (format.thousands != 0 && at(format.thousands)) ++p;
  }
  if (at(format.decimal)) {
    ++p;
    while (is_digit()) take(true);
  }
  if (!any_digit) return false;
  if (at('e') || at('E')) {
    ++p;
    if (at('+')) ++p;
    int64_t written = 0;
    const auto result = std::from_chars(p, end, written);
    if (result.ptr == p) return false;
    p = result.ptr;
    if (result.ec == std::errc::result_out_of_range) written = 1 << 20;
    exponent += written;
  }
  double number = static_cast<double>(mantissa);
  if (exponent > 308) {
    number = number == 0 ? 0 : HUGE_VAL;
  } else if (exponent >= 0) {
    number *= std::pow(10.0, static_cast<double>(exponent));
  } else if (exponent < -616) {
    number = 0;
  } else if (exponent < -308) {
    number = number / std::pow(10.0, static_cast<double>(-308 - exponent)) / 1e308;
  } else {
    number /= std::pow(10.0, static_cast<double>(-exponent));
  }
  *value = is_negative ? -number : number;
  return IsOnlySpace({p, static_cast<size_t>(end - p)});
}

bool ParseInfinity(std::string_view text, double* value) {
  const bool is_negative = !text.empty() && text.front() == '-';
  if (is_negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
  const bool is_infinity = (text.size() == 3 && strncasecmp(text.data(), "inf", 3) == 0) ||
                           (text.size() == 8 && strncasecmp(text.data(), "infinity", 8) == 0);
  *value = is_negative ? -HUGE_VAL : HUGE_VAL;
  return is_infinity;
}

}  // namespace

CsvParsed ParseInt64(std::string_view text, const CsvNumberFormat& format, int64_t* value) {
  text = WithoutLeadingSpace(text);
  const size_t sign = !text.empty() && (text[0] == '-' || text[0] == '+');
  if (text.size() <= sign || !IsDigit(text[sign])) return CsvParsed::kInvalid;
  if (text[0] == '+') text.remove_prefix(1);
  return ParseInteger(text, format, value);
}

CsvParsed ParseUInt64(std::string_view text, const CsvNumberFormat& format, uint64_t* value, bool* is_negative) {
  text = WithoutLeadingSpace(text);
  *is_negative = !text.empty() && text[0] == '-';
  if (*is_negative) return CsvParsed::kOk;
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  if (text.empty() || !IsDigit(text[0])) return CsvParsed::kInvalid;
  return ParseInteger(text, format, value);
}

bool ParseFloat64(std::string_view text, const CsvNumberFormat& format, double* value) {
  const std::string_view whole = text;
  text = WithoutLeadingSpace(text);
  const size_t sign = !text.empty() && (text[0] == '-' || text[0] == '+');
  const bool is_number = text.size() > sign && (IsDigit(text[sign]) || (text[sign] == format.decimal && text.size() > sign + 1 &&
                                                                        IsDigit(text[sign + 1])));
  if (is_number && format.thousands == 0) {
    std::string_view number = text[0] == '+' ? text.substr(1) : text;
    const fast_float::parse_options options{fast_float::chars_format::general, format.decimal};
    const auto result = fast_float::from_chars_advanced(number.data(), number.data() + number.size(), *value, options);
    if (result.ec == std::errc()) {
      return IsOnlySpace({result.ptr, static_cast<size_t>(number.data() + number.size() - result.ptr)});
    }
  }
  return ParseFloatByDigits(text, format, value) || ParseInfinity(whole, value);
}

bool ParseBool(std::string_view text, uint8_t* value) {
  if (text.size() == 4 && strncasecmp(text.data(), "true", 4) == 0) {
    *value = 1;
    return true;
  }
  *value = 0;
  return text.size() == 5 && strncasecmp(text.data(), "false", 5) == 0;
}

bool ParsePythonInt(std::string_view text, std::string* digits) {
  constexpr size_t kMaxDigits = 4300;  // Python's limit on the text of an integer
  text = WithoutLeadingSpace(text);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  const bool is_negative = !text.empty() && text[0] == '-';
  if (is_negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  digits->clear();
  size_t num_digits = 0;
  bool after_digit = false;
  for (char c : text) {
    if (c == '_' && after_digit) {
      after_digit = false;
      continue;
    }
    if (!IsDigit(c)) return false;
    after_digit = true;
    ++num_digits;
    if (c != '0' || !digits->empty()) digits->push_back(c);
  }
  if (!after_digit || num_digits > kMaxDigits) return false;
  if (digits->empty()) {
    digits->assign(1, '0');
  } else if (is_negative) {
    digits->insert(digits->begin(), '-');
  }
  return true;
}

}  // namespace cask
