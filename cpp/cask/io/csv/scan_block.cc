#include "cask/io/csv/scan_block.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cask/io/csv/scan_block.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cstring>

#if HWY_ARCH_X86
#include <immintrin.h>
#endif

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int64_t kBlock = 64;

// Where a character stands among 64 bytes, one bit each.
using Bytes = hn::CappedTag<uint8_t, kBlock>;

HWY_INLINE uint64_t FindIn(const uint8_t* block, uint8_t c) {
  const Bytes tag;
  constexpr size_t kLanes = hn::MaxLanes(tag);
  const auto wanted = hn::Set(tag, c);
  uint64_t bits = 0;
  for (size_t i = 0; i < kBlock; i += kLanes) {
    uint64_t part = 0;
    hn::StoreMaskBits(tag, hn::Eq(hn::LoadU(tag, block + i), wanted), reinterpret_cast<uint8_t*>(&part));
    bits |= part << (i % 64);
  }
  return bits;
}

HWY_INLINE uint64_t Count(uint64_t bits) { return static_cast<uint64_t>(__builtin_popcountll(bits)); }
HWY_INLINE uint64_t Lowest(uint64_t bits) { return static_cast<uint64_t>(__builtin_ctzll(bits)); }

// The set bit of `bits` that has `skip` set bits below it. There are more than `skip`.
HWY_INLINE uint64_t SelectBit(uint64_t bits, uint64_t skip) {
#if HWY_ARCH_X86_64 && HWY_TARGET <= HWY_AVX2
  return _pdep_u64(uint64_t{1} << skip, bits);
#else
  for (; skip > 0; --skip) bits &= bits - 1;
  return bits & (~bits + 1);
#endif
}

