// mantissa / 10^scale, correctly rounded: the last step of reading a decimal number. Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

namespace cask::internal {

inline constexpr double kExactPowersOfTen[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// 10^-scale for scales 0 to 19, as the first 128 bits of its binary digits, rounded down, times a power of two.
struct Reciprocal {
  uint64_t high;
  uint64_t low;
  int exponent;  // the value is (high * 2^64 + low) * 2^(exponent - 127)
};

constexpr std::array<Reciprocal, 20> MakeReciprocals() {
  std::array<Reciprocal, 20> table{};
  for (int scale = 0; scale < 20; ++scale) {
    // 5^-scale by long division of a power of two; 10^-scale is that times 2^-scale.
    unsigned __int128 power = 1;
    for (int i = 0; i < scale; ++i) power *= 5;
    int bits = 0;
    while ((power >> bits) > 1) ++bits;
    unsigned __int128 rest = 1;
    rest <<= bits;
    if (rest == power) {  // only for scale 0
      table[scale] = {uint64_t{1} << 63, 0, 0};
      continue;
    }
    rest <<= 1;
    unsigned __int128 quotient = 0;
    for (int i = 0; i < 128; ++i) {
      quotient <<= 1;
      if (rest >= power) {
        rest -= power;
        quotient |= 1;
      }
      rest <<= 1;
    }
    table[scale] = {static_cast<uint64_t>(quotient >> 64), static_cast<uint64_t>(quotient), -bits - 1 - scale};
  }
  return table;
}

inline constexpr std::array<Reciprocal, 20> kReciprocals = MakeReciprocals();

// For a mantissa above 2^53 and a scale up to 19. False where it takes more than is known here to tell how to round.
[[gnu::always_inline]] inline bool ScaleLarge(uint64_t mantissa, int64_t scale, double* value) {
  const Reciprocal& reciprocal = kReciprocals[scale];
  const int shift = __builtin_clzll(mantissa);
  const uint64_t normal = mantissa << shift;
  unsigned __int128 product = static_cast<unsigned __int128>(normal) * reciprocal.high;
  product += (static_cast<unsigned __int128>(normal) * reciprocal.low) >> 64;
  // The product is too small by less than 2. Its first 53 bits are kept; the rest decides the rounding, unless it is too near a tie.
  const int leading = static_cast<int>(product >> 127);
  const int cut = 10 + leading;  // of the upper half
  const auto high = static_cast<uint64_t>(product >> 64);
  const uint64_t kept = high >> cut;
  const unsigned __int128 rest = product - (static_cast<unsigned __int128>(kept << cut) << 64);
  const unsigned __int128 half = static_cast<unsigned __int128>(uint64_t{1} << (cut - 1)) << 64;
  // Rounding up may carry into the exponent, which is as it should be. The exponent is never that of a subnormal or an infinity.
  const auto exponent = static_cast<uint64_t>(63 - shift + reciprocal.exponent + leading + 1022);
  const uint64_t encoded = (exponent << 52) + kept + (rest > half);
  std::memcpy(value, &encoded, 8);
  return !(rest + 4 >= half && rest <= half + 4);
}

// For a scale up to 19.
[[gnu::always_inline]] inline bool Scale(uint64_t mantissa, int64_t scale, double* value) {
  if (mantissa > (uint64_t{1} << 53)) return ScaleLarge(mantissa, scale, value);
  *value = static_cast<double>(mantissa) / kExactPowersOfTen[scale];
  return true;
}

}  // namespace cask::internal
