// CsvScanner: finds the fields of plain rows at close to the speed of memory, 64 bytes a step, in whatever vectors the processor has.
//
// Plain rows have exactly the expected number of fields, end with \n or \r\n, and use quotes only around whole fields. The scanner
// stops before anything else, and the line tokenizer takes over for that stretch. All instruction sets give the same results.
#pragma once

#include <cstdint>
#include <vector>

#include "cask/io/csv/dialect.h"
#include "cask/io/csv/fields.h"

namespace cask {

struct CsvScan {
  CsvRows rows;
  int64_t num_bytes = 0;      // of text that the rows take
  bool is_irregular = false;  // stopped at something that is not plain; otherwise at the end of the text or at `max_rows`
};

class CsvScanner {
 public:
  CsvScanner(const CsvDialect& dialect, const CsvFieldSelection& selection);

  /// Whether rows of that dialect can be plain at all.
  static bool CanScan(const CsvDialect& dialect);

  /// The plain rows at the start of `text`, at most `max_rows`. ByteReader::kPadding bytes after the text must be readable. The result is
  /// valid until the next call. `size` is less than 4 GB.
  CsvScan Scan(const char* text, int64_t size, int64_t max_rows);

 private:
  CsvDialect dialect_;
  int num_fields_;
  bool takes_all_;         // every delimiter is a slot
  std::vector<int> gaps_;  // before each slot: how many delimiters lie between it and the slot before
  std::vector<uint32_t> positions_;
};

}  // namespace cask
