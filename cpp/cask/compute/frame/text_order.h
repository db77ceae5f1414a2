// The order of values that are held as text: strings by their bytes, which is the order of their code points; Python integers by
// their size.
#pragma once

#include <string_view>

#include "cask/data/dtype.h"

namespace cask {

/// Negative, 0 or positive, as `a` is less than, equal to or greater than `b`: integers in decimal notation, without leading zeros.
inline int CompareDecimalIntegers(std::string_view a, std::string_view b) {
  const bool a_negative = !a.empty() && a[0] == '-', b_negative = !b.empty() && b[0] == '-';
  if (a_negative != b_negative) return a_negative ? -1 : 1;
  int order = 0;
  if (a.size() != b.size()) {
    order = a.size() < b.size() ? -1 : 1;
  } else {
    order = a.compare(b);
  }
  return a_negative ? -order : order;
}

inline int CompareTexts(const DType& type, std::string_view a, std::string_view b) {
  return type.kind() == Kind::kObjectInt ? CompareDecimalIntegers(a, b) : a.compare(b);
}

}  // namespace cask
