#include "cask/io/csv/parse_floats.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cask/io/csv/parse_floats.cc"
#include <algorithm>
#include <array>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#if HWY_ARCH_X86
#include <immintrin.h>
#endif

#include "cask/io/csv/parse_number.h"

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int kBatchRows = 64;

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2

// `count` (0 to 32) bytes of ones at the end of 32 bytes: loaded from kOnes + count.
alignas(64) constexpr uint8_t kOnes[64] = {
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

HWY_INLINE __m256i Load(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }

// What the digits of a number are divided by, with the sign of the number.
struct Power {
  double power;
  double reciprocal;
};

struct Powers {
  Power by_place[64];  // of the decimal point among 32 bytes, the last of which ends the number; 32: there is none
};

// [is_negative]
constexpr std::array<Powers, 2> MakePowers() {
  constexpr int kMaxScale = 19;
  std::array<Powers, 2> table{};
  for (int place = 0; place <= 32; ++place) {
    const double power = internal::kExactPowersOfTen[place == 32 ? 0 : std::min(31 - place, kMaxScale)];
    table[0].by_place[place] = {power, 1 / power};
    table[1].by_place[place] = {-power, -1 / power};
  }
  return table;
}

constexpr std::array<Powers, 2> kPowers = MakePowers();

// Reads numbers in two steps, neither of which branches by what the numbers are: first the digits of each, then the values of all.
class FloatBatch {
 public:
  explicit FloatBatch(char decimal) : decimal_(_mm256_set1_epi8(decimal)) {}

  // Takes number `i`, unless it is none. The text ends where 32 bytes end, so that each digit's place among them is its weight. The bytes up to the
  // decimal point are those of a load that begins one byte earlier: that closes the gap.
  HWY_INLINE bool Take(const char* first, const char* last, int i) {
    constexpr uint64_t kMaxDigits = 19;
    const bool is_negative = *first == '-';
    const int64_t size = last - first - is_negative;
    if (HWY_UNLIKELY(static_cast<uint64_t>(size - 1) > kMaxDigits)) return false;
    const __m256i text = Load(last - 32);
    const __m256i inside = Load(kOnes + size);
    const auto points = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_and_si256(_mm256_cmpeq_epi8(text, decimal_), inside)));
    const uint32_t place = _tzcnt_u32(points);
    const int64_t has_point = points != 0;
    const int64_t num_digits = size - has_point;
    // Where there is no point, both sides of the blend are the same.
    const __m256i after_point = Load(kOnes + 31 - (place & 31));
    const __m256i digits = _mm256_sub_epi8(_mm256_blendv_epi8(Load(last - 32 - has_point), text, after_point), _mm256_set1_epi8('0'));
    const __m256i known = _mm256_and_si256(digits, Load(kOnes + num_digits));
    const __m256i pairs = _mm256_maddubs_epi16(known, _mm256_set1_epi16(0x010A));
    const __m256i fours = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00010064));
    const __m256i eights = _mm256_madd_epi16(_mm256_packus_epi32(fours, fours), _mm256_set1_epi32(0x00012710));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(&upper_[i]), _mm256_castsi256_si128(eights));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(&lower_[i]), _mm256_extracti128_si256(eights, 1));
    const Power& power = kPowers[is_negative].by_place[place];
    powers_[i] = power.power;
    reciprocals_[i] = power.reciprocal;
    const __m256i wrong = _mm256_subs_epu8(known, _mm256_set1_epi8(9));
    return (_mm256_testz_si256(wrong, wrong) != 0) & ((points & (points - has_point)) == 0) & (static_cast<uint64_t>(num_digits - 1) < kMaxDigits);
  }

  // Writes the values of numbers 0 to count - 1. Returns the bits of those that were not taken, or whose rounding is in doubt.
  //
  // With all digits as the sum of two doubles, m = high + low, the quotient q of high by the power p may be wrong by a few units in the last place; what
  // remains, m - q p, says by how much. That is known to about 50 bits, so that q plus it is the nearest double, unless the sum lies so near the middle
  // of two that making the remainder a little larger or smaller moves it to the other (Ziv, "Fast Evaluation of Elementary Mathematical
  // Functions with Correctly Rounded Last Bit", 1991).
  HWY_INLINE uint64_t Finish(uint64_t not_taken, int count, double* values) {
    const hn::ScalableTag<double> f64;
    const auto larger = hn::Set(f64, 1 + 0x1p-47);
    const auto smaller = hn::Set(f64, 1 - 0x1p-47);
    uint64_t in_doubt = 0;
    for (size_t i = 0; i < kBatchRows; i += hn::Lanes(f64)) {
      hn::Vec<decltype(f64)> high, low;
      Split(Digits(i), &high, &low);
      const auto power = hn::Load(f64, powers_ + i);
      const auto reciprocal = hn::Load(f64, reciprocals_ + i);
      const auto quotient = hn::Mul(high, reciprocal);
      const auto remainder = hn::Add(hn::NegMulAdd(quotient, power, high), low);
      const auto value = hn::MulAdd(remainder, reciprocal, quotient);
      const auto above = hn::MulAdd(remainder, hn::Mul(reciprocal, larger), quotient);
      const auto below = hn::MulAdd(remainder, hn::Mul(reciprocal, smaller), quotient);
      hn::Store(value, f64, values_ + i);
      uint8_t bits[8] = {};
      hn::StoreMaskBits(f64, hn::Ne(above, below), bits);
      in_doubt |= static_cast<uint64_t>(bits[0]) << i;
    }
    std::copy_n(values_, count, values);
    return (not_taken | in_doubt) & (~uint64_t{0} >> (64 - count));
  }

 private:
  using U64 = hn::ScalableTag<uint64_t>;

  // upper_ and lower_ hold four groups of eight digits; there are 19 digits at most, so that the first group is none.
  HWY_INLINE hn::Vec<U64> Digits(size_t i) const {
    constexpr uint64_t kTenTo16 = 10'000'000'000'000'000;
    const U64 u64;
    const hn::Repartition<uint32_t, U64> u32;
    const auto multiply = [&](auto group, uint64_t factor) HWY_ATTR { return hn::MulEven(hn::BitCast(u32, group), hn::BitCast(u32, hn::Set(u64, factor))); };
    const auto first = hn::ShiftRight<32>(hn::Load(u64, upper_ + i));
    const auto others = hn::Load(u64, lower_ + i);
    const auto last16 = hn::Add(multiply(others, 100'000'000), hn::ShiftRight<32>(others));
    const auto first3 = hn::Add(multiply(first, kTenTo16 & 0xFFFFFFFF), hn::ShiftLeft<32>(multiply(first, kTenTo16 >> 32)));
    return hn::Add(first3, last16);
  }

  // digits = *high + *low, where *high is the double nearest to them. Halves of 32 bits become doubles as the ends of the significands of 2^84 and 2^52.
  static HWY_INLINE void Split(hn::Vec<U64> digits, hn::Vec<hn::ScalableTag<double>>* high, hn::Vec<hn::ScalableTag<double>>* low) {
    constexpr uint64_t kTwoTo84 = 0x4530000000000000, kTwoTo52 = 0x4330000000000000;
    const U64 u64;
    const hn::ScalableTag<double> f64;
    const auto upper = hn::Sub(hn::BitCast(f64, hn::Or(hn::ShiftRight<32>(digits), hn::Set(u64, kTwoTo84))), hn::Set(f64, 0x1p84));
    const auto lower = hn::Sub(hn::BitCast(f64, hn::Or(hn::And(digits, hn::Set(u64, 0xFFFFFFFF)), hn::Set(u64, kTwoTo52))), hn::Set(f64, 0x1p52));
    *high = hn::Add(upper, lower);
    *low = hn::Sub(lower, hn::Sub(*high, upper));
  }

  __m256i decimal_;
  alignas(64) uint64_t upper_[kBatchRows] = {};
  alignas(64) uint64_t lower_[kBatchRows] = {};
  alignas(64) double powers_[kBatchRows] = {};
  alignas(64) double reciprocals_[kBatchRows] = {};
  alignas(64) double values_[kBatchRows];
};

