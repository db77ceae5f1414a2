// Numbers as Python writes them.
#pragma once

#include <string>

namespace cask {

/// Appends repr() of a Python float, or str() of a numpy.float32: the shortest digits that read back the same, plain from 1e-4 up to
/// 1e16 and else with an exponent: "1.5", "2.0", "1e+16", "inf", "nan".
void AppendFloat(double value, std::string* text);
void AppendFloat(float value, std::string* text);

}  // namespace cask
