#include "cask/compute/loops/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cask/compute/array/philox.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cask/compute/array/philox.h"

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {

// Counters go side by side, so that the compiler uses vector multiplications.
void FillBits(uint64_t seed, uint64_t stream, uint64_t first, uint64_t step, int64_t n, uint64_t* out) {
  constexpr uint64_t kMultiplier0 = 0xD2511F53;
  constexpr uint64_t kMultiplier1 = 0xCD9E8D57;
  constexpr uint32_t kWeyl0 = 0x9E3779B9;
  constexpr uint32_t kWeyl1 = 0xBB67AE85;
  constexpr uint64_t kLow = 0xFFFFFFFF;
  constexpr int kLanes = 16;
  for (int64_t done = 0; done < n; done += kLanes) {
    uint64_t a[kLanes], b[kLanes], c[kLanes], d[kLanes];
    for (int i = 0; i < kLanes; ++i) {
      const uint64_t index = first + (static_cast<uint64_t>(done) + i) * step;
      a[i] = index & kLow;
      b[i] = index >> 32;
      c[i] = stream & kLow;
      d[i] = stream >> 32;
    }
    auto key0 = static_cast<uint32_t>(seed);
    auto key1 = static_cast<uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
      for (int i = 0; i < kLanes; ++i) {
        // Masked, though all are below 2^32 already: so the compiler knows that one 32-bit multiplication is enough.
        const uint64_t product0 = kMultiplier0 * (a[i] & kLow);
        const uint64_t product1 = kMultiplier1 * (c[i] & kLow);
        a[i] = (product1 >> 32) ^ b[i] ^ key0;
        b[i] = product1 & kLow;
        c[i] = (product0 >> 32) ^ d[i] ^ key1;
        d[i] = product0 & kLow;
      }
      key0 += kWeyl0;
      key1 += kWeyl1;
    }
    const int64_t count = n - done < kLanes ? n - done : kLanes;
    for (int64_t i = 0; i < count; ++i) out[done + i] = a[i] | (b[i] << 32);
  }
}

PhiloxLoop PickFillBits() { return &FillBits; }

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cask {

PhiloxLoop FindPhiloxLoop() { return CASK_DISPATCH(PickFillBits)(); }

}  // namespace cask
#endif
