// Random: small seeded generator (SplitMix64): the same seed gives the same numbers on every machine. Not for secrets.
#pragma once

#include <cstdint>

namespace cask {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15u;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  /// Uniform in [0, bound); bound > 0.
  int64_t Below(int64_t bound) { return static_cast<int64_t>(static_cast<unsigned __int128>(Next()) * static_cast<uint64_t>(bound) >> 64); }
  /// Uniform in [low, high].
  int64_t Between(int64_t low, int64_t high) { return low + Below(high - low + 1); }
  /// True with probability `percent` / 100.
  bool Percent(int percent) { return Below(100) < percent; }

 private:
  uint64_t state_;
};

/// A seed that differs from call to call, for where nobody gave one.
uint64_t FreshSeed();

}  // namespace cask
