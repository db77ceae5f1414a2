// Random arrays: element i is a pure function of (seed, i) by the Philox4x32-10 counter generator (Salmon et al. 2011), so a result
// depends neither on chunks nor on threads.
#pragma once

#include "cask/base/error.h"
#include "cask/compute/array/generator.h"

namespace cask {

enum class Distribution : uint8_t {
  kUniform,   // float64 in [low, high)
  kNormal,    // float64, mean `low` and standard deviation `high`, by the inverse of the distribution function
  kIntegers,  // int64 or another integer kind in [first, last], every value as likely
};

struct RandomSpec {
  Distribution distribution = Distribution::kUniform;
  uint64_t seed = 0;
  uint64_t stream = 0;  // tells arrays of one seed apart
  double low = 0.0;
  double high = 1.0;
  int64_t first = 0;
  int64_t last = 0;
};

std::shared_ptr<const Generator> MakeRandom(const RandomSpec& spec, Kind kind);

/// The value below which a standard normal variable lies with probability p, 0 < p < 1; relative error about 1e-16 (Wichura 1988, AS 241).
double NormalQuantile(double p);

}  // namespace cask
