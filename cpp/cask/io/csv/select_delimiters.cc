#include "cask/io/csv/select_delimiters.h"

#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cask/io/csv/select_delimiters.cc"
#include <hwy/foreach_target.h>
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "cask/base/check.h"
#include "cask/io/csv/block_masks-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {

// Some processors with AVX2 and no more deposit bits in microcode, a hundred times as slowly.
#if HWY_ARCH_X86_64 && HWY_TARGET <= HWY_AVX3

// Prefetching by hardware ends with each page.
constexpr int64_t kPrefetchBytes = 3072;

bool CanSelect() { return true; }

CsvSelectedDelimiters Select(const char* text, int64_t begin, int64_t end, const CsvCharacters& characters, const CsvDelimiterPatterns& patterns,
                             int* in_row, uint32_t* const first_place) {
  const Bytes tag;
  const auto separator = hn::Set(tag, static_cast<uint8_t>(characters.separator));
  const auto newline = hn::Set(tag, static_cast<uint8_t>(characters.newline));
  const RareCharacters rare_characters(characters.quote, characters.carriage);
  const uint64_t* const wanted_patterns = patterns.wanted();
  const uint64_t* const newline_patterns = patterns.newlines();
  const uint16_t* const in_row_after = patterns.in_row();
  size_t have = static_cast<size_t>(*in_row);
  uint64_t wrong = 0;
  uint32_t* places = first_place;
  for (int64_t offset = begin; offset < end; offset += kCsvBlock) {
    const uint8_t* block = reinterpret_cast<const uint8_t*>(text) + offset;
    hwy::Prefetch(block + kPrefetchBytes);
    uint64_t newlines = FindIn(block, newline);
    uint64_t delimiters = FindIn(block, separator) | newlines;
    uint64_t rare = rare_characters.FindIn(block);
    if (HWY_UNLIKELY(end - offset < kCsvBlock)) {
      const uint64_t valid = (uint64_t{1} << (end - offset)) - 1;
      newlines &= valid;
      delimiters &= valid;
      rare &= valid;
    }
    const uint64_t wanted = _pdep_u64(wanted_patterns[have], delimiters);
    wrong |= rare | (newlines ^ _pdep_u64(newline_patterns[have], delimiters));
    have = in_row_after[have + Count(delimiters)];
    const uint64_t count = Count(wanted);
    WritePlaces(wanted, count, static_cast<uint32_t>(offset + 1), places);
    places += count;
  }
  *in_row = static_cast<int>(have);
  return {places - first_place, wrong != 0};
}

#else

bool CanSelect() { return false; }

CsvSelectedDelimiters Select(const char*, int64_t, int64_t, const CsvCharacters&, const CsvDelimiterPatterns&, int*, uint32_t*) {
  CASK_CHECK(false);
  return {};
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cask {

HWY_EXPORT(CanSelect);
HWY_EXPORT(Select);

CsvDelimiterPatterns::CsvDelimiterPatterns(int num_fields, const std::vector<int>& slots)
    : wanted_(num_fields), newlines_(num_fields), in_row_(num_fields + kCsvBlock) {
  std::vector<bool> is_wanted(num_fields, false);
  for (int slot : slots) is_wanted[slot] = true;
  for (int have = 0; have < num_fields; ++have) {
    for (int i = 0; i < kCsvBlock; ++i) {
      const int delimiter = (have + i) % num_fields;
      wanted_[have] |= static_cast<uint64_t>(is_wanted[delimiter]) << i;
      newlines_[have] |= static_cast<uint64_t>(delimiter == num_fields - 1) << i;
    }
  }
  for (int have = 0; have < num_fields + kCsvBlock; ++have) in_row_[have] = static_cast<uint16_t>(have % num_fields);
}

bool CanSelectDelimiters() { return HWY_DYNAMIC_DISPATCH(CanSelect)(); }

CsvSelectedDelimiters SelectDelimiters(const char* text, int64_t begin, int64_t end, const CsvCharacters& characters, const CsvDelimiterPatterns& patterns,
                                       int* in_row, uint32_t* places) {
  return HWY_DYNAMIC_DISPATCH(Select)(text, begin, end, characters, patterns, in_row, places);
}

}  // namespace cask
#endif
