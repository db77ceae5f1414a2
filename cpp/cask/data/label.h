// Labels: names of columns, series and index levels, held as text. pandas also has integer labels (a CSV file without a header) and
// None (an unnamed series or index); those are held as text that no user's name starts with.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace cask {

inline constexpr char kLabelMark = '\x01';

/// The label of an unnamed series or index, Python's None.
inline std::string NoLabel() { return {kLabelMark, 'n'}; }
inline bool IsNoLabel(std::string_view label) { return label.size() == 2 && label[0] == kLabelMark && label[1] == 'n'; }

inline std::string IntegerLabel(int64_t value) { return std::string{kLabelMark, 'i'} + std::to_string(value); }
inline std::optional<int64_t> IntegerOfLabel(std::string_view label) {
  if (label.size() < 3 || label[0] != kLabelMark || label[1] != 'i') return std::nullopt;
  int64_t value = 0;
  const auto parsed = std::from_chars(label.data() + 2, label.data() + label.size(), value);
  return parsed.ec == std::errc() ? std::optional(value) : std::nullopt;
}

/// For messages: as Python would print it.
inline std::string PrintLabel(std::string_view label) {
  if (IsNoLabel(label)) return "None";
  if (auto integer = IntegerOfLabel(label)) return std::to_string(*integer);
  return std::string(label);
}

}  // namespace cask
