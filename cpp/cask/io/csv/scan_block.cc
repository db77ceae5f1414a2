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

// The bits of a test of each of 64 bytes.
template <typename Test>
HWY_INLINE uint64_t Bits(const uint8_t* block, Test test) {
  const Bytes tag;
  constexpr size_t kLanes = hn::MaxLanes(Bytes());
  uint64_t bits = 0;
  for (size_t i = 0; i < kBlock; i += kLanes) {
    uint64_t part = 0;
    hn::StoreMaskBits(tag, test(hn::LoadU(tag, block + i)), reinterpret_cast<uint8_t*>(&part));
    bits |= part << (i % 64);
  }
  return bits;
}

using ByteVector = hn::Vec<Bytes>;

HWY_INLINE uint64_t FindIn(const uint8_t* block, ByteVector wanted) {
  return Bits(block, [wanted](ByteVector bytes) HWY_ATTR { return hn::Eq(bytes, wanted); });
}

HWY_INLINE uint64_t FindIn(const uint8_t* block, int c) { return FindIn(block, hn::Set(Bytes(), static_cast<uint8_t>(c))); }

HWY_INLINE uint64_t FindEither(const uint8_t* block, ByteVector first, ByteVector second) {
  return Bits(block, [first, second](ByteVector bytes) HWY_ATTR { return hn::Or(hn::Eq(bytes, first), hn::Eq(bytes, second)); });
}

HWY_INLINE uint64_t Count(uint64_t bits) { return static_cast<uint64_t>(__builtin_popcountll(bits)); }

