#include "cask/io/csv/parse_floats.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cask/io/csv/parse_floats.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#if HWY_ARCH_X86
#include <immintrin.h>
#endif

#include "cask/io/csv/parse_number.h"

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2

// `count` (0 to 32) bytes of ones at the end of 32 bytes: loaded from kOnes + count.
alignas(64) constexpr uint8_t kOnes[64] = {
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

HWY_INLINE __m256i Load(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }

// Reads text that ends where 32 bytes end, so that each digit's place among them is its weight. The bytes up to the decimal point are those of a load
// that begins one byte earlier: that closes the gap.
class Parser {
 public:
  explicit Parser(char decimal) : decimal_(_mm256_set1_epi8(decimal)) {}

  HWY_INLINE bool Parse(const char* first, const char* last, double* value) const {
    constexpr int64_t kMaxDigits = 19;
    const bool is_negative = *first == '-';
    const int64_t size = last - first - is_negative;
    if (HWY_UNLIKELY(size < 1 || size > kMaxDigits + 1)) return false;
    const __m256i text = Load(last - 32);
    const __m256i inside = Load(kOnes + size);
    const auto points = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_and_si256(_mm256_cmpeq_epi8(text, decimal_), inside)));
    const bool has_point = points != 0;
    const int64_t scale = has_point ? __builtin_clz(points | 1) : 0;
    const int64_t num_digits = size - has_point;
    // All of this where there is no point: nothing moves.
    const __m256i after_point = Load(kOnes + (has_point ? scale : 32));
    const __m256i digits = _mm256_sub_epi8(_mm256_blendv_epi8(Load(last - 33), text, after_point), _mm256_set1_epi8('0'));
    const __m256i known = _mm256_and_si256(digits, Load(kOnes + num_digits));
    const __m256i wrong = _mm256_subs_epu8(known, _mm256_set1_epi8(9));
    const bool is_number = _mm256_testz_si256(wrong, wrong) != 0 && (points & (points - has_point)) == 0 && num_digits >= 1 && num_digits <= kMaxDigits;
    const __m256i pairs = _mm256_maddubs_epi16(known, _mm256_set1_epi16(0x010A));
    const __m256i fours = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00010064));
    const __m256i eights = _mm256_madd_epi16(_mm256_packus_epi32(fours, fours), _mm256_set1_epi32(0x00012710));
    const auto upper = static_cast<uint64_t>(_mm_cvtsi128_si64(_mm256_castsi256_si128(eights)));
    const auto lower = static_cast<uint64_t>(_mm256_extract_epi64(eights, 2));
    const uint64_t mantissa = (upper >> 32) * 10000000000000000u + (lower & 0xFFFFFFFF) * 100000000u + (lower >> 32);
    if (!is_number || !internal::Scale(mantissa, scale, value)) return false;
    if (is_negative) *value = -*value;
    return true;
  }

 private:
  __m256i decimal_;
};

#else

class Parser {
 public:
  explicit Parser(char decimal) : decimal_(decimal) {}
  HWY_INLINE bool Parse(const char* first, const char* last, double* value) const { return ParsePlainFloat64(first, last - first, decimal_, value); }

 private:
  char decimal_;
};

#endif

void ParseAll(const CsvFieldColumn& fields, int64_t num_rows, char decimal, double* values, std::vector<uint32_t>* others) {
  const Parser parser(decimal);
  const uint32_t* begin = fields.begins;
  const uint32_t* end = fields.ends;
  for (int64_t row = 0; row < num_rows; ++row, begin += fields.stride, end += fields.stride) {
    const char* first = fields.base + *begin + 1;
    const char* last = fields.base + *end;
    if (fields.trim_carriage && last > first && last[-1] == '\r') --last;
    if (HWY_UNLIKELY(!parser.Parse(first, last, &values[row]))) others->push_back(static_cast<uint32_t>(row));
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
