#include "cask/io/csv/converter.h"
#include "cask/io/csv/value_buffer.h"

namespace cask {
namespace {

class DateConverter final : public CsvConverter {
 public:
  DateConverter(const CsvColumnRules& rules, const CsvColumnKnowledge& knowledge, int64_t rows_per_batch, arrow::MemoryPool* pool)
      : rules_(rules),
        type_(knowledge.type),
        format_(rules.FormatOf(knowledge.seen)),
        has_offset_(knowledge.seen.has_utc_offset),
        utc_offset_minutes_(knowledge.seen.utc_offset_minutes),
        ticks_per_second_(TicksPerSecond(knowledge.type.unit())),
        separator_(format_.fixed_separator()),
        fixed_(separator_),
        values_(rows_per_batch, pool) {
    // Reading by a fixed layout takes no look at what marks missing values; no such mark is a date unless the caller makes it one.
    if (rules.missing.holds_numbers) separator_ = 0;
  }

  Result<int64_t> Append(const CsvFieldColumn& fields, int64_t num_rows) override {
    ARROW_RETURN_NOT_OK(values_.Reserve(num_rows));
    int64_t* out = values_.end();
    int64_t row = 0;
    for (; row < num_rows; ++row) {
      const std::string_view text = fields[row];
      int64_t seconds;
      if (separator_ != 0 && text.size() == 19 && fixed_.Read(text.data(), &seconds)) [[likely]] {
        out[row] = seconds * ticks_per_second_;
      } else if (IsNotATime(text) || rules_.missing.Contains(text)) {
        any_missing_ = true;
        out[row] = kNaT;
      } else if (!Parse(text, &out[row])) {
        break;
      }
    }
    values_.Advance(row);
    any_row_ |= row > 0;
    return row;
  }

  Result<Column> Finish() override {
    const int64_t length = values_.size();
    ARROW_ASSIGN_OR_RAISE(auto buffer, values_.Finish());
    return MakeFixedColumn(type_, length, std::move(buffer));
  }

  CsvColumnEvidence seen() const override {
    CsvColumnEvidence seen;
    seen.any_row = any_row_;
    seen.any_missing = any_missing_;
    return seen;
  }

 private:
  bool Parse(std::string_view text, int64_t* ticks) const {
    CsvDate date;
    if (!format_.Parse(text, &date)) return false;
    if (date.has_utc_offset != has_offset_ || date.utc_offset_minutes != utc_offset_minutes_) return false;
    if (date.num_fraction_digits > 6 && type_.unit() != TimeUnit::kNano) return false;
    const int64_t seconds = date.seconds - date.utc_offset_minutes * 60;
    if (__builtin_mul_overflow(seconds, ticks_per_second_, ticks)) return false;
    *ticks += date.nanoseconds / (1000000000 / ticks_per_second_);
    return true;
  }

  const CsvColumnRules& rules_;
  DType type_;
  CsvDateFormat format_;
  bool has_offset_;
  int64_t utc_offset_minutes_;
  int64_t ticks_per_second_;
  char separator_;  // 0: no fixed layout
  CsvFixedDateReader fixed_;
  CsvValueBuffer<int64_t> values_;
  bool any_row_ = false;
  bool any_missing_ = false;
};

}  // namespace

std::unique_ptr<CsvConverter> MakeDateConverter(const CsvColumnRules& rules, const CsvColumnKnowledge& knowledge, int64_t rows_per_batch,
                                                arrow::MemoryPool* pool) {
  return std::make_unique<DateConverter>(rules, knowledge, rows_per_batch, pool);
}

}  // namespace cask
