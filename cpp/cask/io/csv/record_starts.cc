#include "cask/io/csv/record_starts.h"

#include "cask/base/check.h"
#include "cask/io/csv/layout.h"
#include "cask/io/csv/open_text.h"

namespace cask {
namespace {

constexpr int64_t kLookBytes = 64 << 10;  // of text that must make sense
constexpr int kLookLines = 32;
constexpr int64_t kStepBytes = 4 << 20;

// Whether lines from `text` on are records of `num_fields` fields, and how many were looked at.
struct Sense {
  bool is_plausible = true;
  int num_lines = 0;
};

Sense LookAt(const char* text, const char* end, bool is_end, const CsvLineTokenizer& tokenizer, int num_fields) {
  Sense sense;
  CsvFieldArena arena;
  while (text < end && sense.num_lines < kLookLines) {
    const CsvLine line = tokenizer.Next(text, end, is_end, nullptr, &arena);
    if (line.kind == CsvLine::Kind::kIncomplete) break;
    if (line.kind == CsvLine::Kind::kRecord) {
      ++sense.num_lines;
      sense.is_plausible &= line.num_fields == num_fields;
    } else if (line.kind != CsvLine::Kind::kIgnored) {
      sense.is_plausible = false;
    }
    if (!sense.is_plausible) break;
    text = line.after;
  }
  return sense;
}

// Behind the first line ending in the text, or null. A \r at the very end of the text may belong to a \r\n.
const char* AfterLineEnd(const char* text, const char* end, bool is_end, const CsvDialect& dialect) {
  for (const char* p = text; p < end; ++p) {
    if (dialect.IsNewline(*p)) return p + 1;
    if (!dialect.IsCarriage(*p)) continue;
    if (p + 1 == end && !is_end) return nullptr;
    if (p + 1 == end || p[1] != '\n') return p + 1;
  }
  return nullptr;
}

// Behind the line in which the quotes are closed that `text` is assumed to be within, or null.
const char* AfterQuotedLine(const char* text, const char* end, bool is_end, const CsvLineTokenizer& tokenizer) {
  const CsvDialect& dialect = tokenizer.dialect();
  const char* p = text;
  while (p < end) {
    if (dialect.IsEscape(*p)) {
      p += 2;
    } else if (!dialect.IsQuote(*p)) {
      ++p;
    } else if (dialect.double_quote && p + 1 < end && p[1] == dialect.quote) {
      p += 2;
    } else {
      CsvFieldArena arena;
      const CsvLine line = tokenizer.Next(p + 1, end, is_end, nullptr, &arena);
      return line.kind == CsvLine::Kind::kRecord || line.kind == CsvLine::Kind::kIgnored ? line.after : nullptr;
    }
  }
  return nullptr;
}

// Goes through the lines of a file from its first data line on. `visit` gets each line's number (from 0) and place, and says whether to go on.
template <typename Visit>
Status ForEachLine(const CsvDataset& dataset, int file, Visit visit) {
  ARROW_ASSIGN_OR_RAISE(auto layout, dataset.LayoutOf(file));
  ARROW_ASSIGN_OR_RAISE(auto reader, OpenText(dataset.files(), file, dataset.options(), 0, nullptr));
  const CsvLineTokenizer tokenizer{CsvDialect(dataset.options())};
  CsvFieldArena arena;
  int64_t position = layout->data_begin;
  int64_t want = 1 << 20;
  ARROW_RETURN_NOT_OK(reader->Fetch(position, want));
  const char* p = reader->data();
  for (int64_t line = layout->data_line; visit(line, position); ++line) {
    while (true) {
      const char* end = reader->data() + reader->size();
      if (p == end && reader->at_end()) return reader->Check();
      const CsvLine got = IsSkipped(dataset.options(), line) ? tokenizer.Skip(p, end, reader->at_end())
                                                             : tokenizer.Next(p, end, reader->at_end(), nullptr, &arena);
      if (got.kind == CsvLine::Kind::kIncomplete || (end - p < want / 2 && !reader->at_end())) {
        want = std::max<int64_t>(1 << 20, 2 * (end - p));
        ARROW_RETURN_NOT_OK(reader->Fetch(position, want));
        p = reader->data();
        continue;
      }
      position += got.after - p;
      p = got.after;
      break;
    }
    if (position - reader->begin() > kStepBytes) {  // lets go of what was read
      ARROW_RETURN_NOT_OK(reader->Fetch(position, want));
      p = reader->data();
    }
  }
  return reader->Check();
}

}  // namespace

Result<int64_t> GuessRecordStart(ByteReader* reader, int64_t nominal, const CsvLineTokenizer& tokenizer, int num_fields) {
  const CsvDialect& dialect = tokenizer.dialect();
  const int64_t from = nominal - 1;
  const char* unquoted = nullptr;
  for (int64_t bytes = kLookBytes; unquoted == nullptr; bytes *= 2) {
    ARROW_RETURN_NOT_OK(reader->Fetch(from, bytes));
    unquoted = AfterLineEnd(reader->data(), reader->data() + std::min(bytes, reader->size()), reader->at_end(), dialect);
    if (unquoted == nullptr && reader->at_end() && bytes >= reader->size()) return reader->end();
  }
  const auto offset_of = [&](const char* p) { return from + (p - reader->data()); };
  if (!dialect.has_quote) return offset_of(unquoted);
  ARROW_RETURN_NOT_OK(reader->Fetch(from, (unquoted - reader->data()) + kLookBytes));
  unquoted = AfterLineEnd(reader->data(), reader->data() + reader->size(), reader->at_end(), dialect);
  const char* const end = reader->data() + std::min(reader->size(), (unquoted - reader->data()) + kLookBytes);
  const bool is_end = reader->at_end() && end == reader->data() + reader->size();
  if (LookAt(unquoted, end, is_end, tokenizer, num_fields).is_plausible) return offset_of(unquoted);
  // The byte before the nominal start decides nothing about quotes opened there; begin behind it.
  const char* const quoted = AfterQuotedLine(reader->data() + 1, end, is_end, tokenizer);
  if (quoted == nullptr) return offset_of(unquoted);
  const Sense sense = LookAt(quoted, end, is_end, tokenizer, num_fields);
  return offset_of(sense.is_plausible && sense.num_lines > 0 ? quoted : unquoted);
}

Result<std::vector<int64_t>> FindPartitionStarts(const CsvDataset& dataset, int file) {
  const int64_t first = FirstPartitionOf(dataset, file);
  const int64_t never_skipped = FirstLineNeverSkipped(dataset.options());
  std::vector<int64_t> starts;
  int64_t partition = first;
  CsvPartition part = dataset.partition(partition);
  bool is_done = false;
  int64_t last = 0;
  ARROW_RETURN_NOT_OK(ForEachLine(dataset, file, [&](int64_t line, int64_t position) {
    last = position;
    // The first partition starts with the data, wherever that is.
    while (!is_done && (part.is_first_of_file || (position >= part.begin && line >= never_skipped))) {
      starts.push_back(position);
      is_done = part.is_last_of_file;
      if (!is_done) part = dataset.partition(++partition);
    }
    return !is_done;
  }));
  while (!is_done) {
    starts.push_back(last);
    is_done = part.is_last_of_file;
    if (!is_done) part = dataset.partition(++partition);
  }
  return starts;
}

Result<int64_t> CountLines(const CsvDataset& dataset, int file, int64_t position) {
  int64_t number = 0;
  ARROW_RETURN_NOT_OK(ForEachLine(dataset, file, [&](int64_t line, int64_t begin) {
    if (begin <= position) number = line + 1;
    return begin < position;
  }));
  return number;
}

int64_t FirstPartitionOf(const CsvDataset& dataset, int file) {
  int64_t low = 0;
  int64_t high = dataset.num_partitions();
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    if (dataset.partition(middle).file < file) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace cask