#else

class FloatBatch {
 public:
  explicit FloatBatch(char decimal) : decimal_(decimal) {}

  HWY_INLINE bool Take(const char* first, const char* last, int i) { return ParsePlainFloat64(first, last - first, decimal_, &values_[i]); }
  HWY_INLINE uint64_t Finish(uint64_t not_taken, int count, double* values) {
    std::copy_n(values_, count, values);
    return not_taken;
  }

 private:
  char decimal_;
  double values_[kBatchRows] = {};
};

#endif

void ParseAll(const CsvFieldColumn& fields, int64_t num_rows, char decimal, double* values, std::vector<uint32_t>* others) {
  FloatBatch batch(decimal);
  const auto [base, begins, ends, stride, trim_carriage] = fields;
  const uint32_t* begin = begins;
  const uint32_t* end = ends;
  for (int64_t row = 0; row < num_rows; row += kBatchRows) {
    const int count = static_cast<int>(std::min<int64_t>(kBatchRows, num_rows - row));
    uint64_t not_taken = 0;
    for (int i = 0; i < count; ++i, begin += stride, end += stride) {
      const char* first = base + *begin + 1;
      const char* last = base + *end;
      if (trim_carriage && last > first && last[-1] == '\r') --last;
      if (HWY_UNLIKELY(!batch.Take(first, last, i))) not_taken |= uint64_t{1} << i;
    }
    for (uint64_t rest = batch.Finish(not_taken, count, values + row); HWY_UNLIKELY(rest != 0); rest &= rest - 1) {
      others->push_back(static_cast<uint32_t>(row + __builtin_ctzll(rest)));
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cask {

HWY_EXPORT(ParseAll);

void ParseFloats(const CsvFieldColumn& fields, int64_t num_rows, char decimal, double* values, std::vector<uint32_t>* others) {
  HWY_DYNAMIC_DISPATCH(ParseAll)(fields, num_rows, decimal, values, others);
}

}  // namespace cask
#endif
