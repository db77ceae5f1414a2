// CsvScanner: finds the fields of plain rows at close to the speed of memory, 64 bytes a step, in whatever vectors the processor has.
//
// Plain rows have exactly the expected number of fields, end with \n or \r\n, and use quotes only around whole fields. The scanner
// stops before anything else, and the line tokenizer takes over for that stretch. All instruction sets give the same results.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cask/io/csv/dialect.h"
#include "cask/io/csv/fields.h"
#include "cask/io/csv/select_delimiters.h"

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

  /// The plain rows at the start of `text`, at most `max_rows`. ByteReader::kPadding bytes after the text are readable. The result is
  /// valid until the next call. `size` is less than 4 GB.
  CsvScan Scan(const char* text, int64_t size, int64_t max_rows);

 private:
  // Rows of places of all delimiters, as one piece of text after the other brings them.
  struct Rows {
    const char* base;
    uint32_t* slots;             // of the next row
    uint32_t* delimiters;        // of the next row, the first `num_delimiters` known
    int64_t num_delimiters = 0;
    int64_t num_rows = 0;
  };

  void Reserve(int64_t size, int64_t max_rows);
  int64_t ScanUnquoted(const char* text, int64_t size, int64_t max_rows, Rows* rows);
  bool TakeRows(int64_t num_newlines, Rows* rows) const;
  void CopySlots(int64_t num_rows, Rows* rows) const;
  int64_t CountRegularRows(const Rows& rows) const;

  CsvDialect dialect_;
  int num_fields_;
  bool takes_all_;          // every delimiter is a slot
  std::vector<int> slots_;  // which delimiters of a row are slots
  std::optional<CsvDelimiterPatterns> patterns_;  // where slots can be selected
  std::vector<uint32_t> positions_;
  std::vector<uint32_t> delimiters_;  // of one piece and the row that began before it; unused if all are slots
};

}  // namespace cask
