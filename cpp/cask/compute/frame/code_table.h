// CodeTable: an open-addressing hash table from 64-bit keys to codes. Keys lie in the slots, so that neither probing nor growth
// goes elsewhere; lookups of many keys prefetch once the table has outgrown the cache.
#pragma once

#include <cstdint>

#include "cask/compute/frame/slots.h"

namespace cask {

/// All 64 bits of the result depend on all of `key`.
inline uint64_t MixBits(uint64_t key) {
  const auto product = static_cast<unsigned __int128>(key ^ 0x9e3779b97f4a7c15) * 0xd6e8feb86659fd93;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

class CodeTable {
 public:
  explicit CodeTable(arrow::MemoryPool* pool) : slots_(pool) {}

  int64_t size() const { return size_; }

  /// Makes room for `more` further keys.
  Status Reserve(int64_t more);

  /// The code of each key. For a key met for the first time `on_new(i)` says which code (not 0) it shall have; it is called in the
  /// keys' order. Room for `n` more keys must be reserved.
  template <typename OnNew>
  void Assign(const uint64_t* keys, int64_t n, uint32_t* codes, OnNew&& on_new) {
    if (mask_ * sizeof(Slot) < kCachedBytes) {
      for (int64_t i = 0; i < n; ++i) codes[i] = FindOrAdd(keys[i], i, on_new);
      return;
    }
    for (int64_t i = 0; i < n; ++i) {
      if (i + kAhead < n) __builtin_prefetch(slots_.data() + Home(keys[i + kAhead]));
      codes[i] = FindOrAdd(keys[i], i, on_new);
    }
  }

 private:
  struct Slot {
    uint64_t key;
    uint32_t code;  // 0: an empty slot
  };
  static constexpr uint64_t kCachedBytes = 256 << 10;
  static constexpr int64_t kAhead = 16;

  /// Where a key belongs. These are the hash's highest bits, so that growth writes to the new slots in nearly the old ones' order.
  uint64_t Home(uint64_t key) const { return MixBits(key) >> shift_; }

  template <typename OnNew>
  uint32_t FindOrAdd(uint64_t key, int64_t i, OnNew& on_new) {
    for (uint64_t at = Home(key);; at = (at + 1) & mask_) {
      Slot& slot = slots_[at];
      if (slot.code == 0) {
        slot = {key, on_new(i)};
        ++size_;
        return slot.code;
      }
      if (slot.key == key) return slot.code;
    }
  }

  Slots<Slot> slots_;  // a power of two of them
  uint64_t mask_ = 0;
  int shift_ = 63;
  int64_t size_ = 0;
};

}  // namespace cask
