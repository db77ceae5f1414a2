// From the texts of a column to its type, by the rules of pandas' C parser: each value adds to the evidence, and the evidence of all
// values decides. Thread-compatible; immutable once made.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cask/io/csv/column_evidence.h"
#include "cask/io/csv/date_format.h"
#include "cask/io/csv/fields.h"
#include "cask/io/csv/knowledge.h"
#include "cask/io/csv/missing.h"
#include "cask/io/csv/parse_number.h"

namespace cask {

/// What the options say about the values of one column.
struct CsvColumnRules {
  /// `name` and `field`: the column's label and its place in the first file.
  CsvColumnRules(const CsvOptions& options, const std::string& name, int field, bool is_date);

  std::string name;             // for messages
  bool is_date;                 // to be parsed as a date
  std::optional<DType> dtype;   // given by the caller: nothing is inferred; not of dates
  bool never_integer;           // quoting=QUOTE_NONNUMERIC: numbers are floats
  bool assume_missing;          // int64 becomes float64, as in Dask; uint64 does not
  bool day_first;
  bool is_latin1;               // texts are to become UTF-8
  bool check_utf8;
  CsvNumberFormat number;
  CsvMissing missing;
  CsvTextSet true_texts;
  CsvTextSet false_texts;
  std::string date_format;      // given by the caller, or empty

  /// True, false, or neither.
  bool ParseTruth(std::string_view text, uint8_t* value) const;
  /// The format of a date column whose first value is known, by what the caller says or by that value; may be empty: not guessable.
  CsvDateFormat FormatOf(const CsvColumnEvidence& seen) const;
};

/// Adds a value that is not a missing one to what was seen. Says whether that changed anything that may decide the type.
bool Observe(std::string_view text, const CsvColumnRules& rules, CsvColumnEvidence* seen);

/// Adds the first `num_rows` fields to what was seen. `format`: of a date column; if it is empty, the first value decides it.
void ObserveFields(const CsvFieldColumn& fields, int64_t num_rows, const CsvColumnRules& rules, CsvDateFormat* format,
                   CsvColumnEvidence* seen);

/// The type that pandas gives a column of which exactly `seen` was seen.
CsvColumnKnowledge Decide(const CsvColumnRules& rules, const CsvColumnEvidence& seen);

/// Whether values that fit the type are all that need be known of the rest of the column: it can become no other type by values that
/// the type holds.
bool IsSettled(const CsvColumnRules& rules, const CsvColumnKnowledge& knowledge);

}  // namespace cask
