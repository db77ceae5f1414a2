// Seeds of random tests: fresh ones each time, printed before they are used, so that a run that aborts can be repeated with
// CASK_TEST_SEED set to what it printed.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "cask/base/random.h"

namespace cask {

/// How many seeds a test tries: fewer where a sanitizer makes each several times slower.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr uint64_t kTestSeeds = 30;
#else
inline constexpr uint64_t kTestSeeds = 300;
#endif

/// The first seed of a test; the others follow it.
inline uint64_t FirstTestSeed() {
  const char* given = std::getenv("CASK_TEST_SEED");
  const uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : FreshSeed();
  std::fprintf(stderr, "CASK_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

}  // namespace cask
