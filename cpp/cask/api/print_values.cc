#include "cask/api/print_values.h"

#include <fmt/format.h>

#include <cmath>

#include "cask/io/csv/format_value.h"

namespace cask {
namespace {

constexpr int kPrecision = 6;      // digits after the point
constexpr int64_t kMaxWidth = 50;  // of one column

const char* MissingText(const DType& type) {
  if (type.is_temporal()) return "NaT";
  return type.nullable() ? "<NA>" : "NaN";
}

double RealAt(const Column& column, const DType& type, int64_t row) {
  return type.kind() == Kind::kFloat32 ? Values<float>(column)[row] : Values<double>(column)[row];
}

bool HasPoint(const std::string& text) { return text.find('.') != std::string::npos && text.find('e') == std::string::npos; }

// Takes away as many zeros at the end of all numbers as all have, but the first behind the point.
void TrimZeros(TextColumn* texts) {
  bool any = false, all = true;
  while (true) {
    for (const std::string& text : *texts) {
      if (!HasPoint(text)) continue;
      any = true;
      all = all && text.back() == '0';
    }
    if (!any || !all) break;
    for (std::string& text : *texts) {
      if (HasPoint(text)) text.pop_back();
    }
  }
  for (std::string& text : *texts) {
    if (HasPoint(text) && text.back() == '.') text.push_back('0');
  }
}

TextColumn PrintReals(const Column& column, const DType& type, bool scientific) {
  TextColumn texts;
  for (int64_t i = 0; i < column->length; ++i) {
    const double value = RealAt(column, type, i);
    texts.push_back(std::isnan(value) ? "NaN" : scientific ? fmt::format("{: .{}e}", value, kPrecision) : fmt::format("{: .{}f}", value, kPrecision));
  }
  TrimZeros(&texts);
  return texts;
}

// Numbers that are too large or too small for digits alone are given with an exponent, all of them.
TextColumn PrintFloats(const Column& column, const DType& type) {
  TextColumn texts = PrintReals(column, type, false);
  bool has_large = false, has_small = false, is_long = false;
  for (int64_t i = 0; i < column->length; ++i) {
    const double size = std::abs(RealAt(column, type, i));
    has_large = has_large || size > 1e6;
    has_small = has_small || (size < 1e-6 && size > 0);
    is_long = is_long || TextWidth(texts[i]) > kPrecision + 6;
  }
  return has_small || (is_long && has_large) ? PrintReals(column, type, true) : texts;
}

std::string Escaped(std::string_view text) {
  std::string result;
  for (char c : text) {
    switch (c) {
      case '\t': result += "\\t"; break;
      case '\r': result += "\\r"; break;
      case '\n': result += "\\n"; break;
      default: result.push_back(c);
    }
  }
  return result;
}

// As to_csv writes them, which is how pandas prints all but floats.
Result<TextColumn> PrintPlain(const Column& column, const DType& type, bool with_sign_space) {
  CsvWriteOptions options;
  options.na_rep = MissingText(type);
  ARROW_ASSIGN_OR_RAISE(auto text, MakeColumnText(column, type, options));
  TextColumn texts;
  for (int64_t i = 0; i < column->length; ++i) {
    std::string value = Escaped(text->Text(i));
    const bool is_negative = type.is_numeric() && !value.empty() && value[0] == '-';
    texts.push_back(with_sign_space && !is_negative ? " " + value : value);
  }
  return texts;
}

// Whether a byte continues a character of UTF-8.
bool IsContinued(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

bool IsPlainFloat(const DType& type) { return type.is_float() && !type.nullable(); }

}  // namespace

int64_t TextWidth(const std::string& text) {
  int64_t width = 0;
  for (char c : text) width += IsContinued(c) ? 0 : 1;
  return width;
}

void CutTexts(TextColumn* texts) {
  for (std::string& text : *texts) {
    if (TextWidth(text) <= kMaxWidth) continue;
    size_t end = 0;
    for (int64_t taken = 0; taken < kMaxWidth - 3; ++taken) {
      do ++end; while (end < text.size() && IsContinued(text[end]));
    }
    text = text.substr(0, end) + "...";
  }
}

void PadTexts(bool to_the_left, int64_t min_width, TextColumn* texts) {
  int64_t width = min_width;
  for (const std::string& text : *texts) width = std::max(width, TextWidth(text));
  for (std::string& text : *texts) {
    const std::string padding(width - TextWidth(text), ' ');
    text = to_the_left ? text + padding : padding + text;
  }
}

std::string CenteredText(const std::string& text, int64_t width) {
  const int64_t padding = std::max<int64_t>(0, width - TextWidth(text));
  const int64_t left = padding / 2 + (padding & width & 1);
  return std::string(left, ' ') + text + std::string(padding - left, ' ');
}

Result<TextColumn> PrintValues(const Column& column, const DType& type) {
  if (IsPlainFloat(type)) return PrintFloats(column, type);
  return PrintPlain(column, type, type.kind() != Kind::kTimestamp);
}

Result<TextColumn> PrintIndexValues(const Column& column, const DType& type, bool is_cut) {
  const bool is_text = type.kind() == Kind::kString || type.kind() == Kind::kCategory;
  if (is_text) {
    ARROW_ASSIGN_OR_RAISE(TextColumn texts, PrintPlain(column, type, false));
    if (is_cut) CutTexts(&texts);
    PadTexts(true, 0, &texts);
    return texts;
  }
  ARROW_ASSIGN_OR_RAISE(TextColumn texts, PrintValues(column, type));
  const auto has_space = [](const std::string& text) { return text.starts_with(' ') || text == "NaN"; };
  if (std::all_of(texts.begin(), texts.end(), has_space)) {
    for (std::string& text : texts) text.erase(0, text.starts_with(' ') ? 1 : 0);
  }
  PadTexts(true, 0, &texts);
  return texts;
}

Result<TextColumn> PlainTexts(const Column& column, const DType& type) {
  const CsvWriteOptions options;
  ARROW_ASSIGN_OR_RAISE(auto text, MakeColumnText(column, type, options));
  TextColumn texts;
  for (int64_t i = 0; i < column->length; ++i) texts.emplace_back(text->Text(i));
  return texts;
}

Result<std::string> PrintOneValue(const Column& column, const DType& type, int64_t row) {
  ARROW_ASSIGN_OR_RAISE(const TextColumn texts, PrintPlain(SliceColumn(column, row, 1), type, false));
  if (IsPlainFloat(type) && IsMissing(column, type, row)) return std::string("nan");
  return texts[0];
}

}  // namespace cask
