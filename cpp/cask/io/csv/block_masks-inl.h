// What a block of CSV text holds, as bit masks, and the places of their bits; compiled anew for each instruction set (hence the toggle instead
// of #pragma once).
#if defined(CASK_IO_CSV_BLOCK_MASKS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CASK_IO_CSV_BLOCK_MASKS_INL_H_
#undef CASK_IO_CSV_BLOCK_MASKS_INL_H_
#else
#define CASK_IO_CSV_BLOCK_MASKS_INL_H_
#endif

#include <hwy/highway.h>

#if HWY_ARCH_X86
#include <immintrin.h>
#endif

#include "cask/io/csv/find_delimiters.h"

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Where a character stands among the bytes of a block, one bit each.
using Bytes = hn::CappedTag<uint8_t, kCsvBlock>;
using ByteVector = hn::Vec<Bytes>;

// The bits of a test of each byte of a block.
template <typename Test>
HWY_INLINE uint64_t Bits(const uint8_t* block, Test test) {
  const Bytes tag;
  constexpr size_t kLanes = hn::MaxLanes(Bytes());
  uint64_t bits = 0;
  for (size_t i = 0; i < kCsvBlock; i += kLanes) {
    uint64_t part = 0;
    hn::StoreMaskBits(tag, test(hn::LoadU(tag, block + i)), reinterpret_cast<uint8_t*>(&part));
    bits |= part << (i % 64);
  }
  return bits;
}

HWY_INLINE uint64_t FindIn(const uint8_t* block, ByteVector wanted) {
  return Bits(block, [wanted](ByteVector bytes) HWY_ATTR { return hn::Eq(bytes, wanted); });
}

HWY_INLINE uint64_t FindIn(const uint8_t* block, int c) { return FindIn(block, hn::Set(Bytes(), static_cast<uint8_t>(c))); }

// Finds either of two characters that plain text mostly does without. One that is -1 is none, and the other stands in for it.
class RareCharacters {
 public:
  RareCharacters(int first, int second)
      : first_(hn::Set(Bytes(), static_cast<uint8_t>(first >= 0 ? first : second))),
        second_(hn::Set(Bytes(), static_cast<uint8_t>(second >= 0 ? second : first))),
        looks_(first >= 0 || second >= 0 ? ~uint64_t{0} : 0) {}

  HWY_INLINE uint64_t FindIn(const uint8_t* block) const {
    const auto first = first_, second = second_;
    return looks_ & Bits(block, [first, second](ByteVector bytes) HWY_ATTR { return hn::Or(hn::Eq(bytes, first), hn::Eq(bytes, second)); });
  }

 private:
  ByteVector first_;
  ByteVector second_;
  uint64_t looks_;
};

HWY_INLINE uint64_t Count(uint64_t bits) { return static_cast<uint64_t>(__builtin_popcountll(bits)); }

// The number of the lowest set bit; anything if there is none.
HWY_INLINE uint32_t LowestOr64(uint64_t bits) {
#if HWY_ARCH_X86_64 && HWY_TARGET <= HWY_AVX2
  return static_cast<uint32_t>(_tzcnt_u64(bits));
#else
  return bits != 0 ? static_cast<uint32_t>(__builtin_ctzll(bits)) : 64;
#endif
}

// `base` plus the number of each bit of `bits` to `places`, and some more that mean nothing. How many bits there are varies from block to
// block, so that a branch on it is often foretold wrongly: the usual block takes one way through.
HWY_INLINE void WritePlaces(uint64_t bits, uint64_t count, uint32_t base, uint32_t* places) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3_DL
  const hn::FixedTag<uint8_t, 64> bytes;
  const hn::FixedTag<uint8_t, 32> half;
  const hn::FixedTag<uint8_t, 16> quarter;
  const hn::FixedTag<uint32_t, 16> words;
  const auto numbers = hn::Compress(hn::Iota(bytes, 0), hn::LoadMaskBits(bytes, reinterpret_cast<const uint8_t*>(&bits)));
  const auto bases = hn::Set(words, base);
  const auto write = [words, bases](auto some, uint32_t* out) HWY_ATTR { hn::StoreU(hn::Add(hn::PromoteTo(words, some), bases), words, out); };
  const auto lower = hn::LowerHalf(half, numbers);
  write(hn::LowerHalf(quarter, lower), places);
  if (HWY_LIKELY(count <= 16)) return;
  write(hn::UpperHalf(quarter, lower), places + 16);
  if (HWY_LIKELY(count <= 32)) return;
  const auto upper = hn::UpperHalf(half, numbers);
  write(hn::LowerHalf(quarter, upper), places + 32);
  write(hn::UpperHalf(quarter, upper), places + 48);
#else
  for (uint64_t written = 0; written < count; written += 8) {
    for (int i = 0; i < 8; ++i) {
      places[written + i] = base + LowestOr64(bits);
      bits &= bits - 1;
    }
  }
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#endif
