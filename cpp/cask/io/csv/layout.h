// CsvLayout: what the head of one file tells: its header, where its data begins, and which of its fields are the dataset's columns.
// Immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cask/base/error.h"
#include "cask/io/byte_reader.h"
#include "cask/io/csv/line_tokenizer.h"
#include "cask/io/csv/options.h"

namespace cask {

/// The head of a file as it stands there.
struct CsvHead {
  std::vector<std::string> header;     // as written; empty without a header
  bool has_header = false;
  std::vector<std::string> first_row;  // the first record after the header
  bool has_row = false;
  int64_t data_begin = 0;              // byte offset of the first line after the header
  int64_t data_line = 0;               // that line's number, from 0
};

struct CsvLayout {
  int num_fields = 0;              // of a record; short records are filled up to it
  int64_t max_fields = 0;          // longer records are bad; where they are not, the fields after `num_fields` are of no interest
  int64_t data_begin = 0;
  int64_t data_line = 0;
  std::vector<int> field_of;       // dataset column -> field, or -1: every value is missing
};

/// Reads lines until the header and the first record are known.
Result<CsvHead> ReadHead(ByteReader* reader, const CsvOptions& options);

/// Whether line `line` (from 0) of a file is skipped by its number.
bool IsSkipped(const CsvOptions& options, int64_t line);
/// The first line from which on none is skipped by its number.
int64_t FirstLineNeverSkipped(const CsvOptions& options);

/// pandas' names for header fields: "Unnamed: 2" for empty ones, and "a.1" for a second "a".
std::vector<std::string> ColumnNamesOf(const std::vector<std::string>& header);

}  // namespace cask
