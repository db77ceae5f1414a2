// The contract between the scanner and its vector kernels.
#pragma once

#include <cstdint>

namespace cask {

struct CsvScanTask {
  const char* text;
  int64_t size;
  int64_t max_rows;
  char separator;
  char newline;
  int quote;          // or -1
  bool double_quote;  // "" within quotes is one quote
  int carriage;       // '\r' if it may stand before a newline, or -1
  int stop1;          // characters that are never plain, or -1
  int stop2;
  int num_fields;
  bool takes_all;
  const int* gaps;
  int stride;
  uint32_t* positions;  // room for max_rows * stride + 64; if takes_all, for size + 64
};

struct CsvScanOutcome {
  int64_t num_rows = 0;
  bool is_irregular = false;
  bool has_quotes = false;
  bool has_carriages = false;
};

/// Finds rows by the best instructions that the processor has.
CsvScanOutcome ScanRows(const CsvScanTask& task);

}  // namespace cask
