#include "cask/store/pack_loops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cask/store/pack_loops.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cstring>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {

// All of these are written for the vectoriser.

ValueRange Range(const int64_t* values, int64_t n, int64_t without) {
  int64_t min = std::numeric_limits<int64_t>::max();
  int64_t max = std::numeric_limits<int64_t>::min();
  for (int64_t i = 0; i < n; ++i) {
    const int64_t value = values[i];
    min = value != without && value < min ? value : min;
    max = value != without && value > max ? value : max;
  }
  return {min, max};
}

// Wraps around where `value` is below `base`.
HWY_INLINE uint64_t Offset(int64_t value, int64_t base) { return static_cast<uint64_t>(value) - static_cast<uint64_t>(base); }

int64_t Offsets(const int64_t* values, int64_t n, int64_t base, int64_t step, uint32_t max_code, uint32_t* codes) {
  int64_t misfits = 0;
  if (step == 1) {
    for (int64_t i = 0; i < n; ++i) {
      const uint64_t offset = Offset(values[i], base);
      codes[i] = static_cast<uint32_t>(offset);
      misfits += offset > max_code;
    }
    return misfits;
  }
  // The quotient is exact where it is whole and the offset has 53 bits; a whole multiple of the step proves it.
  const auto divisor = static_cast<double>(step);
  const auto factor = static_cast<uint64_t>(step);
  const auto max = static_cast<double>(max_code);
  for (int64_t i = 0; i < n; ++i) {
    const uint64_t offset = Offset(values[i], base);
    const double quotient = static_cast<double>(static_cast<int64_t>(offset)) / divisor;
    const bool is_code = quotient >= 0 && quotient <= max;
    const auto code = static_cast<uint64_t>(static_cast<int64_t>(is_code ? quotient : 0.0));
    codes[i] = static_cast<uint32_t>(code);
    misfits += !is_code || code * factor != offset;
  }
  return misfits;
}

int64_t Decimals(const double* values, int64_t n, int exponent, uint32_t* codes) {
  constexpr double kRounder = 6755399441055744.0;  // 1.5 * 2^52: adding it leaves no bits for a fraction
  const double power = kDecimalPowers[exponent];
  int64_t misfits = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double rounded = (values[i] * power + kRounder) - kRounder;
    const double whole = rounded >= -2147483647.0 && rounded <= 2147483647.0 ? rounded : 0.0;
    const int32_t code = static_cast<int32_t>(whole);
    const double again = static_cast<double>(code) / power;
    uint64_t bits, again_bits;
    std::memcpy(&bits, &values[i], 8);
    std::memcpy(&again_bits, &again, 8);
    codes[i] = static_cast<uint32_t>(code);
    misfits += bits != again_bits;
  }
  return misfits;
}

ValueRange CodeRange(const uint32_t* codes, int64_t n) {
  int32_t min = std::numeric_limits<int32_t>::max();
  int32_t max = std::numeric_limits<int32_t>::min();
  for (int64_t i = 0; i < n; ++i) {
    const auto code = static_cast<int32_t>(codes[i]);
    min = code < min ? code : min;
    max = code > max ? code : max;
  }
  return {min, max};
}

int64_t Floats(const double* values, int64_t n, uint32_t* codes) {
  int64_t misfits = 0;
  for (int64_t i = 0; i < n; ++i) {
    const float code = static_cast<float>(values[i]);
    const double again = code;
    uint64_t bits, again_bits;
    std::memcpy(&bits, &values[i], 8);
    std::memcpy(&again_bits, &again, 8);
    std::memcpy(&codes[i], &code, 4);
    misfits += bits != again_bits;
  }
  return misfits;
}

ValueRange Lengths(const int64_t* offsets, int64_t n, uint32_t* codes) {
  int64_t min = std::numeric_limits<int64_t>::max();
  int64_t max = std::numeric_limits<int64_t>::min();
  for (int64_t i = 0; i < n; ++i) {
    const int64_t length = offsets[i + 1] - offsets[i];
    codes[i] = static_cast<uint32_t>(length);
    min = length < min ? length : min;
    max = length > max ? length : max;
  }
  return {min, max};
}

template <typename Code>
HWY_INLINE void NarrowTo(const uint32_t* codes, int64_t n, uint32_t base, uint8_t* out) {
  Code* narrow = reinterpret_cast<Code*>(out);
  for (int64_t i = 0; i < n; ++i) narrow[i] = static_cast<Code>(codes[i] - base);
}

void Narrow(const uint32_t* codes, int64_t n, uint32_t base, int width, uint8_t* out) {
  if (width == 1) NarrowTo<uint8_t>(codes, n, base, out);
  if (width == 2) NarrowTo<uint16_t>(codes, n, base, out);
  if (width == 4) NarrowTo<uint32_t>(codes, n, base, out);
}

template <typename Code>
HWY_INLINE void UnpackOffsetsOf(const uint8_t* codes, int64_t n, int64_t base, int64_t step, int64_t* out) {
  const Code* narrow = reinterpret_cast<const Code*>(codes);
  const auto first = static_cast<uint64_t>(base);
  const auto factor = static_cast<uint64_t>(step);
  if (step == 1) {
    for (int64_t i = 0; i < n; ++i) out[i] = static_cast<int64_t>(first + narrow[i]);
  } else {
    for (int64_t i = 0; i < n; ++i) out[i] = static_cast<int64_t>(first + factor * narrow[i]);
  }
}

void UnpackOffsets(const uint8_t* codes, int64_t n, int width, int64_t base, int64_t step, int64_t* out) {
  if (width == 1) return UnpackOffsetsOf<uint8_t>(codes, n, base, step, out);
  if (width == 2) return UnpackOffsetsOf<uint16_t>(codes, n, base, step, out);
  if (width == 4) return UnpackOffsetsOf<uint32_t>(codes, n, base, step, out);
  for (int64_t i = 0; i < n; ++i) out[i] = base;
}

template <typename Code>
HWY_INLINE void UnpackDecimalsOf(const uint8_t* codes, int64_t n, int32_t base, double power, double* out) {
  const Code* narrow = reinterpret_cast<const Code*>(codes);
  for (int64_t i = 0; i < n; ++i) out[i] = static_cast<double>(static_cast<int32_t>(static_cast<uint32_t>(base) + narrow[i])) / power;
}

void UnpackDecimals(const uint8_t* codes, int64_t n, int width, int32_t base, int exponent, double* out) {
  const double power = kDecimalPowers[exponent];
  if (width == 1) return UnpackDecimalsOf<uint8_t>(codes, n, base, power, out);
  if (width == 2) return UnpackDecimalsOf<uint16_t>(codes, n, base, power, out);
  if (width == 4) return UnpackDecimalsOf<uint32_t>(codes, n, base, power, out);
  for (int64_t i = 0; i < n; ++i) out[i] = base / power;
}

void UnpackFloats(const uint8_t* codes, int64_t n, double* out) {
  const float* narrow = reinterpret_cast<const float*>(codes);
  for (int64_t i = 0; i < n; ++i) out[i] = narrow[i];
}

PackLoops Loops() {
  return {Range, Offsets, Decimals, CodeRange, Floats, Lengths, Narrow, UnpackOffsets, UnpackDecimals, UnpackFloats};
}

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cask {

const double kDecimalPowers[kMaxDecimalExponent + 1] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

HWY_EXPORT(Loops);

PackLoops FindPackLoops() { return HWY_DYNAMIC_DISPATCH(Loops)(); }

}  // namespace cask
#endif
