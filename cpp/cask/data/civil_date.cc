#include "cask/data/civil_date.h"

namespace cask {

// Days are counted from 1 March of year 0, so that a leap day is the last of its year; 400 years are 146097 days.
int64_t DaysFromCivil(int64_t year, int month, int day) {
  const int64_t shifted = year - (month <= 2);
  const int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
  const int64_t year_of_era = shifted - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

}  // namespace cask
