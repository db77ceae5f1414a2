// Philox4x32-10: random bits that are a function of a key and a counter.
#pragma once

#include <cstdint>

namespace cask {

/// Writes 64 random bits for each of the n counters (stream, first), (stream, first + step), ... under the key `seed`.
using PhiloxLoop = void (*)(uint64_t seed, uint64_t stream, uint64_t first, uint64_t step, int64_t n, uint64_t* out);

PhiloxLoop FindPhiloxLoop();

}  // namespace cask
