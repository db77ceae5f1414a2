// Compensated addition: keeps what rounding takes from a sum, so that a long sum is as good as one of twice the precision.
#pragma once

#include <cmath>

namespace cask {

/// Adds `value` to `sum`; what does not fit goes to `compensation`.
inline void AddCompensated(double value, double* sum, double* compensation) {
  const double total = *sum + value;
  const double added = total - *sum;
  *compensation += (*sum - (total - added)) + (value - added);
  *sum = total;
}

/// The sum with what was kept. The compensation of an infinite sum means nothing.
inline double CompensatedSum(double sum, double compensation) { return std::isfinite(sum) ? sum + compensation : sum; }

}  // namespace cask
