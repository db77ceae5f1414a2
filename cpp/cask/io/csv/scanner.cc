#include "cask/io/csv/scanner.h"

#include <algorithm>

#include "cask/io/csv/find_delimiters.h"

namespace cask {
namespace {

// Text and the places of its delimiters stay in the first-level cache.
constexpr int64_t kPiece = 16 << 10;

int CharOr(bool is_set, char c) { return is_set ? static_cast<uint8_t>(c) : -1; }

// In rows of one field a blank line is no row; a row that begins with a blank may be such a line.
int64_t CountRowsBeforeBlank(const char* text, const uint32_t* positions, int64_t num_rows) {
  for (int64_t row = 0; row < num_rows; ++row) {
    const char first = text[positions[row]];
    if (first == '\n' || first == '\r' || CsvDialect::IsBlank(first)) return row;
  }
  return num_rows;
}

// Slots of rows of `num_fields` delimiters each. A `kStride` of 0 stands for any.
template <int kStride>
void CopySlotsOf(const uint32_t* delimiters, int64_t num_rows, int num_fields, const std::vector<int>& slots, uint32_t* out) {
  const int stride = kStride != 0 ? kStride : static_cast<int>(slots.size());
  for (int64_t row = 0; row < num_rows; ++row) {
    for (int slot = 0; slot < stride; ++slot) out[slot] = delimiters[slots[slot]];
    out += stride;
    delimiters += num_fields;
  }
}

}  // namespace

CsvScanner::CsvScanner(const CsvDialect& dialect, const CsvFieldSelection& selection)
    : dialect_(dialect), num_fields_(selection.num_fields), takes_all_(selection.stride() == selection.num_fields), slots_(selection.slots) {
  const bool has_stops = dialect.has_escape || dialect.has_comment;
  if (!takes_all_ && !has_stops && num_fields_ <= CsvDelimiterPatterns::kMaxFields && CanSelectDelimiters()) patterns_.emplace(num_fields_, slots_);
}

bool CsvScanner::CanScan(const CsvDialect& dialect) { return !dialect.is_whitespace_separated && !dialect.skip_initial_space; }

CsvScan CsvScanner::Scan(const char* text, int64_t size, int64_t max_rows) {
  const auto stride = static_cast<int64_t>(slots_.size());
  max_rows = std::min(max_rows, size);
  Reserve(size, max_rows);
  positions_[0] = 0;  // places are counted from the byte before the text
  CsvDelimiterScan scan{dialect_.separator,
                        dialect_.newline,
                        CharOr(dialect_.has_quote, dialect_.quote),
                        dialect_.double_quote,
                        CharOr(dialect_.has_carriage, '\r'),
                        CharOr(dialect_.has_escape, dialect_.escape),
                        CharOr(dialect_.has_comment, dialect_.comment)};
  Rows rows{text - 1, positions_.data() + 1, takes_all_ ? positions_.data() + 1 : delimiters_.data()};
  bool is_regular = true;
  const int64_t first = patterns_ ? ScanUnquoted(text, size, max_rows, &rows) : 0;
  for (int64_t begin = first; is_regular && begin < size && rows.num_rows < max_rows; begin += kPiece) {
    const CsvDelimiters found = FindDelimiters(text, begin, std::min(begin + kPiece, size), &scan, rows.delimiters + rows.num_delimiters);
    rows.num_delimiters += found.count;
    is_regular = TakeRows(found.num_newlines, &rows) && !found.is_irregular;
  }
  const bool is_full = rows.num_rows >= max_rows;
  int64_t num_rows = std::min(rows.num_rows, max_rows);
  if (num_fields_ == 1) {
    const int64_t before_blank = CountRowsBeforeBlank(text, positions_.data(), num_rows);
    is_regular &= before_blank == num_rows;
    num_rows = before_blank;
  }
  return {{num_rows, text - 1, positions_.data(), scan.has_carriages, scan.has_quotes}, positions_[num_rows * stride], !is_regular && !is_full};
}

void CsvScanner::Reserve(int64_t size, int64_t max_rows) {
  const auto stride = static_cast<int64_t>(slots_.size());
  const auto grow = [](int64_t count, std::vector<uint32_t>* places) {
    if (static_cast<int64_t>(places->size()) < count) places->resize(count);
  };
  // A piece may bring more rows than are asked for.
  const int64_t max_places = takes_all_ ? size : std::min(max_rows * stride + kPiece, size);
  grow(max_places + 2 * kCsvBlock, &positions_);
  if (!takes_all_) grow(num_fields_ + std::min(kPiece, size) + 2 * kCsvBlock, &delimiters_);
}

// Takes rows without quotes and carriage returns as far as the pieces hold nothing else; returns where the rest of the text begins. That is at a
// row, unless all rows asked for have been taken.
int64_t CsvScanner::ScanUnquoted(const char* text, int64_t size, int64_t max_rows, Rows* rows) {
  const auto stride = static_cast<int64_t>(slots_.size());
  const CsvCharacters characters{dialect_.separator, dialect_.newline, CharOr(dialect_.has_quote, dialect_.quote), CharOr(dialect_.has_carriage, '\r')};
  int in_row = 0;
  int64_t num_slots = 0;
  for (int64_t begin = 0; begin < size && num_slots < max_rows * stride; begin += kPiece) {
    const CsvSelectedDelimiters found = SelectDelimiters(text, begin, std::min(begin + kPiece, size), characters, *patterns_, &in_row,
                                                         rows->slots + num_slots);
    if (found.is_irregular) break;
    num_slots += found.count;
  }
  rows->num_rows = num_slots / stride;
  rows->slots += rows->num_rows * stride;
  return positions_[rows->num_rows * stride];
}

// Takes the rows whose delimiters are all known. False at one that has too few or too many of them.
bool CsvScanner::TakeRows(int64_t num_newlines, Rows* rows) const {
  int64_t num_rows = rows->num_delimiters / num_fields_;
  uint8_t difference = 0;
  for (int64_t row = 0; row < num_rows; ++row) {
    const uint32_t end = rows->delimiters[(row + 1) * num_fields_ - 1];
    difference |= static_cast<uint8_t>(rows->base[end] ^ dialect_.newline);
  }
  // As many newlines as rows, and one at the end of each: there is none anywhere else.
  const bool is_regular = difference == 0 && num_newlines == num_rows;
  if (!is_regular) num_rows = CountRegularRows(*rows);
  if (!takes_all_) CopySlots(num_rows, rows);
  rows->slots += num_rows * static_cast<int64_t>(slots_.size());
  rows->num_rows += num_rows;
  rows->num_delimiters -= num_rows * num_fields_;
  if (takes_all_) {
    rows->delimiters += num_rows * num_fields_;
  } else {
    std::copy_n(rows->delimiters + num_rows * num_fields_, rows->num_delimiters, rows->delimiters);
  }
  return is_regular;
}

void CsvScanner::CopySlots(int64_t num_rows, Rows* rows) const {
  switch (slots_.size()) {
    case 1: return CopySlotsOf<1>(rows->delimiters, num_rows, num_fields_, slots_, rows->slots);
    case 2: return CopySlotsOf<2>(rows->delimiters, num_rows, num_fields_, slots_, rows->slots);
    case 3: return CopySlotsOf<3>(rows->delimiters, num_rows, num_fields_, slots_, rows->slots);
    default: return CopySlotsOf<0>(rows->delimiters, num_rows, num_fields_, slots_, rows->slots);
  }
}

int64_t CsvScanner::CountRegularRows(const Rows& rows) const {
  int64_t delimiter = 0;
  for (; delimiter < rows.num_delimiters; ++delimiter) {
    const bool is_newline = rows.base[rows.delimiters[delimiter]] == dialect_.newline;
    if (is_newline != (delimiter % num_fields_ == num_fields_ - 1)) break;
  }
  return delimiter / num_fields_;
}

}  // namespace cask