// Bit i is the parity of bits 0 to i.
HWY_INLINE uint64_t PrefixParity(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

// What one block tells the next.
struct Carry {
  uint64_t in_quotes = 0;         // all ones: the block starts within quotes
  uint64_t after_delimiter = 1;   // bit 0: the byte before the block was a delimiter
  uint64_t after_closing = 0;     // bit 0: it was a closing quote
  uint64_t after_carriage = 0;    // bit 0: it was a carriage return
};

class Scanner {
 public:
  explicit Scanner(const CsvScanTask& task) : task_(task) {}

  CsvScanOutcome Go() {
    if (task_.takes_all) {
      Loop<true>();
    } else {
      Loop<false>();
    }
    return outcome_;
  }

 private:
  template <bool kAll>
  HWY_INLINE void Loop() {
    remaining_ = static_cast<uint64_t>(task_.gaps[0]);
    for (int64_t offset = 0; offset < task_.size; offset += kBlock) {
      const uint8_t* block = reinterpret_cast<const uint8_t*>(task_.text) + offset;
      const int64_t left = task_.size - offset;
      const uint64_t valid = left >= kBlock ? ~uint64_t{0} : (uint64_t{1} << left) - 1;
      uint64_t newlines = FindIn(block, static_cast<uint8_t>(task_.newline)) & valid;
      uint64_t delimiters = (FindIn(block, static_cast<uint8_t>(task_.separator)) & valid) | newlines;
      const uint64_t rare = Rare(block) & valid;
      if (HWY_UNLIKELY((rare | carry_.in_quotes | carry_.after_closing | carry_.after_carriage) != 0)) {
        if (!LookCloser(block, valid, &newlines, &delimiters)) {
          outcome_.is_irregular = true;
          return;
        }
      } else {
        carry_.after_delimiter = delimiters >> 63;
      }
      if (!(kAll ? TakeAll(offset, newlines, delimiters) : TakeSlots(offset, newlines, delimiters))) return;
    }
  }

  // Bytes that plain rows do without.
  HWY_INLINE uint64_t Rare(const uint8_t* block) const {
    uint64_t rare = 0;
    if (task_.quote >= 0) rare |= FindIn(block, static_cast<uint8_t>(task_.quote));
    if (task_.carriage >= 0) rare |= FindIn(block, static_cast<uint8_t>(task_.carriage));
    if (task_.stop1 >= 0) rare |= FindIn(block, static_cast<uint8_t>(task_.stop1));
    if (task_.stop2 >= 0) rare |= FindIn(block, static_cast<uint8_t>(task_.stop2));
    return rare;
  }

  // A block with quotes or carriage returns, or after one: takes out delimiters within quotes. False if it is not plain.
  HWY_NOINLINE bool LookCloser(const uint8_t* block, uint64_t valid, uint64_t* newlines, uint64_t* delimiters) {
    if (task_.stop1 >= 0 && (FindIn(block, static_cast<uint8_t>(task_.stop1)) & valid) != 0) return false;
    if (task_.stop2 >= 0 && (FindIn(block, static_cast<uint8_t>(task_.stop2)) & valid) != 0) return false;
    const uint64_t quotes = task_.quote >= 0 ? FindIn(block, static_cast<uint8_t>(task_.quote)) & valid : 0;
    uint64_t carriages = task_.carriage >= 0 ? FindIn(block, static_cast<uint8_t>(task_.carriage)) & valid : 0;
    const uint64_t inside = PrefixParity(quotes) ^ carry_.in_quotes;  // an opening quote counts, a closing one does not
    *newlines &= ~inside;
    *delimiters &= ~inside;
    carriages &= ~inside;
    const uint64_t opening = quotes & inside;
    const uint64_t closing = quotes & ~inside;
    const uint64_t after_delimiter = (*delimiters << 1) | carry_.after_delimiter;
    const uint64_t after_closing = (closing << 1) | carry_.after_closing;
    const uint64_t after_carriage = (carriages << 1) | carry_.after_carriage;
    const uint64_t doubled = task_.double_quote ? quotes : 0;
    const uint64_t wrong = (opening & ~(after_delimiter | (task_.double_quote ? after_closing : 0))) |
                           (after_closing & ~(*delimiters | doubled | carriages)) | (after_carriage & ~*newlines);
    if ((wrong & valid) != 0) return false;
    outcome_.has_quotes |= quotes != 0;
    outcome_.has_carriages |= carriages != 0;
    carry_.in_quotes = (inside >> 63) != 0 ? ~uint64_t{0} : 0;
    carry_.after_delimiter = *delimiters >> 63;
    carry_.after_closing = closing >> 63;
    carry_.after_carriage = carriages >> 63;
    return true;
  }

  // Every delimiter is a slot. False at the end of the rows.
  HWY_INLINE bool TakeAll(int64_t offset, uint64_t newlines, uint64_t delimiters) {
    uint32_t* out = task_.positions + num_positions_;
    const uint64_t count = Count(delimiters);
    uint64_t bits = delimiters;
    // Written eight at a time, the last ones in vain: `positions` has room for that.
    for (uint64_t written = 0; written < count; written += 8) {
      for (int i = 0; i < 8; ++i) {
        out[written + i] = static_cast<uint32_t>(offset + 1) + static_cast<uint32_t>(bits != 0 ? Lowest(bits) : 0);
        bits &= bits - 1;
      }
    }
    const int64_t rows_before = outcome_.num_rows;
    for (uint64_t rest = newlines; rest != 0; rest &= rest - 1) {
      const uint64_t bit = rest & (~rest + 1);
      const int64_t ordinal = num_positions_ + static_cast<int64_t>(Count(delimiters & (bit - 1)));
      if (HWY_UNLIKELY(ordinal != (outcome_.num_rows + 1) * task_.num_fields - 1)) {
        outcome_.num_rows = rows_before;
        outcome_.is_irregular = true;
        return false;
      }
      ++outcome_.num_rows;
      if (HWY_UNLIKELY(outcome_.num_rows == task_.max_rows)) return false;
    }
    num_positions_ += static_cast<int64_t>(count);
    return true;
  }

  HWY_INLINE bool TakeSlots(int64_t offset, uint64_t newlines, uint64_t delimiters) {
    const int64_t rows_before = outcome_.num_rows;
    uint64_t count = Count(delimiters);
    const int64_t rows_after = rows_before + static_cast<int64_t>(Count(newlines));
    while (remaining_ < count) {
      const uint64_t bit = SelectBit(delimiters, remaining_);
      task_.positions[num_positions_++] = static_cast<uint32_t>(offset + 1) + static_cast<uint32_t>(Lowest(bit));
      delimiters &= ~(bit | (bit - 1));
      count -= remaining_ + 1;
      if (++slot_ == task_.stride) {
        slot_ = 0;
        if (HWY_UNLIKELY((newlines & bit) == 0)) return Irregular(rows_before);
        ++outcome_.num_rows;
        // Newlines up to here must be the ends of these rows and nothing else.
        if (HWY_UNLIKELY(outcome_.num_rows == task_.max_rows)) {
          const int64_t seen = rows_before + static_cast<int64_t>(Count(newlines & (bit | (bit - 1))));
          return seen == outcome_.num_rows ? false : Irregular(rows_before);
        }
      }
      remaining_ = static_cast<uint64_t>(task_.gaps[slot_]);
    }
    remaining_ -= count;
    return outcome_.num_rows == rows_after || Irregular(rows_before);
  }

  HWY_NOINLINE bool Irregular(int64_t rows_before) {
    outcome_.num_rows = rows_before;
    outcome_.is_irregular = true;
    return false;
  }

  const CsvScanTask task_;
  CsvScanOutcome outcome_;
  Carry carry_;
  int64_t num_positions_ = 0;
  uint64_t remaining_ = 0;  // delimiters before the next slot
  int slot_ = 0;
};

CsvScanOutcome Scan(const CsvScanTask& task) { return Scanner(task).Go(); }

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cask {

HWY_EXPORT(Scan);

CsvScanOutcome ScanRows(const CsvScanTask& task) { return HWY_DYNAMIC_DISPATCH(Scan)(task); }

}  // namespace cask
#endif
