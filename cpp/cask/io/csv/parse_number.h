// Numbers and truth values as text, read exactly as pandas' C parser reads them. Pure functions.
//
// The inline ones do the common shapes and say false for anything else; they read up to 8 bytes beyond the end of the text, which must
// be readable. The others are complete.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "cask/io/csv/column_evidence.h"
#include "cask/io/csv/scale_decimal.h"

namespace cask {

struct CsvNumberFormat {
  char decimal = '.';
  char thousands = 0;
};

enum class CsvParsed : uint8_t { kOk, kOverflow, kInvalid };

CsvParsed ParseInt64(std::string_view text, const CsvNumberFormat& format, int64_t* value);
/// `*is_negative` is set, and nothing else looked at, where the text starts with a minus sign.
CsvParsed ParseUInt64(std::string_view text, const CsvNumberFormat& format, uint64_t* value, bool* is_negative);
bool ParseFloat64(std::string_view text, const CsvNumberFormat& format, double* value);
/// true and false in any case.
bool ParseBool(std::string_view text, uint8_t* value);
/// An integer of any size as Python's int() takes it. `*digits` becomes its canonical text.
bool ParsePythonInt(std::string_view text, std::string* digits);

namespace internal {

inline uint64_t Load8(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, 8);
  return word;
}

// The first `size` (1 to 8) characters at `p` moved to the end of the word, with zeros before them.
inline uint64_t Load8Digits(const char* p, int64_t size) {
  const int unused_bits = static_cast<int>(64 - 8 * size);
  return (Load8(p) << unused_bits) | ((0x3030303030303030ull >> 1) >> (63 - unused_bits));
}

inline bool AreDigits(uint64_t word) {
  return (((word + 0x4646464646464646ull) | (word - 0x3030303030303030ull)) & 0x8080808080808080ull) == 0;
}

inline uint64_t Value8(uint64_t word) {
  word -= 0x3030303030303030ull;
  word = (word * 10) + (word >> 8);
  return (((word & 0x000000FF000000FFull) * 0x000F424000000064ull) + (((word >> 16) & 0x000000FF000000FFull) * 0x0000271000000001ull)) >> 32;
}

inline constexpr uint64_t kPowersOfTen[9] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

// Appends `size` digits to `*value`, whatever its size; the caller sees to it that the result fits.
[[gnu::always_inline]] inline bool AppendDigits(const char* p, int64_t size, uint64_t* value) {
  while (size >= 8) {
    const uint64_t word = Load8(p);
    if (!AreDigits(word)) return false;
    *value = *value * 100000000 + Value8(word);
    p += 8;
    size -= 8;
  }
  if (size == 0) return true;
  const uint64_t word = Load8Digits(p, size);
  if (!AreDigits(word)) return false;
  *value = *value * kPowersOfTen[size] + Value8(word);
  return true;
}

// A number of 1 to 8 characters without a sign: the decimal point, if there is one, is taken out and the digits read at once.
[[gnu::always_inline]] inline bool ParseShortFloat64(const char* p, int64_t size, char decimal, double* value) {
  constexpr uint64_t kOnes = 0x0101010101010101ull;
  constexpr uint64_t kHigh = 0x8080808080808080ull;
  const uint64_t word = Load8(p) & (~uint64_t{0} >> (64 - 8 * size));
  const uint64_t matches = word ^ (kOnes * static_cast<uint8_t>(decimal));
  const uint64_t points = (matches - kOnes) & ~matches & kHigh;
  if (points == 0) {
    const uint64_t digits = Load8Digits(p, size);
    *value = static_cast<double>(Value8(digits));
    return AreDigits(digits);
  }
  const int point_bits = __builtin_ctzll(points) & ~7;
  const uint64_t before = word & ((uint64_t{1} << point_bits) - 1);
  const uint64_t after = ((word >> point_bits) >> 8) << point_bits;
  const int64_t num_digits = size - 1;
  if (num_digits == 0) return false;
  const auto unused_bits = static_cast<int>(64 - 8 * num_digits);
  const uint64_t digits = ((before | after) << unused_bits) | ((0x3030303030303030ull >> 1) >> (63 - unused_bits));
  *value = static_cast<double>(Value8(digits)) / kExactPowersOfTen[num_digits - point_bits / 8];
  return AreDigits(digits);
}

}  // namespace internal

/// Digits with at most a minus sign before them, 18 at most.
[[gnu::always_inline]] inline bool ParsePlainInt64(const char* p, int64_t size, int64_t* value) {
  if (size == 1) {  // the most common width by far in columns of codes and counts
    const uint8_t digit = static_cast<uint8_t>(*p - '0');
    *value = digit;
    return digit <= 9;
  }
  const bool is_negative = size > 0 && *p == '-';
  p += is_negative;
  size -= is_negative;
  uint64_t magnitude = 0;
  if (size < 1 || size > 18 || !internal::AppendDigits(p, size, &magnitude)) return false;
  *value = is_negative ? -static_cast<int64_t>(magnitude) : static_cast<int64_t>(magnitude);
  return true;
}

/// Digits with at most a minus sign and one decimal point, 19 at most; no exponent.
[[gnu::always_inline]] inline bool ParsePlainFloat64(const char* p, int64_t size, char decimal, double* value) {
  const char* const end = p + size;
  const bool is_negative = size > 0 && *p == '-';
  p += is_negative;
  if (size - is_negative <= 8) {
    if (size == is_negative || !internal::ParseShortFloat64(p, size - is_negative, decimal, value)) return false;
    if (is_negative) *value = -*value;
    return true;
  }
  const char* const first_digit = p;
  uint64_t mantissa = 0;
  while (p < end && static_cast<uint8_t>(*p - '0') <= 9) mantissa = mantissa * 10 + static_cast<uint8_t>(*p++ - '0');
  int64_t num_digits = p - first_digit;
  int64_t scale = 0;
  if (p < end) {
    if (*p != decimal) return false;
    scale = end - ++p;
    num_digits += scale;
    if (num_digits > 19 || !internal::AppendDigits(p, scale, &mantissa)) return false;
  }
  if (num_digits == 0 || num_digits > 19 || !internal::Scale(mantissa, scale, value)) return false;
  if (is_negative) *value = -*value;
  return true;
}

}  // namespace cask
