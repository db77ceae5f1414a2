// CsvColumnEvidence: what was seen of the values of one CSV column, as far as it decides the column's type. Evidence of
// consecutive rows joins (associative, not commutative: pandas' decision depends on which misfit comes first).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cask/base/codec.h"
#include "cask/data/dtype.h"

namespace cask {

/// Why a pass over the values as one integer type would have stopped, by the first value that stops it.
enum class CsvIntegerStop : uint8_t {
  kNone,
  kOverflow,  // an integer, too large for the type
  kInvalid,   // not an integer
};
template <>
inline constexpr int64_t kNumEnumerators<CsvIntegerStop> = static_cast<int64_t>(CsvIntegerStop::kInvalid) + 1;

struct CsvColumnEvidence {
  bool any_row = false;
  bool any_value = false;
  bool any_missing = false;
  bool any_negative = false;       // a value that starts with a minus sign
  bool any_above_int64 = false;    // an integer above INT64_MAX that fits uint64
  CsvIntegerStop int64_stop = CsvIntegerStop::kNone;
  CsvIntegerStop uint64_stop = CsvIntegerStop::kNone;
  bool not_float = false;          // a value that is no decimal number
  bool not_bool = false;           // a value that is neither true nor false
  bool not_python_int = false;     // a value that Python's int() would refuse

  // Of columns to parse as dates only.
  std::string first_date;          // the first value: its layout is that of the column
  bool not_date = false;           // a value that does not follow the first value's layout, or is no date
  bool any_date_below_micro = false;  // more than six digits of a second
  int64_t utc_offset_minutes = 0;  // of the first value
  bool has_utc_offset = false;

  bool operator==(const CsvColumnEvidence&) const = default;
};
constexpr auto FieldsOf(std::type_identity<CsvColumnEvidence>) {
  using Seen = CsvColumnEvidence;
  return std::tuple(&Seen::any_row, &Seen::any_value, &Seen::any_missing, &Seen::any_negative, &Seen::any_above_int64, &Seen::int64_stop,
                    &Seen::uint64_stop, &Seen::not_float, &Seen::not_bool, &Seen::not_python_int, &Seen::first_date, &Seen::not_date,
                    &Seen::any_date_below_micro, &Seen::utc_offset_minutes, &Seen::has_utc_offset);
}

/// Evidence of the rows of `first` followed by those of `second`.
CsvColumnEvidence Join(const CsvColumnEvidence& first, const CsvColumnEvidence& second);

}  // namespace cask
