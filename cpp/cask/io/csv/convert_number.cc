#include <cmath>
#include <limits>

#include "cask/base/check.h"
#include "cask/io/csv/converter.h"
#include "cask/io/csv/parse_floats.h"
#include "cask/io/csv/value_buffer.h"

namespace cask {
namespace {

// How a column holds a missing value.
enum class Missing : uint8_t { kMisfit, kNaN, kBitmap };

// A column is looked at for digits that stand alone, once every so many rows.
constexpr int64_t kRowsBetweenRuns = 256;

// Codes and counts are mostly one digit wide: rows from `row` on for as long as eight at a time are, without a branch for each. Returns the row
// after them.
template <typename T>
int64_t ParseDigitRun(const CsvFieldColumn& fields, int64_t row, int64_t num_rows, T* out) {
  constexpr int64_t kStep = 8;
  if (fields.trim_carriage) return row;
  for (; row + kStep <= num_rows; row += kStep) {
    uint32_t other = 0;
    for (int64_t i = row; i < row + kStep; ++i) {
      const uint32_t begin = fields.begins[i * fields.stride];
      const uint8_t digit = static_cast<uint8_t>(fields.base[begin + 1] - '0');
      other |= (fields.ends[i * fields.stride] - begin) ^ 2u;
      other |= digit > 9;
      out[i] = static_cast<T>(digit);
    }
    if (other != 0) break;
  }
  return row;
}

// Each parser below reads one value: Plain() the common shapes, which are never missing values; Full() any other text.

template <typename T>
struct IntegerParser {
  const CsvColumnRules& rules;

  static bool Fit(int64_t wide, T* value) {
    *value = static_cast<T>(wide);
    return static_cast<int64_t>(*value) == wide && (std::is_signed_v<T> || wide >= 0);
  }
  bool Plain(const char* p, int64_t size, T* value) const {
    int64_t wide;
    if (!ParsePlainInt64(p, size, &wide)) return false;
    if constexpr (std::is_same_v<T, int64_t>) {
      *value = wide;
      return true;
    } else {
      return (std::is_signed_v<T> || p[0] != '-') && Fit(wide, value);
    }
  }
  bool Full(std::string_view text, T* value) const {
    if constexpr (std::is_same_v<T, uint64_t>) {
      bool is_negative;
      if (ParseUInt64(text, rules.number, value, &is_negative) == CsvParsed::kOk && !is_negative) return true;
    }
    int64_t wide;
    if (ParseInt64(text, rules.number, &wide) == CsvParsed::kOk) {
      return (std::is_signed_v<T> || rules.dtype.has_value()) && Fit(wide, value);
    }
    // Where the caller asks for integers, 3.0 is one.
    double number;
    if (!rules.dtype.has_value() || !ParseFloat64(text, rules.number, &number)) return false;
    return number == std::floor(number) && std::abs(number) < 9.2e18 && Fit(static_cast<int64_t>(number), value);
  }
};

template <typename T>
struct FloatParser {
  const CsvColumnRules& rules;

  bool Plain(const char* p, int64_t size, T* value) const {
    double number;
    // Numbers with thousands separators are read less exactly, and then all numbers of the column are.
    if (rules.number.thousands != 0 || !ParsePlainFloat64(p, size, rules.number.decimal, &number)) return false;
    *value = static_cast<T>(number);
    return true;
  }
  bool Full(std::string_view text, T* value) const {
    double number;
    if (!ParseFloat64(text, rules.number, &number)) return false;
    *value = static_cast<T>(number);
    return true;
  }
};

struct BoolParser {
  const CsvColumnRules& rules;

  bool Plain(const char*, int64_t, uint8_t*) const { return false; }
  bool Full(std::string_view text, uint8_t* value) const {
    if (rules.ParseTruth(text, value)) return true;
    double number;
    if (!rules.dtype.has_value() || !ParseFloat64(text, rules.number, &number)) return false;
    *value = number != 0;
    return number == 0 || number == 1;
  }
};

template <typename T, typename Parser, Missing kMissing>
class NumberConverter final : public CsvConverter {
 public:
  NumberConverter(const CsvColumnRules& rules, DType type, int64_t rows_per_batch, arrow::MemoryPool* pool)
      : rules_(rules), type_(std::move(type)), parser_{rules}, values_(rows_per_batch, pool), validity_(pool) {}

  Result<int64_t> Append(const CsvFieldColumn& fields, int64_t num_rows) override {
    ARROW_RETURN_NOT_OK(values_.Reserve(num_rows));
    const bool plain_first = !rules_.missing.holds_numbers;
    if constexpr (std::is_same_v<T, double>) {
      if (plain_first && rules_.number.thousands == 0) return AppendFloats(fields, num_rows);
    }
    T* out = values_.end();
    int64_t row = 0;
    bool fits = true;
    while (fits && row < num_rows) {
      if constexpr (std::is_integral_v<T> && !std::is_same_v<Parser, BoolParser>) {
        if (plain_first) row = ParseDigitRun(fields, row, num_rows, out);
      }
      const int64_t first = row;
      const int64_t end = std::min(row + kRowsBetweenRuns, num_rows);
      for (; row < end; ++row) {
        const std::string_view text = fields[row];
        if (plain_first && parser_.Plain(text.data(), static_cast<int64_t>(text.size()), &out[row])) [[likely]] continue;
        ARROW_ASSIGN_OR_RAISE(fits, AppendOther(text, row, &out[row]));
        if (!fits) break;
      }
      if constexpr (std::is_signed_v<T> && std::is_integral_v<T>) any_negative_ |= AnyNegative(out + first, row - first);
    }
    values_.Advance(row);
    any_row_ |= row > 0;
    return row;
  }

