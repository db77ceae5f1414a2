// CsvMissing: which texts of a column stand for a missing value. Immutable.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "cask/io/csv/options.h"

namespace cask {

/// A set of texts, asked once a field: most are told apart by their length and first character.
class CsvTextSet {
 public:
  CsvTextSet() = default;
  explicit CsvTextSet(const std::vector<std::string>& texts);

  bool Contains(std::string_view text) const {
    if (text.empty()) return has_empty_;
    const uint64_t sizes = sizes_by_first_[static_cast<uint8_t>(text[0])];
    return ((sizes >> std::min<size_t>(text.size(), 63)) & 1) != 0 && ContainsSlowly(text);
  }
  bool is_empty() const { return texts_.empty(); }

 private:
  bool ContainsSlowly(std::string_view text) const;

  std::vector<std::string> texts_;
  std::unordered_set<std::string_view> set_;
  bool has_empty_ = false;
  uint64_t sizes_by_first_[256] = {};  // bit n: a text with this first character has n characters; bit 63: or more

 public:
  CsvTextSet(const CsvTextSet&) = delete;
  CsvTextSet& operator=(const CsvTextSet&) = delete;
  CsvTextSet(CsvTextSet&&) = default;
  CsvTextSet& operator=(CsvTextSet&&) = default;
};

struct CsvMissing {
  CsvMissing(const CsvOptions& options, const std::string& column, int field);

  bool Contains(std::string_view text) const { return texts.Contains(text); }

  CsvTextSet texts;
  std::vector<double> numbers;    // values of float columns that are missing ones
  bool holds_numbers = false;     // some text is also a number or truth value: ask before parsing
};

}  // namespace cask
