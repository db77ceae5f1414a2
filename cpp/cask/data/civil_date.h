// Dates of the proleptic Gregorian calendar.
#pragma once

#include <cstdint>

namespace cask {

/// Days since 1970-01-01. `month` is 1 to 12.
int64_t DaysFromCivil(int64_t year, int month, int day);

}  // namespace cask
