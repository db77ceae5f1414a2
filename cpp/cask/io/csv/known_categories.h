// Categories that the caller gives: which of them a text of a CSV file is. Immutable.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cask/data/categories.h"
#include "cask/io/csv/inference.h"

namespace cask {

class CsvKnownCategories {
 public:
  /// `categories` has texts. Both must live as long.
  CsvKnownCategories(const CsvColumnRules& rules, const Categories& categories);

  /// The place of the category that the text, in UTF-8, stands for; -1 if it is none of them. Numbers and times are compared by value, each time by
  /// the layout of its own text; what is not true is false, as in pandas.
  int32_t Find(std::string_view text) const;

 private:
  std::optional<std::string> KeyOf(std::string_view text) const;

  const CsvColumnRules& rules_;
  DType values_;
  std::unordered_map<std::string, int32_t> place_of_;
};

}  // namespace cask
