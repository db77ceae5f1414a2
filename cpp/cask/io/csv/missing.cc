#include "cask/io/csv/missing.h"

#include <cmath>

#include "cask/io/csv/parse_number.h"

namespace cask {
namespace {

const char* const kDefaultTexts[] = {"",     "#N/A", "#N/A N/A", "#NA",  "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
                                     "<NA>", "N/A",  "NA",       "NULL", "NaN",     "None",     "n/a",  "nan",  "null"};

// A number given as a missing value stands for its other spellings too: 999 for 999.0.
void AddSpellings(const std::string& text, std::vector<std::string>* texts, std::vector<double>* numbers) {
  texts->push_back(text);
  double number;
  if (!ParseFloat64(text, {}, &number)) return;
  numbers->push_back(number);
  if (!std::isfinite(number) || number != std::floor(number) || std::abs(number) >= 9e18) return;
  const auto integer = static_cast<int64_t>(number);
  texts->push_back(fmt::format("{}.0", integer));
  texts->push_back(fmt::format("{}", integer));
}

bool IsParsable(std::string_view text) {
  double number;
  uint8_t truth;
  return ParseFloat64(text, {}, &number) || ParseBool(text, &truth) || text.find_first_of("0123456789") != std::string_view::npos;
}

}  // namespace

CsvTextSet::CsvTextSet(const std::vector<std::string>& texts) : texts_(texts) {
  for (const std::string& text : texts_) {
    set_.insert(text);
    if (text.empty()) {
      has_empty_ = true;
    } else {
      sizes_by_first_[static_cast<uint8_t>(text[0])] |= uint64_t{1} << std::min<size_t>(text.size(), 63);
    }
  }
}

bool CsvTextSet::ContainsSlowly(std::string_view text) const { return set_.count(text) > 0; }

CsvMissing::CsvMissing(const CsvOptions& options, const std::string& column, int field) {
  if (!options.na_filter) return;
  std::vector<std::string> all;
  const bool is_by_column = !options.column_na_values.empty();
  const std::vector<std::string>* given = is_by_column ? FindForColumn(options.column_na_values, column, field) : &options.na_values;
  if (given != nullptr) {
    for (const std::string& text : *given) AddSpellings(text, &all, &numbers);
    for (const std::string& text : all) holds_numbers |= IsParsable(text);
  }
  if (options.keep_default_na) all.insert(all.end(), std::begin(kDefaultTexts), std::end(kDefaultTexts));
  texts = CsvTextSet(all);
}

}  // namespace cask
