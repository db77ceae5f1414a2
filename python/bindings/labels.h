// Labels and constants between Python and C++.
#pragma once

#include <nanobind/nanobind.h>

#include <string>
#include <vector>

#include "cask/base/origin.h"
#include "cask/data/literal.h"

namespace cask {

/// str, int or None; TypeError for anything else.
std::string LabelFromPython(nanobind::handle label);
nanobind::object LabelToPython(const std::string& label);
std::vector<std::string> LabelsFromPython(nanobind::handle labels);

/// None, bool, int, float and str, of the type that `dtype` names or of their own. `is_weak`: takes the type of the column it meets.
/// Ticks of a datetime64 or timedelta64 type come as int with that dtype.
Literal LiteralFromPython(nanobind::handle value, const std::string& dtype, bool is_weak);
nanobind::object LiteralToPython(const Literal& literal);

/// The line of the user's program that is calling into the package now: the innermost frame outside of it. Null if there is none.
Origin CallingLine();

}  // namespace cask
