#include "cask/io/csv/known_categories.h"

#include <arrow/array/data.h>

namespace cask {
namespace {

template <typename T>
std::string BytesOf(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

}  // namespace

CsvKnownCategories::CsvKnownCategories(const CsvColumnRules& rules, const Categories& categories) : rules_(rules), values_(categories.values) {
  const arrow::ArrayData& texts = *categories.texts;
  for (int64_t i = 0; i < texts.length; ++i) {
    const int64_t* offsets = texts.GetValues<int64_t>(1) + i;
    const char* first = texts.buffers[2] == nullptr ? nullptr : reinterpret_cast<const char*>(texts.buffers[2]->data()) + offsets[0];
    const std::string_view text(first, offsets[1] - offsets[0]);
    const auto key = values_.is_truth() ? BytesOf(text == "True") : KeyOf(text);
    if (key) place_of_.emplace(*key, static_cast<int32_t>(i));
  }
}

int32_t CsvKnownCategories::Find(std::string_view text) const {
  const std::optional<std::string> key = KeyOf(text);
  if (!key) return -1;
  const auto found = place_of_.find(*key);
  return found == place_of_.end() ? -1 : found->second;
}

// The same for texts that stand for the same value; none if the text can be no value of the type.
std::optional<std::string> CsvKnownCategories::KeyOf(std::string_view text) const {
  if (values_.is_truth()) {
    uint8_t truth;
    return BytesOf(rules_.ParseTruth(text, &truth) && truth != 0);
  }
  if (values_.is_numeric()) {
    double number;
    if (!ParseFloat64(text, {}, &number)) return std::nullopt;
    return BytesOf(number == 0 ? 0.0 : number);  // -0.0 is the same
  }
  if (values_.kind() == Kind::kTimestamp) {
    CsvDate date;
    if (!CsvDateFormat("mixed", rules_.day_first).Parse(text, &date) || date.has_utc_offset) return std::nullopt;
    return BytesOf(date.seconds) + BytesOf(date.nanoseconds);
  }
  return std::string(text);
}

}  // namespace cask
