// Random arrays: element i is a pure function of (seed, i) by the Philox4x32-10 counter generator (Salmon et al. 2011), so a result
// depends neither on chunks nor on threads.
#pragma once

#include "cask/base/error.h"
#include "cask/compute/array/generator.h"

namespace cask {

std::shared_ptr<const Generator> MakeRandom(const RandomSpec& spec, Kind kind);

/// The value below which a standard normal variable lies with probability p, 0 < p < 1; relative error about 1e-16 (Wichura 1988, AS 241).
double NormalQuantile(double p);

}  // namespace cask
