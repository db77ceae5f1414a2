// Writing a frame's partitions as CSV text, byte for byte as pandas.DataFrame.to_csv would.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cask/data/batch.h"
#include "cask/io/csv/options.h"

namespace cask {

struct CsvWriteOptions {
  char separator = ',';
  std::string na_rep;
  std::string float_format;  // printf's: "%.3f"; empty: the shortest text that reads back the same
  bool header = true;
  std::vector<std::string> header_names;  // not empty: instead of the columns' own names
  int num_index_columns = 0;              // the first columns of the table are the index
  std::vector<std::string> index_labels;  // one for each index column; empty texts where the index has no name
  bool has_index_labels = true;           // false: the header says nothing of the index, not even empty fields
  char quote_char = '"';
  CsvQuoting quoting = CsvQuoting::kMinimal;
  bool double_quote = true;
  char escape_char = 0;
  std::string line_terminator = "\n";
  std::string date_format;
  char decimal = '.';
  std::string encoding = "utf-8";
  CsvCompression compression = CsvCompression::kInfer;
};
constexpr auto FieldsOf(std::type_identity<CsvWriteOptions>) {
  using Options = CsvWriteOptions;
  return std::tuple(&Options::separator, &Options::na_rep, &Options::float_format, &Options::header, &Options::header_names,
                    &Options::num_index_columns, &Options::index_labels, &Options::has_index_labels, &Options::quote_char, &Options::quoting,
                    &Options::double_quote, &Options::escape_char, &Options::line_terminator, &Options::date_format, &Options::decimal,
                    &Options::encoding, &Options::compression);
}

/// Refuses a float format that is not that of one floating-point number: printf would believe it.
Status Validate(const CsvWriteOptions& options);

/// Appends the text of `table` to `text`, with the header if options say so.
Status AppendCsv(const Table& table, const CsvWriteOptions& options, std::string* text);

/// Writes `table` to a local file, which appears whole or not at all, however many processes of however many machines write it at a time. Its folder
/// must be there. `append`: at the end of the file that is there.
Status WriteCsvFile(const Table& table, const CsvWriteOptions& options, const std::string& path, bool append = false);

}  // namespace cask
