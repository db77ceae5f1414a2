#include "cask/io/csv/row_source.h"

#include "cask/io/csv/open_text.h"
#include "cask/io/csv/record_starts.h"

namespace cask {
namespace {

constexpr int64_t kStretchBytes = 192 << 10;  // of text: with its positions and values it stays in the second-level cache
constexpr int64_t kMaxLinesToTokenize = 4096;
constexpr int64_t kMaxArenaBytes = 1 << 20;

}  // namespace

CsvRowSource::CsvRowSource(std::shared_ptr<const CsvDataset> dataset, int64_t partition, std::shared_ptr<const CsvLayout> layout,
                           CsvFieldSelection selection)
    : dataset_(std::move(dataset)),
      partition_(dataset_->partition(partition)),
      layout_(std::move(layout)),
      selection_(std::move(selection)),
      dialect_(dataset_->options()),
      tokenizer_(dialect_),
      scanner_(dialect_, selection_),
      can_scan_(CsvScanner::CanScan(dialect_)) {}

Status CsvRowSource::Open(int64_t exact_begin, arrow::MemoryPool* pool) {
  if (partition_.is_first_of_file) {
    begin_ = layout_->data_begin;
    line_ = layout_->data_line;
    first_never_skipped_ = FirstLineNeverSkipped(dataset_->options());
  } else {
    begin_ = exact_begin >= 0 ? exact_begin : partition_.begin - 1;
    is_begin_certain_ = exact_begin >= 0;
  }
  const int64_t from = dataset_->is_splittable() ? begin_ : 0;
  ARROW_ASSIGN_OR_RAISE(reader_, OpenText(dataset_->files(), partition_.file, dataset_->options(), from, pool));
  if (!is_begin_certain_) {
    ARROW_ASSIGN_OR_RAISE(begin_, GuessRecordStart(reader_.get(), partition_.begin, tokenizer_, layout_->num_fields));
  }
  position_ = begin_;
  return Status::OK();
}

bool CsvRowSource::IsDone() const {
  if (reader_->size() == 0 && reader_->at_end()) return true;
  return dataset_->is_splittable() && position_ >= partition_.end && line_ >= first_never_skipped_;
}

Result<CsvRows> CsvRowSource::Next(int64_t max_rows) {
  while (true) {
    ARROW_RETURN_NOT_OK(reader_->Fetch(position_, kStretchBytes));
    ARROW_RETURN_NOT_OK(reader_->Check());
    rows_begin_ = position_;
    if (IsDone()) return CsvRows();
    CsvRows rows;
    if (can_scan_ && lines_to_tokenize_ == 0 && line_ >= first_never_skipped_) {
      ARROW_ASSIGN_OR_RAISE(rows, NextPlain(max_rows));
    } else {
      ARROW_ASSIGN_OR_RAISE(rows, NextByLine(max_rows));
    }
    if (rows.num_rows > 0) return rows;
  }
}

Result<CsvRows> CsvRowSource::NextPlain(int64_t max_rows) {
  CsvScan scan = scanner_.Scan(reader_->data(), std::min(reader_->size(), kStretchBytes), max_rows);
  // Rows that start in the next partition are its own.
  if (dataset_->is_splittable()) {
    const int64_t room = partition_.end - position_;
    const int64_t stride = selection_.stride();
    while (scan.rows.num_rows > 0 && scan.rows.positions[(scan.rows.num_rows - 1) * stride] >= room) {
      --scan.rows.num_rows;
      scan.num_bytes = scan.rows.positions[scan.rows.num_rows * stride];
    }
  }
  if (scan.rows.num_rows == 0) {
    lines_to_tokenize_ = next_lines_;
    next_lines_ = std::min(next_lines_ * 2, kMaxLinesToTokenize);
    return CsvRows();
  }
  next_lines_ = 1;
  position_ += scan.num_bytes;
  line_ += scan.rows.num_rows;
  return scan.rows;
}

// The line at `*text`, which moves when more has to be fetched.
Result<CsvLine> CsvRowSource::TokenizeLine(const char** text) {
  while (true) {
    const char* const end = reader_->data() + reader_->size();
    const bool is_skipped = line_ < first_never_skipped_ && IsSkipped(dataset_->options(), line_);
    const CsvLine line = is_skipped ? tokenizer_.Skip(*text, end, reader_->at_end())
                                    : tokenizer_.Next(*text, end, reader_->at_end(), &selection_, &arena_);
    if (line.kind != CsvLine::Kind::kIncomplete) return line;
    const int64_t have = end - *text;
    if (have >= (int64_t{1} << 32) - (8 << 20)) return ParserError("a line is longer than 4 GB, at byte {}", position_);
    ARROW_RETURN_NOT_OK(reader_->Fetch(position_, 2 * std::max(have, kStretchBytes)));
    *text = reader_->data();
  }
}

Result<CsvRows> CsvRowSource::NextByLine(int64_t max_rows) {
  arena_.Clear();
  const char* text = reader_->data();
  while (arena_.num_rows() < max_rows && arena_.num_bytes() < kMaxArenaBytes && position_ - rows_begin_ < kStretchBytes && !IsDone()) {
    const auto mark = arena_.mark();
    ARROW_ASSIGN_OR_RAISE(const CsvLine line, TokenizeLine(&text));
    if (line.kind == CsvLine::Kind::kRecord) {
      if (line.num_fields > layout_->max_fields) {
        arena_.DropRow(mark);
        ARROW_RETURN_NOT_OK(BadLine(line));
      }
    } else if (line.kind != CsvLine::Kind::kIgnored) {
      return BadEnd(line);
    }
    position_ += line.after - text;
    text = line.after;
    ++line_;
    if (text == reader_->data() + reader_->size() && reader_->at_end()) {
      ARROW_RETURN_NOT_OK(reader_->Fetch(position_, 0));
      text = reader_->data();
    }
    if (lines_to_tokenize_ > 0 && --lines_to_tokenize_ == 0 && can_scan_) break;
  }
  if (!can_scan_) lines_to_tokenize_ = 0;
  return arena_.rows();
}

Status CsvRowSource::BadLine(const CsvLine& line) {
  const CsvBadLines action = dataset_->options().on_bad_lines;
  if (action == CsvBadLines::kSkip) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const int64_t number, LineNumberAt(position_));
  const std::string& path = dataset_->files().file(partition_.file).path;
  if (action == CsvBadLines::kWarn) {
    warnings_.push_back(fmt::format("Skipping line {}: expected {} fields, saw {} ({})", number, layout_->max_fields, line.num_fields, path));
    return Status::OK();
  }
  return WithNote(ParserError("Error tokenizing data. C error: Expected {} fields in line {}, saw {}", layout_->max_fields, number,
                              line.num_fields),
                  fmt::format("in line {} of {}", number, path));
}

Status CsvRowSource::BadEnd(const CsvLine& line) const {
  ARROW_ASSIGN_OR_RAISE(const int64_t number, LineNumberAt(position_));
  const std::string note = fmt::format("in line {} of {}", number, dataset_->files().file(partition_.file).path);
  if (line.kind == CsvLine::Kind::kUnclosedEscape) {
    return WithNote(ParserError("Error tokenizing data. C error: EOF following escape character"), note);
  }
  return WithNote(ParserError("Error tokenizing data. C error: EOF inside string starting at row {}", number - 1), note);
}

Result<int64_t> CsvRowSource::LineNumberAt(int64_t position) const {
  if (partition_.is_first_of_file && position == position_) return line_ + 1;
  return CountLines(*dataset_, partition_.file, position);
}

int64_t CsvRowSource::PositionOfRow(const CsvRows& rows, int64_t row) const {
  if (rows.base == arena_.rows().base) return rows_begin_;
  return rows_begin_ + rows.positions[row * selection_.stride()];
}

}  // namespace cask
