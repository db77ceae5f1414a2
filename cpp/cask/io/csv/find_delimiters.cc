#include "cask/io/csv/find_delimiters.h"

// The instructions of the newer half of AVX-512 take the numbers of the set bits out of a mask at once.
#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cask/io/csv/find_delimiters.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cask/io/csv/block_masks-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Bit i is the parity of bits 0 to i.
HWY_INLINE uint64_t PrefixParity(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

// A block with quotes or carriage returns, or after one: takes out delimiters within quotes. False if it is not plain.
HWY_NOINLINE bool LookCloser(const uint8_t* block, uint64_t valid, CsvDelimiterScan* scan, uint64_t* newlines, uint64_t* delimiters) {
  if (scan->stop1 >= 0 && (FindIn(block, scan->stop1) & valid) != 0) return false;
  if (scan->stop2 >= 0 && (FindIn(block, scan->stop2) & valid) != 0) return false;
  const uint64_t quotes = scan->quote >= 0 ? FindIn(block, scan->quote) & valid : 0;
  uint64_t carriages = scan->carriage >= 0 ? FindIn(block, scan->carriage) & valid : 0;
  const uint64_t inside = PrefixParity(quotes) ^ scan->in_quotes;  // an opening quote counts, a closing one does not
  *newlines &= ~inside;
  *delimiters &= ~inside;
  carriages &= ~inside;
  const uint64_t opening = quotes & inside;
  const uint64_t closing = quotes & ~inside;
  const uint64_t after_delimiter = (*delimiters << 1) | scan->after_delimiter;
  const uint64_t after_closing = (closing << 1) | scan->after_closing;
  const uint64_t after_carriage = (carriages << 1) | scan->after_carriage;
  const uint64_t doubled = scan->double_quote ? quotes : 0;
  const uint64_t wrong = (opening & ~(after_delimiter | (scan->double_quote ? after_closing : 0))) |
                         (after_closing & ~(*delimiters | doubled | carriages)) | (after_carriage & ~*newlines);
  if ((wrong & valid) != 0) return false;
  scan->has_quotes |= quotes != 0;
  scan->has_carriages |= carriages != 0;
  scan->in_quotes = (inside >> 63) != 0 ? ~uint64_t{0} : 0;
  scan->after_closing = closing >> 63;
  scan->after_carriage = carriages >> 63;
  return true;
}

HWY_INLINE bool HasCarried(const CsvDelimiterScan& scan) { return (scan.in_quotes | scan.after_closing | scan.after_carriage) != 0; }

CsvDelimiters Find(const char* text, int64_t begin, int64_t end, CsvDelimiterScan* scan, uint32_t* const first_place) {
  const Bytes tag;
  const auto separator = hn::Set(tag, static_cast<uint8_t>(scan->separator));
  const auto newline = hn::Set(tag, static_cast<uint8_t>(scan->newline));
  const RareCharacters rare_characters(scan->quote, scan->carriage);
  const bool has_stops = scan->stop1 >= 0 || scan->stop2 >= 0;
  bool looks_closer = has_stops || HasCarried(*scan);
  uint64_t last_delimiters = scan->after_delimiter << 63;
  uint32_t* places = first_place;
  CsvDelimiters found;
  for (int64_t offset = begin; offset < end; offset += kCsvBlock) {
    const uint8_t* block = reinterpret_cast<const uint8_t*>(text) + offset;
    uint64_t newlines = FindIn(block, newline);
    uint64_t delimiters = FindIn(block, separator) | newlines;
    uint64_t rare = rare_characters.FindIn(block);
    uint64_t valid = ~uint64_t{0};
    if (HWY_UNLIKELY(end - offset < kCsvBlock)) {
      valid = (uint64_t{1} << (end - offset)) - 1;
      newlines &= valid;
      delimiters &= valid;
      rare &= valid;
    }
    if (HWY_UNLIKELY(rare != 0 || looks_closer)) {
      scan->after_delimiter = last_delimiters >> 63;
      if (!LookCloser(block, valid, scan, &newlines, &delimiters)) {
        found.is_irregular = true;
        break;
      }
      looks_closer = has_stops || HasCarried(*scan);
    }
    last_delimiters = delimiters;
    const uint64_t count = Count(delimiters);
    WritePlaces(delimiters, count, static_cast<uint32_t>(offset + 1), places);
    places += count;
    found.num_newlines += static_cast<int64_t>(Count(newlines));
  }
  scan->after_delimiter = last_delimiters >> 63;
  found.count = places - first_place;
  return found;
}

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cask {

HWY_EXPORT(Find);

CsvDelimiters FindDelimiters(const char* text, int64_t begin, int64_t end, CsvDelimiterScan* scan, uint32_t* places) {
  return HWY_DYNAMIC_DISPATCH(Find)(text, begin, end, scan, places);
}

}  // namespace cask
#endif
