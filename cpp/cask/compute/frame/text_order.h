// The order of values that are held as text: strings by their bytes, which is the order of their code points; Python integers by
// their size; categories as their type says.
#pragma once

#include <string_view>
#include <unordered_map>

#include "cask/data/categories.h"

namespace cask {

class TextOrder {
 public:
  explicit TextOrder(const DType& type);

  /// Integers are in decimal notation, without leading zeros; of known categories both are among them.
  bool IsLess(std::string_view a, std::string_view b) const;

 private:
  DType type_;
  DType values_;                                     // of categories
  std::unordered_map<std::string_view, int> ranks_;  // of categories that are known; the type holds the texts
};

}  // namespace cask
