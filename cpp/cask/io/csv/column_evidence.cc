#include "cask/io/csv/column_evidence.h"

namespace cask {

CsvColumnEvidence Join(const CsvColumnEvidence& first, const CsvColumnEvidence& second) {
  CsvColumnEvidence both = first;
  both.any_row |= second.any_row;
  both.any_missing |= second.any_missing;
  both.any_negative |= second.any_negative;
  both.any_above_int64 |= second.any_above_int64;
  if (both.int64_stop == CsvIntegerStop::kNone) both.int64_stop = second.int64_stop;
  if (both.uint64_stop == CsvIntegerStop::kNone) both.uint64_stop = second.uint64_stop;
  both.not_float |= second.not_float;
  both.not_bool |= second.not_bool;
  both.not_python_int |= second.not_python_int;
  both.not_date |= second.not_date;
  both.any_date_below_micro |= second.any_date_below_micro;
  // One column has one offset from UTC.
  const bool both_have_dates = !first.first_date.empty() && !second.first_date.empty();
  both.not_date |= both_have_dates && (first.has_utc_offset != second.has_utc_offset || first.utc_offset_minutes != second.utc_offset_minutes);
  if (both.first_date.empty()) {
    both.first_date = second.first_date;
    both.has_utc_offset = second.has_utc_offset;
    both.utc_offset_minutes = second.utc_offset_minutes;
  }
  both.any_value |= second.any_value;
  return both;
}

}  // namespace cask
