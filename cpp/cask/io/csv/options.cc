#include "cask/io/csv/options.h"

#include <unistd.h>

#include <algorithm>

#include "cask/base/error.h"
#include "cask/data/label.h"

namespace cask {
namespace {

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
  if (options.largest_block <= 0) return ValueError("the default of blocksize must be positive");
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

int64_t CountCsvBlocks(int64_t file_size, std::optional<int64_t> block_size, int64_t largest_block) {
  if (file_size == 0) return 0;
  if (block_size == 0) return 1;
  if (block_size.has_value()) return std::max<int64_t>(1, file_size / *block_size);
  return file_size / largest_block + (file_size % largest_block != 0);
}

}  // namespace cask
