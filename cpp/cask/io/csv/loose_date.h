// Dates in no layout of their own: "10pm, 3 Jan 2020", "Fri Jan  3 10:00:00 2020", "20200103T1030". Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace cask {

/// The same moment as "2020-01-03 22:00:00.0", with "+00:00" at the end if `text` has an offset from UTC; empty if it is no date.
/// It is what dateutil reads, except that no part is taken from today's date but the century of a year of two digits, and that names of
/// time zones other than UTC and GMT are none. The parts may still be out of range.
std::string SpellOutDate(std::string_view text, bool day_first);

}  // namespace cask
