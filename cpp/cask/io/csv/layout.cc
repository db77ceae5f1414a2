#include "cask/io/csv/layout.h"

#include <unordered_set>

#include "cask/io/csv/utf8.h"
#include "cask/io/transcode.h"

namespace cask {
namespace {

// Takes lines off the front of a file, fetching more of it as needed.
class HeadLines {
 public:
  HeadLines(ByteReader* reader, const CsvOptions& options) : reader_(reader), options_(options), tokenizer_(CsvDialect(options)) {}

  Status Start() {
    ARROW_RETURN_NOT_OK(reader_->Fetch(0, kFirstBytes));
    if (reader_->size() >= 3 && std::memcmp(reader_->data(), "\xEF\xBB\xBF", 3) == 0) offset_ = 3;
    return Status::OK();
  }

  // The next record's fields; false at the end of the file.
  Result<bool> Next(std::vector<std::string>* fields) {
    int64_t bytes = kFirstBytes;
    while (true) {
      ARROW_RETURN_NOT_OK(reader_->Fetch(offset_, bytes));
      if (reader_->size() == 0) return false;
      const char* begin = reader_->data();
      const char* end = begin + reader_->size();
      const bool is_skipped = IsSkipped(options_, line_);
      const CsvLine line = is_skipped ? tokenizer_.Skip(begin, end, reader_->at_end())
                                      : tokenizer_.NextFields(begin, end, reader_->at_end(), fields);
      switch (line.kind) {
        case CsvLine::Kind::kIncomplete:
          bytes = std::max(bytes, reader_->size()) * 2;
          continue;
        case CsvLine::Kind::kUnclosedQuote: return ParserError("Error tokenizing data. C error: EOF inside string starting at row {}", line_);
        case CsvLine::Kind::kUnclosedEscape: return ParserError("Error tokenizing data. C error: EOF following escape character");
        case CsvLine::Kind::kIgnored:
        case CsvLine::Kind::kRecord: break;
      }
      offset_ += line.after - begin;
      ++line_;
      if (line.kind == CsvLine::Kind::kRecord) return true;
    }
  }

  int64_t offset() const { return offset_; }
  int64_t line() const { return line_; }

 private:
  static constexpr int64_t kFirstBytes = 64 << 10;

  ByteReader* reader_;
  const CsvOptions& options_;
  CsvLineTokenizer tokenizer_;
  int64_t offset_ = 0;
  int64_t line_ = 0;
};

}  // namespace

bool IsSkipped(const CsvOptions& options, int64_t line) {
  return options.skip_row_numbers.empty() ? line < options.skip_rows : options.skip_row_numbers.count(line) > 0;
}

int64_t FirstLineNeverSkipped(const CsvOptions& options) {
  return options.skip_row_numbers.empty() ? options.skip_rows : *options.skip_row_numbers.rbegin() + 1;
}

Result<CsvHead> ReadHead(ByteReader* reader, const CsvOptions& options) {
  HeadLines lines(reader, options);
  ARROW_RETURN_NOT_OK(lines.Start());
  CsvHead head;
  head.has_header = options.header == CsvOptions::Header::kRow || (options.header == CsvOptions::Header::kInfer && !options.names.has_value());
  if (head.has_header) {
    const int header_row = options.header == CsvOptions::Header::kRow ? options.header_row : 0;
    for (int row = 0; row <= header_row; ++row) {
      ARROW_ASSIGN_OR_RAISE(bool has_line, lines.Next(&head.header));
      if (has_line) continue;
      if (row == 0) return EmptyDataError("No columns to parse from file");
      return ParserError("Passed header={} but only {} lines in file", header_row, row);
    }
  }
  head.data_begin = lines.offset();
  head.data_line = lines.line();
  ARROW_ASSIGN_OR_RAISE(head.has_row, lines.Next(&head.first_row));
  if (!head.has_header && !head.has_row && !options.names.has_value()) return EmptyDataError("No columns to parse from file");
  const bool is_latin1 = CanonicalEncoding(options.encoding) == "iso8859-1";
  for (std::string& name : head.header) {
    if (is_latin1) name = Utf8FromLatin1(name);
    const int64_t bad = FindInvalidUtf8(name);
    if (bad >= 0) {
      return UnicodeError("'utf-8' codec can't decode byte 0x{:02x} in position {} of a column's name: is the file compressed, or in another "
                          "encoding?", static_cast<uint8_t>(name[bad]), bad);
    }
  }
  return head;
}

std::vector<std::string> ColumnNamesOf(const std::vector<std::string>& header) {
  std::vector<std::string> names = header;
  std::vector<size_t> order;  // columns without a name give way to those that have one
  std::vector<size_t> unnamed;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) {
      names[i] = fmt::format("Unnamed: {}", i);
      unnamed.push_back(i);
    } else {
      order.push_back(i);
    }
  }
  order.insert(order.end(), unnamed.begin(), unnamed.end());
  std::unordered_map<std::string, int64_t> counts;
  std::unordered_set<std::string> taken(names.begin(), names.end());
  for (size_t i : order) {
    const std::string old_name = names[i];
    std::string name = old_name;
    int64_t count = counts[name];
    while (count > 0) {
      counts[old_name] = count + 1;
      name = fmt::format("{}.{}", old_name, count);
      count = taken.count(name) > 0 ? count + 1 : counts[name];
    }
    names[i] = name;
    taken.insert(name);
    counts[name] = count + 1;
  }
  return names;
}

}  // namespace cask
