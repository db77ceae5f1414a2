// CsvLineTokenizer: takes one line of CSV text apart, whatever its quotes, escapes, comments and spaces, as pandas' C parser does.
// Slow but complete; the scanner (scanner.h) does the plain stretches in between.
#pragma once

#include "cask/io/csv/dialect.h"
#include "cask/io/csv/field_arena.h"

namespace cask {

struct CsvLine {
  enum class Kind : uint8_t {
    kRecord,
    kIgnored,          // blank, or a comment
    kIncomplete,       // more text is needed to tell where it ends
    kUnclosedQuote,    // the input ends within quotes
    kUnclosedEscape,   // the input ends after an escape character
  };
  Kind kind;
  const char* after;       // where the next line starts
  int64_t num_fields = 0;  // of a record
};

class CsvLineTokenizer {
 public:
  explicit CsvLineTokenizer(const CsvDialect& dialect);

  /// Takes apart the line that starts at `text`. The wanted fields of a record go to `arena`, all slots of `selection` filled; a record
  /// with more fields than `selection` counts them but keeps only the wanted ones. Without a selection fields are only counted.
  /// `is_end`: nothing follows `end`.
  CsvLine Next(const char* text, const char* end, bool is_end, const CsvFieldSelection* selection, CsvFieldArena* arena) const;

  /// All fields of a line, each in a slot of its own, for lines whose width is not known yet.
  CsvLine NextFields(const char* text, const char* end, bool is_end, std::vector<std::string>* fields) const;

  /// Steps over a line that is skipped by its number.
  CsvLine Skip(const char* text, const char* end, bool is_end) const;

  const CsvDialect& dialect() const { return dialect_; }

 private:
  template <typename Sink>
  class Run;

  CsvDialect dialect_;
  bool stops_field_[256];  // characters that end a plain run outside of quotes
  bool stops_quoted_[256];
};

}  // namespace cask
