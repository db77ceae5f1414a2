// The loops over values of packing and unpacking, compiled for several instruction sets. All give the same values.
#pragma once

#include <cstdint>

namespace cask {

/// Powers of ten by which decimals are tried: 10^0 to 10^kMaxDecimalExponent.
inline constexpr int kMaxDecimalExponent = 9;
extern const double kDecimalPowers[kMaxDecimalExponent + 1];

struct ValueRange {
  int64_t min;
  int64_t max;
};

struct PackLoops {
  /// The smallest and the greatest value other than `without`; min > max if there is none.
  ValueRange (*range)(const int64_t* values, int64_t n, int64_t without);
  /// codes[i] = (values[i] - base) / step. How many values are not base + step * codes[i] with a code of at most `max_code`; their codes are
  /// anything.
  int64_t (*offsets)(const int64_t* values, int64_t n, int64_t base, int64_t step, uint32_t max_code, uint32_t* codes);
  /// codes[i]: the integer nearest to values[i] * 10^exponent, as an int32; 0 where that is none. How many values are not codes[i] / 10^exponent.
  int64_t (*decimals)(const double* values, int64_t n, int exponent, uint32_t* codes);
  /// The range of codes as int32.
  ValueRange (*code_range)(const uint32_t* codes, int64_t n);
  /// codes[i]: the bits of values[i] as a float. How many values are not that float.
  int64_t (*floats)(const double* values, int64_t n, uint32_t* codes);
  /// codes[i] = the length of text i. Their range.
  ValueRange (*lengths)(const int64_t* offsets, int64_t n, uint32_t* codes);

  /// out[i] = codes[i] - base, in `width` (1, 2 or 4) bytes.
  void (*narrow)(const uint32_t* codes, int64_t n, uint32_t base, int width, uint8_t* out);

  void (*unpack_offsets)(const uint8_t* codes, int64_t n, int width, int64_t base, int64_t step, int64_t* out);
  void (*unpack_decimals)(const uint8_t* codes, int64_t n, int width, int32_t base, int exponent, double* out);
  void (*unpack_floats)(const uint8_t* codes, int64_t n, double* out);
};

/// For the best instructions that the processor has, or those that a test chose with hwy::SetSupportedTargetsForTest.
PackLoops FindPackLoops();

}  // namespace cask
