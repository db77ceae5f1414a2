#include "cask/io/csv/dequote.h"

namespace cask {

namespace {

bool AnyQuoted(const CsvFieldColumn& fields, int64_t num_rows, char quote) {
  bool any = false;
  for (int64_t row = 0; row < num_rows; ++row) any |= fields.base[fields.begins[row * fields.stride] + 1] == quote;
  return any;
}

}  // namespace

CsvFieldColumn Dequote(const CsvFieldColumn& fields, int64_t num_rows, const CsvDialect& dialect, CsvFieldArena* arena) {
  if (!AnyQuoted(fields, num_rows, dialect.quote)) return fields;
  arena->Clear();
  for (int64_t row = 0; row < num_rows; ++row) {
    std::string_view text = fields[row];
    if (!text.empty() && text[0] == dialect.quote) {
      text = text.substr(1, text.size() - 2);
      for (size_t at = text.find(dialect.quote); at != std::string_view::npos; at = text.find(dialect.quote)) {
        arena->Append(text.data(), static_cast<int64_t>(at) + 1);
        text.remove_prefix(at + 2);
      }
    }
    arena->Append(text.data(), static_cast<int64_t>(text.size()));
    arena->EndSlot();
    arena->EndRow();
  }
  const CsvRows rows = arena->rows();
  return {rows.base, rows.positions, rows.positions + 1, 1, false};
}

}  // namespace cask