// The number of the lowest set bit; anything if there is none.
HWY_INLINE uint32_t LowestOr64(uint64_t bits) {
#if HWY_ARCH_X86_64 && HWY_TARGET <= HWY_AVX2
  return static_cast<uint32_t>(_tzcnt_u64(bits));
#else
  return bits != 0 ? static_cast<uint32_t>(__builtin_ctzll(bits)) : 64;
#endif
}

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
  // The state of the walk is kept in local variables, which stay in registers: the stores of positions could change any member.
  template <bool kAll>
  HWY_INLINE void Loop() {
    const Bytes tag;
    const auto separator = hn::Set(tag, static_cast<uint8_t>(task_.separator));
    const auto newline = hn::Set(tag, static_cast<uint8_t>(task_.newline));
    // Characters that plain rows mostly do without. One that has no meaning in this dialect stands in for another.
    const int rare_first = task_.quote >= 0 ? task_.quote : task_.carriage;
    const int rare_second = task_.carriage >= 0 ? task_.carriage : task_.quote;
    const uint64_t looks_for_rare = rare_first >= 0 ? ~uint64_t{0} : 0;
    const auto rare1 = hn::Set(tag, static_cast<uint8_t>(rare_first));
    const auto rare2 = hn::Set(tag, static_cast<uint8_t>(rare_second));
    const bool has_stops = task_.stop1 >= 0 || task_.stop2 >= 0;
    const int64_t size = task_.size;
    const uint8_t* const text = reinterpret_cast<const uint8_t*>(task_.text);
    Walk walk{task_.positions, static_cast<uint64_t>(task_.gaps[0]), 0, 0, 0};
    bool is_carried = false;  // the last block left something for this one to know
    for (int64_t offset = 0; offset < size; offset += kBlock) {
      const uint8_t* block = text + offset;
      const int64_t left = size - offset;
      const uint64_t valid = left >= kBlock ? ~uint64_t{0} : (uint64_t{1} << left) - 1;
      uint64_t newlines = FindIn(block, newline) & valid;
      uint64_t delimiters = (FindIn(block, separator) & valid) | newlines;
      const uint64_t rare = FindEither(block, rare1, rare2) & looks_for_rare & valid;
      if (HWY_UNLIKELY(rare != 0 || is_carried || has_stops)) {
        if (!LookCloser(block, valid, &newlines, &delimiters)) {
          outcome_.is_irregular = true;
          break;
        }
        is_carried = (carry_.in_quotes | carry_.after_closing | carry_.after_carriage) != 0;
      } else {
        carry_.after_delimiter = delimiters >> 63;
      }
      const Outcome taken = kAll ? TakeAll(offset, newlines, delimiters, &walk) : TakeSlots(offset, newlines, delimiters, &walk);
      if (HWY_UNLIKELY(taken != Outcome::kMore)) {
        outcome_.is_irregular = taken == Outcome::kIrregular;
        break;
      }
    }
    outcome_.num_rows = walk.num_rows;
  }

  enum class Outcome { kMore, kFull, kIrregular };

  struct Walk {
    uint32_t* out;       // where the next position goes
    uint64_t remaining;  // delimiters before the next slot
    int slot;
    int64_t num_rows;
    int64_t num_delimiters;
  };

  // A block with quotes or carriage returns, or after one: takes out delimiters within quotes. False if it is not plain.
  HWY_NOINLINE bool LookCloser(const uint8_t* block, uint64_t valid, uint64_t* newlines, uint64_t* delimiters) {
    if (task_.stop1 >= 0 && (FindIn(block, task_.stop1) & valid) != 0) return false;
    if (task_.stop2 >= 0 && (FindIn(block, task_.stop2) & valid) != 0) return false;
    const uint64_t quotes = task_.quote >= 0 ? FindIn(block, task_.quote) & valid : 0;
    uint64_t carriages = task_.carriage >= 0 ? FindIn(block, task_.carriage) & valid : 0;
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

  // Every delimiter is a slot.
  HWY_INLINE Outcome TakeAll(int64_t offset, uint64_t newlines, uint64_t delimiters, Walk* walk) const {
    uint32_t* out = walk->out;
    const uint64_t count = Count(delimiters);
    const auto base = static_cast<uint32_t>(offset + 1);
    uint64_t bits = delimiters;
    // Written eight at a time, the last ones in vain: `positions` has room for that.
    for (uint64_t written = 0; written < count; written += 8) {
      for (int i = 0; i < 8; ++i) {
        out[written + i] = base + LowestOr64(bits);
        bits &= bits - 1;
      }
    }
    const int64_t rows_before = walk->num_rows;
    for (uint64_t rest = newlines; rest != 0; rest &= rest - 1) {
      const uint64_t bit = rest & (~rest + 1);
      const int64_t ordinal = walk->num_delimiters + static_cast<int64_t>(Count(delimiters & (bit - 1)));
      if (HWY_UNLIKELY(ordinal != (walk->num_rows + 1) * task_.num_fields - 1)) {
        walk->num_rows = rows_before;
        return Outcome::kIrregular;
      }
      if (HWY_UNLIKELY(++walk->num_rows == task_.max_rows)) return Outcome::kFull;
    }
    walk->num_delimiters += static_cast<int64_t>(count);
    walk->out = out + count;
    return Outcome::kMore;
  }

  HWY_INLINE Outcome TakeSlots(int64_t offset, uint64_t newlines, uint64_t delimiters, Walk* walk) const {
    const int64_t rows_before = walk->num_rows;
    const int64_t rows_after = rows_before + static_cast<int64_t>(Count(newlines));
    uint64_t count = Count(delimiters);
    const auto base = static_cast<uint32_t>(offset + 1);
    while (walk->remaining < count) {
      const uint64_t bit = SelectBit(delimiters, walk->remaining);
      *walk->out++ = base + LowestOr64(bit);
      delimiters &= ~(bit | (bit - 1));
      count -= walk->remaining + 1;
      if (++walk->slot == task_.stride) {
        walk->slot = 0;
        ++walk->num_rows;
        // This must be the end of a line; and at the end, newlines seen must be the ends of these rows and nothing else.
        const bool is_full = walk->num_rows == task_.max_rows;
        const int64_t ends_seen = is_full ? rows_before + static_cast<int64_t>(Count(newlines & (bit | (bit - 1)))) : walk->num_rows;
        if (HWY_UNLIKELY((newlines & bit) == 0 || ends_seen != walk->num_rows)) {
          walk->num_rows = rows_before;
          return Outcome::kIrregular;
        }
        if (HWY_UNLIKELY(is_full)) return Outcome::kFull;
      }
      walk->remaining = static_cast<uint64_t>(task_.gaps[walk->slot]);
    }
    walk->remaining -= count;
    if (HWY_LIKELY(walk->num_rows == rows_after)) return Outcome::kMore;
    walk->num_rows = rows_before;
    return Outcome::kIrregular;
  }

  const CsvScanTask task_;
  CsvScanOutcome outcome_;
  Carry carry_;
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
