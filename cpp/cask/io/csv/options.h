// CsvOptions: what a caller says about the CSV files it reads. Names, meanings and defaults are those of pandas.read_csv;
// the comment of a field says only what differs or is not obvious.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "cask/base/error.h"
#include "cask/data/label.h"
#include "cask/data/type_codec.h"

namespace cask {

enum class CsvQuoting : uint8_t { kMinimal = 0, kAll = 1, kNonNumeric = 2, kNone = 3 };
enum class CsvBadLines : uint8_t { kError, kWarn, kSkip };
enum class CsvCompression : uint8_t { kInfer, kNone, kGzip, kBz2, kZstd, kXz };
template <>
inline constexpr int64_t kNumEnumerators<CsvQuoting> = static_cast<int64_t>(CsvQuoting::kNone) + 1;
template <>
inline constexpr int64_t kNumEnumerators<CsvBadLines> = static_cast<int64_t>(CsvBadLines::kSkip) + 1;
template <>
inline constexpr int64_t kNumEnumerators<CsvCompression> = static_cast<int64_t>(CsvCompression::kXz) + 1;

/// A column by name or by its position in the file.
using CsvColumnRef = std::variant<std::string, int>;

/// Dask's default: what a core's share of memory holds ten times over, at most 64 MB.
int64_t DefaultCsvBlockSize();

struct CsvOptions {
  // Shape of the text. `separator` 0 stands for any run of spaces and tabs (sep=r"\s+").
  char separator = ',';
  char quote_char = '"';
  CsvQuoting quoting = CsvQuoting::kMinimal;
  bool double_quote = true;
  char escape_char = 0;      // 0: none
  char comment_char = 0;     // 0: none
  char line_terminator = 0;  // 0: \n, \r\n and \r
  bool skip_initial_space = false;
  bool skip_blank_lines = true;
  std::string encoding = "utf-8";
  CsvCompression compression = CsvCompression::kInfer;
  CsvBadLines on_bad_lines = CsvBadLines::kError;

  // Rows at the top. The header's row counts lines that are neither skipped nor blank.
  enum class Header : uint8_t { kInfer, kNone, kRow } header = Header::kInfer;
  int header_row = 0;                 // with kRow
  int64_t skip_rows = 0;              // the first lines
  std::set<int64_t> skip_row_numbers;  // instead of skip_rows: lines by number from 0

  // Columns. Labels are as in data/label.h; where they are keys of a map, an integer may also be a field's position in the file.
  // Without a header or names the labels are the integers from 0, or as text "0", "1", ... for callers to whom every label is text.
  bool text_labels = false;
  // `index_col`: nothing = as pandas infers (an extra field makes the first column the index), empty = False: never.
  std::optional<std::vector<std::string>> names;
  std::optional<std::vector<CsvColumnRef>> use_columns;
  std::optional<std::vector<CsvColumnRef>> index_col;

  // Types.
  std::optional<DType> dtype;                  // for every column that `column_dtypes` does not name
  std::map<std::string, DType> column_dtypes;
  bool assume_missing = false;                 // integers without a dtype become float64
  bool parse_index_dates = false;              // parse_dates=True
  std::vector<CsvColumnRef> parse_dates;
  std::string date_format;                                // empty: guessed from the first value
  std::map<std::string, std::string> column_date_formats;
  bool day_first = false;

  // Values.
  std::vector<std::string> na_values;
  std::map<std::string, std::vector<std::string>> column_na_values;
  bool keep_default_na = true;
  bool na_filter = true;
  std::vector<std::string> true_values;
  std::vector<std::string> false_values;
  char thousands = 0;  // 0: none
  char decimal = '.';

  // Partitions. Nothing: blocks of at most `largest_block`; 0: one partition a file (blocksize=None).
  std::optional<int64_t> block_size;
  int64_t largest_block = DefaultCsvBlockSize();  // of the machine where the options are made, so that all machines cut files alike
  std::string path_column;  // not empty: a category column of that name with each row's file (include_path_column)
};

template <>
inline constexpr int64_t kNumEnumerators<CsvOptions::Header> = static_cast<int64_t>(CsvOptions::Header::kRow) + 1;
constexpr auto FieldsOf(std::type_identity<CsvOptions>) {
  using Options = CsvOptions;
  return std::tuple(
      &Options::separator, &Options::quote_char, &Options::quoting, &Options::double_quote, &Options::escape_char, &Options::comment_char,
      &Options::line_terminator, &Options::skip_initial_space, &Options::skip_blank_lines, &Options::encoding, &Options::compression,
      &Options::on_bad_lines, &Options::header, &Options::header_row, &Options::skip_rows, &Options::skip_row_numbers, &Options::text_labels,
      &Options::names, &Options::use_columns, &Options::index_col, &Options::dtype, &Options::column_dtypes, &Options::assume_missing,
      &Options::parse_index_dates, &Options::parse_dates, &Options::date_format, &Options::column_date_formats, &Options::day_first,
      &Options::na_values, &Options::column_na_values, &Options::keep_default_na, &Options::na_filter, &Options::true_values,
      &Options::false_values, &Options::thousands, &Options::decimal, &Options::block_size, &Options::largest_block, &Options::path_column);
}

/// What a map of the options holds for the column of that label and field, or null.
template <typename T>
const T* FindForColumn(const std::map<std::string, T>& of_columns, const std::string& name, int field) {
  if (of_columns.empty()) return nullptr;
  auto found = of_columns.find(name);
  if (found == of_columns.end()) found = of_columns.find(IntegerLabel(field));
  return found == of_columns.end() ? nullptr : &found->second;
}

/// Refuses combinations that pandas refuses, with its words.
Status Validate(const CsvOptions& options);

/// Into how many partitions a file of `file_size` bytes is cut, evenly; none if it is empty. A block size that was asked for is a lower
/// bound, as it is to Dask: what is left over is spread over the file's blocks, which so may become almost twice as large. The default
/// is an upper bound, since it stands for what fits memory. 0: one partition a file.
int64_t CountCsvBlocks(int64_t file_size, std::optional<int64_t> block_size, int64_t largest_block = DefaultCsvBlockSize());

}  // namespace cask