  Result<Column> Finish() override {
    const int64_t length = values_.size();
    const int64_t null_count = validity_.null_count();
    ARROW_ASSIGN_OR_RAISE(auto validity, validity_.Finish(length));
    ARROW_ASSIGN_OR_RAISE(auto buffer, values_.Finish());
    return MakeFixedColumn(type_, length, std::move(buffer), std::move(validity), null_count);
  }

  CsvColumnEvidence seen() const override {
    CsvColumnEvidence seen;
    seen.any_row = any_row_;
    seen.any_value = any_row_ && !std::is_floating_point_v<T>;
    seen.any_negative = any_negative_;
    seen.any_missing = any_missing_;
    if constexpr (std::is_same_v<Parser, BoolParser>) {
      seen.any_value = false;
      seen.not_float = any_row_;
    }
    return seen;
  }

 private:
  Result<int64_t> AppendFloats(const CsvFieldColumn& fields, int64_t num_rows) {
    T* out = values_.end();
    others_.clear();
    ParseFloats(fields, num_rows, rules_.number.decimal, out, &others_);
    for (uint32_t row : others_) {
      ARROW_ASSIGN_OR_RAISE(const bool fits, AppendOther(fields[row], row, &out[row]));
      if (fits) continue;
      num_rows = row;
      break;
    }
    values_.Advance(num_rows);
    any_row_ |= num_rows > 0;
    return num_rows;
  }

  static bool AnyNegative(const T* values, int64_t count) {
    T all = 0;
    for (int64_t i = 0; i < count; ++i) all |= values[i];
    return all < 0;
  }

  // A missing value, or a text that Plain() does not read.
  Result<bool> AppendOther(std::string_view text, int64_t row, T* value) {
    if (rules_.missing.Contains(text)) {
      any_missing_ = true;
      return AppendMissing(row, value);
    }
    if (!parser_.Full(text, value)) return false;
    if constexpr (std::is_floating_point_v<T>) {
      for (double number : rules_.missing.numbers) {
        if (*value == static_cast<T>(number)) return AppendMissing(row, value);
      }
    }
    return true;
  }

  Result<bool> AppendMissing(int64_t row, T* value) {
    if constexpr (kMissing == Missing::kMisfit) return false;
    if constexpr (kMissing == Missing::kNaN) *value = std::numeric_limits<T>::quiet_NaN();
    if constexpr (kMissing == Missing::kBitmap) {
      *value = T();
      ARROW_RETURN_NOT_OK(validity_.SetMissing(values_.size() + row));
    }
    return true;
  }

  const CsvColumnRules& rules_;
  DType type_;
  Parser parser_;
  CsvValueBuffer<T> values_;
  CsvValidity validity_;
  std::vector<uint32_t> others_;  // rows whose text takes a closer look
  bool any_row_ = false;
  bool any_missing_ = false;
  bool any_negative_ = false;
};

template <typename T, typename Parser>
std::unique_ptr<CsvConverter> Make(const CsvColumnRules& rules, const DType& type, int64_t rows, arrow::MemoryPool* pool) {
  if (type.has_bitmap()) return std::make_unique<NumberConverter<T, Parser, Missing::kBitmap>>(rules, type, rows, pool);
  if constexpr (std::is_floating_point_v<T>) {
    return std::make_unique<NumberConverter<T, Parser, Missing::kNaN>>(rules, type, rows, pool);
  } else {
    return std::make_unique<NumberConverter<T, Parser, Missing::kMisfit>>(rules, type, rows, pool);
  }
}

}  // namespace

std::unique_ptr<CsvConverter> MakeNumberConverter(const CsvColumnRules& rules, const CsvColumnKnowledge& knowledge, int64_t rows_per_batch,
                                                  arrow::MemoryPool* pool) {
  const DType& type = knowledge.type;
  switch (type.kind()) {
    case Kind::kInt8: return Make<int8_t, IntegerParser<int8_t>>(rules, type, rows_per_batch, pool);
    case Kind::kInt16: return Make<int16_t, IntegerParser<int16_t>>(rules, type, rows_per_batch, pool);
    case Kind::kInt32: return Make<int32_t, IntegerParser<int32_t>>(rules, type, rows_per_batch, pool);
    case Kind::kInt64: return Make<int64_t, IntegerParser<int64_t>>(rules, type, rows_per_batch, pool);
    case Kind::kUInt8: return Make<uint8_t, IntegerParser<uint8_t>>(rules, type, rows_per_batch, pool);
    case Kind::kUInt16: return Make<uint16_t, IntegerParser<uint16_t>>(rules, type, rows_per_batch, pool);
    case Kind::kUInt32: return Make<uint32_t, IntegerParser<uint32_t>>(rules, type, rows_per_batch, pool);
    case Kind::kUInt64: return Make<uint64_t, IntegerParser<uint64_t>>(rules, type, rows_per_batch, pool);
    case Kind::kFloat32: return Make<float, FloatParser<float>>(rules, type, rows_per_batch, pool);
    case Kind::kFloat64: return Make<double, FloatParser<double>>(rules, type, rows_per_batch, pool);
    default: return Make<uint8_t, BoolParser>(rules, type, rows_per_batch, pool);  // kBool, kObjectBool
  }
}

}  // namespace cask
