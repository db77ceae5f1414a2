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

/// Appends the text of `table` to `text`, with the header if options say so.
Status AppendCsv(const Table& table, const CsvWriteOptions& options, std::string* text);

/// Writes `table` to a local file, which appears whole or not at all. `append`: at the end of the file that is there.
Status WriteCsvFile(const Table& table, const CsvWriteOptions& options, const std::string& path, bool append = false);

}  // namespace cask
