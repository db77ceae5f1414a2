#include "cask/io/csv/options.h"

#include <unistd.h>

#include <algorithm>

#include "cask/base/error.h"
#include "cask/data/label.h"

namespace cask {
namespace {

// Builds the text of Identity: every value with its length, so that no two options share a text.
class IdentityText {
 public:
  IdentityText& Add(const std::string& value) {
    text_ += fmt::format("{}:{};", value.size(), value);
    return *this;
  }
  template <typename T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
  IdentityText& Add(T value) {
    text_ += fmt::format("{};", static_cast<int64_t>(value));
    return *this;
  }
  IdentityText& Add(const DType& type) { return Add(type.ToToken()).Add(type.nullable()); }
  IdentityText& Add(const CsvColumnRef& column) {
    if (const auto* name = std::get_if<std::string>(&column)) return Add(*name);
    return Add(std::get<int>(column));
  }
  template <typename T>
  IdentityText& Add(const std::vector<T>& values) {
    Add(static_cast<int64_t>(values.size()));
    for (const T& value : values) Add(value);
    return *this;
  }
  template <typename T>
  IdentityText& Add(const std::map<std::string, T>& values) {
    Add(static_cast<int64_t>(values.size()));
    for (const auto& [key, value] : values) Add(key).Add(value);
    return *this;
  }
  template <typename T>
  IdentityText& Add(const std::optional<T>& value) {
    Add(static_cast<int64_t>(value.has_value()));
    return value.has_value() ? Add(*value) : *this;
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

Status CheckDType(const DType& type, const std::string& column) {
  if (!type.is_temporal()) return Status::OK();
  return TypeError("the dtype {} is not supported for parsing, pass this column using parse_dates instead{}", type.ToString(),
                   column.empty() ? "" : fmt::format(" (column '{}')", PrintLabel(column)));
}

Status CheckCharacters(const CsvOptions& options) {
  const char taken[] = {options.quoting == CsvQuoting::kNone ? '\0' : options.quote_char, options.escape_char, options.comment_char};
  for (char c : {'\n', '\r'}) {
    if (options.separator == c) return ValueError("Bad value for argument 'sep': a line ending cannot separate fields");
  }
  for (char c : taken) {
    if (c != 0 && c == options.separator) return ValueError("The separator '{}' cannot be the quote, escape or comment character too", c);
  }
  if (options.thousands != 0 && options.thousands == options.decimal) {
    return ValueError("The thousands and decimal separators cannot both be '{}'", options.decimal);
  }
  return Status::OK();
}

}  // namespace

Status Validate(const CsvOptions& options) {
  ARROW_RETURN_NOT_OK(CheckCharacters(options));
  if (options.dtype.has_value()) ARROW_RETURN_NOT_OK(CheckDType(*options.dtype, ""));
  for (const auto& [column, type] : options.column_dtypes) ARROW_RETURN_NOT_OK(CheckDType(type, column));
  if (options.skip_rows < 0) return ValueError("skiprows must be an integer of at least 0");
  if (options.header == CsvOptions::Header::kRow && options.header_row < 0) {
    return ValueError("Passing negative integer to header is invalid. For no header, use header=None instead");
  }
  if (options.names.has_value()) {
    std::vector<std::string> sorted = *options.names;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) return ValueError("Duplicate names are not allowed.");
  }
  if (options.block_size.has_value() && *options.block_size < 0) return ValueError("blocksize must be positive");
  return Status::OK();
}

int64_t DefaultCsvBlockSize() {
  // Asked of the system once: a folder may hold a million files.
  static const int64_t size = [] {
    const int64_t memory = static_cast<int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGE_SIZE);
    const int64_t cores = std::max<int64_t>(1, ::sysconf(_SC_NPROCESSORS_ONLN));
    return std::clamp<int64_t>(memory / cores / 10, 1 << 20, 64'000'000);
  }();
  return size;
}

int64_t CountCsvBlocks(int64_t file_size, std::optional<int64_t> block_size) {
  if (file_size == 0) return 0;
  if (block_size == 0) return 1;
  if (block_size.has_value()) return std::max<int64_t>(1, file_size / *block_size);
  const int64_t most = DefaultCsvBlockSize();
  return (file_size + most - 1) / most;
}

std::string Identity(const CsvOptions& options) {
  IdentityText text;
  text.Add(options.separator).Add(options.quote_char).Add(static_cast<int64_t>(options.quoting)).Add(options.double_quote);
  text.Add(options.escape_char).Add(options.comment_char).Add(options.line_terminator).Add(options.skip_initial_space);
  text.Add(options.skip_blank_lines).Add(options.encoding).Add(static_cast<int64_t>(options.compression));
  text.Add(static_cast<int64_t>(options.on_bad_lines)).Add(static_cast<int64_t>(options.header)).Add(options.header_row);
  text.Add(options.skip_rows).Add(std::vector<int64_t>(options.skip_row_numbers.begin(), options.skip_row_numbers.end()));
  text.Add(options.text_labels).Add(options.names).Add(options.use_columns).Add(options.index_col).Add(options.dtype).Add(options.column_dtypes);
  text.Add(options.assume_missing).Add(options.parse_index_dates).Add(options.parse_dates).Add(options.date_format);
  text.Add(options.column_date_formats).Add(options.day_first).Add(options.na_values).Add(options.column_na_values);
  text.Add(options.keep_default_na).Add(options.na_filter).Add(options.true_values).Add(options.false_values);
  text.Add(options.thousands).Add(options.decimal).Add(options.block_size).Add(options.path_column);
  return text.Take();
}

}  // namespace cask
