// CsvRowSource: the rows of one partition as places of fields, a stretch at a time: where the partition begins and ends, the scanner and
// the line tokenizer taking turns, and bad lines. Used by one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cask/io/byte_reader.h"
#include "cask/io/csv/dataset.h"
#include "cask/io/csv/layout.h"
#include "cask/io/csv/line_tokenizer.h"
#include "cask/io/csv/scanner.h"

namespace cask {

class CsvRowSource {
 public:
  CsvRowSource(std::shared_ptr<const CsvDataset> dataset, int64_t partition, std::shared_ptr<const CsvLayout> layout,
               CsvFieldSelection selection);

  /// `exact_begin`: where the first record is known to start, or -1.
  Status Open(int64_t exact_begin, arrow::MemoryPool* pool);

  /// The next rows, at most `max_rows`; none at the end. Valid until the next call.
  Result<CsvRows> Next(int64_t max_rows);

  const CsvFieldSelection& selection() const { return selection_; }
  int64_t begin() const { return begin_; }
  /// Where the next line starts.
  int64_t position() const { return position_; }
  /// Whether the partition's start is known for certain, not only assumed.
  bool is_begin_certain() const { return is_begin_certain_; }
  /// The line's number in its file, from 1. Reads the file from its start if the partition is not its first.
  Result<int64_t> LineNumberAt(int64_t position) const;
  /// Where row `row` of the rows that `Next` gave last starts. Approximate where lines between were skipped.
  int64_t PositionOfRow(const CsvRows& rows, int64_t row) const;

  std::vector<std::string> TakeWarnings() { return std::move(warnings_); }
  /// Fails if what was read turned out to be unreadable.
  Status Check() { return reader_->Check(); }

 private:
  bool IsDone() const;
  Result<CsvRows> NextPlain(int64_t max_rows);
  Result<CsvRows> NextByLine(int64_t max_rows);
  Result<CsvLine> TokenizeLine(const char** text);
  Status BadLine(const CsvLine& line);
  Status BadEnd(const CsvLine& line) const;
  Status FindBegin();

  std::shared_ptr<const CsvDataset> dataset_;
  CsvPartition partition_;
  std::shared_ptr<const CsvLayout> layout_;
  CsvFieldSelection selection_;
  CsvDialect dialect_;
  CsvLineTokenizer tokenizer_;
  CsvScanner scanner_;
  bool can_scan_;
  std::unique_ptr<ByteReader> reader_;
  CsvFieldArena arena_;
  int64_t begin_ = 0;
  int64_t position_ = 0;
  int64_t rows_begin_ = 0;           // where the rows that Next gave last start
  int64_t line_ = 0;                 // lines before `position_`, of the file in its first partition, else of the partition
  int64_t first_never_skipped_ = 0;  // line from which on none is skipped by number
  bool is_begin_certain_ = true;
  int64_t lines_to_tokenize_ = 0;    // before the scanner gets another try
  int64_t next_lines_ = 1;           // how many the next time
  std::vector<std::string> warnings_;
};

}  // namespace cask
