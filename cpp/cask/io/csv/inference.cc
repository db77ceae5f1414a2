#include "cask/io/csv/inference.h"

#include "cask/io/transcode.h"

#include "cask/data/label.h"

namespace cask {
namespace {

std::string DateFormatFor(const CsvOptions& options, const std::string& name) {
  const auto own = options.column_date_formats.find(name);
  return own != options.column_date_formats.end() ? own->second : options.date_format;
}

std::optional<DType> DTypeFor(const CsvOptions& options, const std::string& name, int field) {
  const DType* own = FindForColumn(options.column_dtypes, name, field);
  return own != nullptr ? *own : options.dtype;
}

// Nothing more to learn: the column is text.
bool IsText(const CsvColumnEvidence& seen) {
  return seen.int64_stop != CsvIntegerStop::kNone && seen.uint64_stop != CsvIntegerStop::kNone && seen.not_float && seen.not_bool &&
         seen.not_python_int;
}

CsvIntegerStop StopFor(CsvParsed parsed) {
  switch (parsed) {
    case CsvParsed::kOk: return CsvIntegerStop::kNone;
    case CsvParsed::kOverflow: return CsvIntegerStop::kOverflow;
    case CsvParsed::kInvalid: return CsvIntegerStop::kInvalid;
  }
  return CsvIntegerStop::kInvalid;
}

void ObserveDate(std::string_view text, const CsvColumnRules& rules, CsvDateFormat* format, CsvColumnEvidence* seen) {
  if (IsNotATime(text)) return;
  const bool is_first = seen->first_date.empty();
  seen->any_value = true;
  if (is_first) {
    seen->first_date = text;
    if (format->is_empty()) *format = rules.FormatOf(*seen);
  }
  CsvDate date;
  if (!format->Parse(text, &date)) {
    seen->not_date = true;
    return;
  }
  seen->any_date_below_micro |= date.num_fraction_digits > 6;
  if (is_first) {
    seen->has_utc_offset = date.has_utc_offset;
    seen->utc_offset_minutes = date.utc_offset_minutes;
  } else {
    seen->not_date |= seen->has_utc_offset != date.has_utc_offset || seen->utc_offset_minutes != date.utc_offset_minutes;
  }
}

CsvColumnKnowledge DecideDate(const CsvColumnRules& rules, const CsvColumnEvidence& seen) {
  if (seen.not_date) return {Kind::kString, false, seen};
  if (seen.any_row && seen.first_date.empty()) return {DType::Timestamp(TimeUnit::kSecond), false, seen};
  if (!seen.any_row) return {Kind::kNull, false, seen};
  std::string zone;
  if (seen.has_utc_offset) {
    const int64_t minutes = std::abs(seen.utc_offset_minutes);
    zone = minutes == 0 ? "UTC" : fmt::format("{}{:02}:{:02}", seen.utc_offset_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
  }
  return {DType::Timestamp(seen.any_date_below_micro ? TimeUnit::kNano : TimeUnit::kMicro, zone), false, seen};
}

}  // namespace

CsvColumnRules::CsvColumnRules(const CsvOptions& options, const std::string& name, int field, bool is_date)
    : name(PrintLabel(name)),
      is_date(is_date),
      dtype(is_date ? std::nullopt : DTypeFor(options, name, field)),
      never_integer(options.quoting == CsvQuoting::kNonNumeric),
      assume_missing(options.assume_missing),
      day_first(options.day_first),
      is_latin1(CanonicalEncoding(options.encoding) == "iso8859-1"),
      check_utf8(!is_latin1),
      number{options.decimal, options.thousands},
      missing(options, name, field),
      true_texts(options.true_values),
      false_texts(options.false_values),
      date_format(DateFormatFor(options, name)) {}

bool CsvColumnRules::ParseTruth(std::string_view text, uint8_t* value) const {
  if (true_texts.Contains(text)) {
    *value = 1;
    return true;
  }
  if (false_texts.Contains(text)) {
    *value = 0;
    return true;
  }
  return ParseBool(text, value);
}

CsvDateFormat CsvColumnRules::FormatOf(const CsvColumnEvidence& seen) const {
  if (!date_format.empty()) return CsvDateFormat(date_format, day_first);
  if (seen.first_date.empty()) return {};
  // Without a layout to guess by, pandas reads each value by its own.
  const std::string guess = GuessDateFormat(seen.first_date, day_first);
  return CsvDateFormat(guess.empty() ? "mixed" : guess, day_first);
}

bool Observe(std::string_view text, const CsvColumnRules& rules, CsvColumnEvidence* seen) {
  bool changed = !seen->any_value;
  seen->any_value = true;
  int64_t small;
  if (seen->not_bool && ParsePlainInt64(text.data(), static_cast<int64_t>(text.size()), &small)) {
    changed |= text[0] == '-' && !seen->any_negative;
    seen->any_negative |= text[0] == '-';
    return changed;  // an integer of any kind, and a number
  }
  const auto set = [&changed](bool condition, bool* flag) {
    if (!condition || *flag) return;
    *flag = true;
    changed = true;
  };
  if (seen->int64_stop == CsvIntegerStop::kNone) {
    int64_t value;
    seen->int64_stop = StopFor(ParseInt64(text, rules.number, &value));
    changed |= seen->int64_stop != CsvIntegerStop::kNone;
  }
  if (seen->uint64_stop == CsvIntegerStop::kNone) {
    uint64_t value = 0;
    bool is_negative = false;
    const CsvParsed parsed = ParseUInt64(text, rules.number, &value, &is_negative);
    seen->uint64_stop = StopFor(parsed);
    changed |= seen->uint64_stop != CsvIntegerStop::kNone;
    set(is_negative, &seen->any_negative);
    set(parsed == CsvParsed::kOk && !is_negative && value > static_cast<uint64_t>(INT64_MAX), &seen->any_above_int64);
  }
  if (!seen->not_float) {
    double value;
    set(!ParseFloat64(text, rules.number, &value), &seen->not_float);
  }
  if (!seen->not_bool) {
    uint8_t value;
    set(!rules.ParseTruth(text, &value), &seen->not_bool);
  }
  if (!seen->not_python_int) {
    std::string digits;
    set(!ParsePythonInt(text, &digits), &seen->not_python_int);
  }
  return changed;
}

void ObserveFields(const CsvFieldColumn& fields, int64_t num_rows, const CsvColumnRules& rules, CsvDateFormat* format,
                   CsvColumnEvidence* seen) {
  seen->any_row |= num_rows > 0;
  if (rules.dtype.has_value()) return;
  for (int64_t row = 0; row < num_rows; ++row) {
    if (!rules.is_date && IsText(*seen)) return;
    const std::string_view text = fields[row];
    if (rules.missing.Contains(text)) {
      seen->any_missing = true;
    } else if (rules.is_date) {
      ObserveDate(text, rules, format, seen);
    } else {
      Observe(text, rules, seen);
    }
  }
}

CsvColumnKnowledge Decide(const CsvColumnRules& rules, const CsvColumnEvidence& seen) {
  if (rules.dtype.has_value()) return {*rules.dtype, false, seen};
  if (rules.is_date) return DecideDate(rules, seen);
  const DType integer = rules.assume_missing ? DType(Kind::kFloat64) : DType(Kind::kInt64);
  if (!seen.any_row) return {Kind::kNull, false, seen};
  if (!seen.any_value) return {Kind::kFloat64, false, seen};
  if (!rules.never_integer) {
    if (seen.int64_stop == CsvIntegerStop::kNone) return {seen.any_missing ? DType(Kind::kFloat64) : integer, false, seen};
    if (seen.int64_stop == CsvIntegerStop::kOverflow && seen.uint64_stop != CsvIntegerStop::kInvalid) {
      const bool fits_uint64 = seen.uint64_stop == CsvIntegerStop::kNone;
      if (fits_uint64 && seen.any_above_int64 && (seen.any_negative || seen.any_missing)) return {Kind::kString, true, seen};
      if (fits_uint64 && !seen.any_negative) return {Kind::kUInt64, false, seen};
      if (!seen.not_python_int) return {Kind::kObjectInt, false, seen};
      return {Kind::kString, true, seen};
    }
  }
  if (!seen.not_float) return {Kind::kFloat64, false, seen};
  if (!seen.not_bool) return {seen.any_missing ? Kind::kObjectBool : Kind::kBool, false, seen};
  return {Kind::kString, false, seen};
}

bool IsSettled(const CsvColumnRules& rules, const CsvColumnKnowledge& knowledge) {
  if (rules.dtype.has_value() || rules.is_date) return true;
  const CsvColumnEvidence& seen = knowledge.seen;
  if (!seen.any_value) return false;
  switch (knowledge.type.kind()) {
    case Kind::kInt64:
    case Kind::kUInt64:
    case Kind::kBool:
    case Kind::kObjectBool: return true;
    case Kind::kFloat64:
      return rules.never_integer || seen.int64_stop == CsvIntegerStop::kInvalid || seen.uint64_stop == CsvIntegerStop::kInvalid;
    case Kind::kObjectInt: return seen.uint64_stop == CsvIntegerStop::kOverflow;
    case Kind::kString:
      if (knowledge.missing_is_text) return seen.uint64_stop == CsvIntegerStop::kOverflow && seen.not_python_int;
      return seen.not_float && seen.not_bool && seen.int64_stop == CsvIntegerStop::kInvalid;
    default: return false;
  }
}

}  // namespace cask
