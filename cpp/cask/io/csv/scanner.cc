#include "cask/io/csv/scanner.h"

#include "cask/io/csv/scan_block.h"

namespace cask {
namespace {

int CharOr(bool is_set, char c) { return is_set ? static_cast<uint8_t>(c) : -1; }

// In rows of one field a blank line is no row; a row that begins with a blank may be such a line.
int64_t CountRowsBeforeBlank(const char* text, const uint32_t* positions, int64_t num_rows) {
  for (int64_t row = 0; row < num_rows; ++row) {
    const char first = text[positions[row]];
    if (first == '\n' || first == '\r' || CsvDialect::IsBlank(first)) return row;
  }
  return num_rows;
}

}  // namespace

CsvScanner::CsvScanner(const CsvDialect& dialect, const CsvFieldSelection& selection)
    : dialect_(dialect), num_fields_(selection.num_fields), takes_all_(selection.stride() == selection.num_fields) {
  int before = -1;
  for (int slot : selection.slots) {
    gaps_.push_back(slot - before - 1);
    before = slot;
  }
}

bool CsvScanner::CanScan(const CsvDialect& dialect) { return !dialect.is_whitespace_separated && !dialect.skip_initial_space; }

CsvScan CsvScanner::Scan(const char* text, int64_t size, int64_t max_rows) {
  const auto stride = static_cast<int64_t>(gaps_.size());
  max_rows = std::min(max_rows, size);
  const int64_t capacity = (takes_all_ ? size : std::min(max_rows * stride, size)) + 128;
  if (static_cast<int64_t>(positions_.size()) < capacity) positions_.resize(capacity);
  positions_[0] = 0;  // places are counted from the byte before the text
  const CsvScanTask task{text,
                         size,
                         max_rows,
                         dialect_.separator,
                         dialect_.newline,
                         CharOr(dialect_.has_quote, dialect_.quote),
                         dialect_.double_quote,
                         CharOr(dialect_.has_carriage, '\r'),
                         CharOr(dialect_.has_escape, dialect_.escape),
                         CharOr(dialect_.has_comment, dialect_.comment),
                         num_fields_,
                         takes_all_,
                         gaps_.data(),
                         static_cast<int>(stride),
                         positions_.data() + 1};
  const CsvScanOutcome outcome = ScanRows(task);
  CsvScan scan;
  scan.is_irregular = outcome.is_irregular;
  int64_t num_rows = outcome.num_rows;
  if (num_fields_ == 1) {
    num_rows = CountRowsBeforeBlank(text, positions_.data(), num_rows);
    scan.is_irregular |= num_rows < outcome.num_rows;
  }
  scan.rows = {num_rows, text - 1, positions_.data(), outcome.has_carriages, outcome.has_quotes};
  scan.num_bytes = positions_[num_rows * stride];
  return scan;
}

}  // namespace cask
