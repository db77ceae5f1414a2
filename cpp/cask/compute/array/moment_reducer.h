// Means, variances and standard deviations, in float64 whatever they are of.
#pragma once

#include "cask/compute/array/reducer.h"

namespace cask {

/// Planes: the sum and, where NaN is left out, the count.
std::shared_ptr<const Reducer> MakeMeanReducer(const ReducerSpec& spec);

/// Planes: count, mean and sum of squared deviations from it, merged as Chan, Golub and LeVeque (1983) do.
std::shared_ptr<const Reducer> MakeVarianceReducer(const ReducerSpec& spec);

}  // namespace cask
