// Where the delimiters of CSV text stand: the contract between the scanner and its vector kernels. All instruction sets give the same.
#pragma once

#include <cstdint>

namespace cask {

/// What the kernels look for, and what one piece of text tells the next.
struct CsvDelimiterScan {
  char separator;
  char newline;
  int quote;          // or -1
  bool double_quote;  // "" within quotes is one quote
  int carriage;       // '\r' if it may stand before a newline, or -1
  int stop1;          // characters that are never plain, or -1
  int stop2;

  bool has_quotes = false;  // any so far
  bool has_carriages = false;

  uint64_t in_quotes = 0;        // all ones: the next piece starts within quotes
  uint64_t after_delimiter = 1;  // bit 0: the byte before it was a delimiter
  uint64_t after_closing = 0;    // bit 0: it was a closing quote
  uint64_t after_carriage = 0;   // bit 0: it was a carriage return
};

struct CsvDelimiters {
  int64_t count = 0;
  int64_t num_newlines = 0;    // of them
  bool is_irregular = false;   // stopped before text that is not plain; what stands before that is counted
};

/// Bytes that the kernels look at in one step.
constexpr int64_t kCsvBlock = 64;

/// Writes the places of the delimiters of text[begin, end), each plus 1, to `places`, which has room for end - begin + 64. The pieces of a text
/// follow each other; all but its last are multiples of kCsvBlock, and kCsvBlock bytes after it are readable.
CsvDelimiters FindDelimiters(const char* text, int64_t begin, int64_t end, CsvDelimiterScan* scan, uint32_t* places);

}  // namespace cask
