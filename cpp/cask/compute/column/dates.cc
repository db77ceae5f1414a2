// dt.*: fields of times, their names, rounding, time zones.
#include <arrow/buffer.h>

#include <charconv>
#include <cmath>

#include "cask/compute/column/date_fields.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/registry.h"
#include "cask/compute/column/temporal.h"
#include "cask/compute/column/text_build.h"
#include "cask/compute/column/time_zone.h"
#include "cask/compute/column/type_rules.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

// The attribute errors of pandas: `name` is that of the function, "dt.year".
Status CheckAccessor(std::string_view name, const DType& type, Kind wanted) {
  if (!type.is_temporal()) return AttributeError("Can only use .dt accessor with datetimelike values");
  if (type.kind() == wanted) return Status::OK();
  return AttributeError("'{}' object has no attribute '{}'", type.kind() == Kind::kTimestamp ? "DatetimeProperties" : "TimedeltaProperties",
                        name.substr(3));
}

// The clock times that fields are taken from.
Result<Column> ClockTimes(const Column& column, const DType& type, arrow::MemoryPool* pool) {
  return type.timezone().empty() ? Result<Column>(column) : UtcToLocal(column, type, pool);
}

// Anywhere a column needs float64 for what is missing.
Result<Column> WidenWithNaN(Kind kind, const std::shared_ptr<arrow::Buffer>& values, const int64_t* ticks, int64_t n, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(auto floats, NewResult(8, n, pool));
  auto* out = reinterpret_cast<double*>(floats->mutable_data());
  FindCastLoop(kind, Kind::kFloat64)(values->data(), out, n);
  for (int64_t i = 0; i < n; ++i) out[i] = ticks[i] == kNaT ? std::nan("") : out[i];
  return MakeFixedColumn(Kind::kFloat64, n, std::move(floats));
}

bool AnyNaT(const int64_t* ticks, int64_t n) {
  bool any = false;
  for (int64_t i = 0; i < n; ++i) any |= ticks[i] == kNaT;
  return any;
}

class FieldFunction final : public ColumnFunction {
 public:
  FieldFunction(std::string_view name, TimeField field) : name_(name), field_(field) {}
  std::string_view name() const override { return name_; }
  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions& options) const override {
    ARROW_RETURN_NOT_OK(CheckAccessor(name_, arguments[0].type, IsSpanField(field_) ? Kind::kDuration : Kind::kTimestamp));
    return options.number == kWidened && !IsTruthField(field_) ? DType(Kind::kFloat64) : TypeOfField(field_);
  }
  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type, const FunctionOptions&,
                         int64_t num_rows, arrow::MemoryPool* pool) const override {
    ARROW_ASSIGN_OR_RAISE(const Column column, ClockTimes(std::get<Column>(arguments[0]), types[0], pool));
    const int64_t* ticks = Values<int64_t>(column);
    const DType type = TypeOfField(field_);
    ARROW_ASSIGN_OR_RAISE(auto out, NewResult(type.width(), num_rows, pool));
    ExtractField(field_, types[0].unit(), ticks, num_rows, out->mutable_data());
    if (IsTruthField(field_)) {
      for (int64_t i = 0; i < num_rows; ++i) out->mutable_data()[i] &= ticks[i] != kNaT;
    } else if (result_type != type) {
      return WidenWithNaN(type.kind(), out, ticks, num_rows, pool);
    } else if (AnyNaT(ticks, num_rows)) {
      return NeedsWiderType("{} of a missing time is NaN, which needs float64", name_);
    }
    return MakeFixedColumn(type, num_rows, std::move(out));
  }

 private:
  std::string_view name_;
  TimeField field_;
};

class TotalSecondsFunction final : public ColumnFunction {
 public:
  std::string_view name() const override { return "dt.total_seconds"; }
  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions&) const override {
    ARROW_RETURN_NOT_OK(CheckAccessor(name(), arguments[0].type, Kind::kDuration));
    return DType(Kind::kFloat64);
  }
  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type, const FunctionOptions&,
                         int64_t num_rows, arrow::MemoryPool* pool) const override {
    const int64_t* ticks = Values<int64_t>(std::get<Column>(arguments[0]));
    ARROW_ASSIGN_OR_RAISE(auto out, NewResult(8, num_rows, pool));
    auto* seconds = reinterpret_cast<double*>(out->mutable_data());
    const int64_t per_second = TicksPerSecond(types[0].unit());
    for (int64_t i = 0; i < num_rows; ++i) {
      // Whole seconds and the rest apart, as pandas does: ticks beyond 2^53 would lose their last digits first.
      const int64_t whole = FloorDivide(ticks[i], per_second), rest = ticks[i] - whole * per_second;
      const double total = static_cast<double>(whole) + static_cast<double>(rest) / static_cast<double>(per_second);
      seconds[i] = ticks[i] == kNaT ? std::nan("") : total;
    }
    return MakeFixedColumn(result_type, num_rows, std::move(out));
  }
};

class NameFunction final : public ColumnFunction {
 public:
  NameFunction(std::string_view name, TimeField field) : name_(name), field_(field) {}
  std::string_view name() const override { return name_; }
  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions&) const override {
    ARROW_RETURN_NOT_OK(CheckAccessor(name_, arguments[0].type, Kind::kTimestamp));
    return DType(Kind::kString);
  }
  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type, const FunctionOptions&,
                         int64_t num_rows, arrow::MemoryPool* pool) const override {
    static constexpr std::string_view kMonths[] = {"January", "February", "March", "April", "May", "June", "July",
                                                   "August", "September", "October", "November", "December"};
    static constexpr std::string_view kDays[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    const Column& given = std::get<Column>(arguments[0]);
    ARROW_ASSIGN_OR_RAISE(const Column column, ClockTimes(given, types[0], pool));
    const int64_t* ticks = Values<int64_t>(column);
    ARROW_ASSIGN_OR_RAISE(auto numbers, NewResult(4, num_rows, pool));
    ExtractField(field_, types[0].unit(), ticks, num_rows, numbers->mutable_data());
    const auto* number = reinterpret_cast<const int32_t*>(numbers->data());
    ARROW_ASSIGN_OR_RAISE(auto validity, ValidityOf(given, types[0], pool));
    ARROW_ASSIGN_OR_RAISE(auto builder, TextBuilder::Make(num_rows, pool));
    for (int64_t i = 0; i < num_rows; ++i) {
      std::string_view name;
      if (ticks[i] != kNaT) name = field_ == TimeField::kMonth ? kMonths[number[i] - 1] : kDays[number[i]];
      ARROW_RETURN_NOT_OK(builder.Append(name));
    }
    return builder.Finish(result_type, std::move(validity.bitmap), validity.null_count);
  }

 private:
  std::string_view name_;
  TimeField field_;
};

// Nanoseconds of a fixed frequency: "h", "15min", "2D". Nothing if it is none.
std::optional<int64_t> NanosOfFrequency(std::string_view text) {
  int64_t count = 1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc()) text.remove_prefix(end - text.data());
  struct Unit {
    std::string_view name;
    int64_t nanos;
  };
  static constexpr Unit kUnits[] = {{"D", 86400000000000}, {"h", 3600000000000}, {"min", 60000000000}, {"s", 1000000000},
                                    {"ms", 1000000},       {"us", 1000},         {"ns", 1},            {"W", 0}};
  for (const Unit& unit : kUnits) {
    if (unit.name == text && unit.nanos > 0 && count > 0) return count * unit.nanos;
  }
  return std::nullopt;
}

enum class Rounding : uint8_t { kDown, kUp, kHalfEven };

/// dt.floor, dt.ceil, dt.round to options.text, a frequency; dt.normalize to whole days.
class RoundTimeFunction final : public ColumnFunction {
 public:
  RoundTimeFunction(std::string_view name, Rounding rounding, std::string_view frequency = "")
      : name_(name), rounding_(rounding), frequency_(frequency) {}
  std::string_view name() const override { return name_; }
  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions& options) const override {
    const DType& type = arguments[0].type;
    ARROW_RETURN_NOT_OK(CheckAccessor(name_, type, frequency_.empty() ? type.kind() : Kind::kTimestamp));
    if (!NanosOfFrequency(Frequency(options))) return ValueError("Invalid frequency: {}", options.text);
    return type;
  }
  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type,
                         const FunctionOptions& options, int64_t num_rows, arrow::MemoryPool* pool) const override {
    const DType& type = types[0];
    ARROW_ASSIGN_OR_RAISE(const Column column, ClockTimes(std::get<Column>(arguments[0]), type, pool));
    ARROW_ASSIGN_OR_RAISE(auto out, NewResult(8, num_rows, pool));
    const int64_t step = StepTicks(Frequency(options), type.unit());
    if (!Round(Values<int64_t>(column), num_rows, step, reinterpret_cast<int64_t*>(out->mutable_data()))) {
      return OverflowError("a time cannot be rounded to '{}' without overflow", Frequency(options));
    }
    if (type.timezone().empty()) return MakeFixedColumn(result_type, num_rows, std::move(out));
    const DType clock = DType::Timestamp(type.unit());
    return LocalToUtcColumn(MakeFixedColumn(clock, num_rows, std::move(out)), clock, type.timezone(), pool);
  }

 private:
  std::string_view Frequency(const FunctionOptions& options) const { return frequency_.empty() ? std::string_view(options.text) : frequency_; }

  // A step finer than a tick changes nothing.
  static int64_t StepTicks(std::string_view frequency, TimeUnit unit) {
    const int64_t nanos_per_tick = 1000000000 / TicksPerSecond(unit);
    return std::max<int64_t>(1, *NanosOfFrequency(frequency) / nanos_per_tick);
  }

  // False if a result is out of bounds.
  bool Round(const int64_t* ticks, int64_t n, int64_t step, int64_t* out) const {
    bool overflows = false;
    for (int64_t i = 0; i < n; ++i) {
      out[i] = kNaT;
      if (ticks[i] == kNaT) continue;
      const int64_t whole = FloorDivide(ticks[i], step);
      const auto rest = static_cast<int64_t>(static_cast<uint64_t>(ticks[i]) - static_cast<uint64_t>(whole) * static_cast<uint64_t>(step));
      const bool up = rounding_ == Rounding::kUp ? rest > 0
                      : rounding_ == Rounding::kHalfEven ? rest > step - rest || (rest == step - rest && whole % 2 != 0)
                                                         : false;
      overflows |= __builtin_mul_overflow(whole + up, step, &out[i]);
    }
    return !overflows;
  }

  std::string_view name_;
  Rounding rounding_;
  std::string_view frequency_;
};

/// dt.tz_localize and dt.tz_convert: options.text is the zone, or empty for none.
class ZoneFunction final : public ColumnFunction {
 public:
  ZoneFunction(std::string_view name, bool localizes) : name_(name), localizes_(localizes) {}
  std::string_view name() const override { return name_; }
  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions& options) const override {
    const DType& type = arguments[0].type;
    ARROW_RETURN_NOT_OK(CheckAccessor(name_, type, Kind::kTimestamp));
    if (localizes_ && !type.timezone().empty() && !options.text.empty()) return TypeError("Already tz-aware, use tz_convert to convert.");
    if (!localizes_ && type.timezone().empty()) return TypeError("Cannot convert tz-naive timestamps, use tz_localize to localize");
    return DType::Timestamp(type.unit(), options.text);
  }
  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type,
                         const FunctionOptions& options, int64_t num_rows, arrow::MemoryPool* pool) const override {
    const Column& column = std::get<Column>(arguments[0]);
    const DType& type = types[0];
    if (localizes_ && !options.text.empty()) return LocalToUtcColumn(column, type, options.text, pool);
    if (localizes_) return ClockTimes(column, type, pool);
    return MakeFixedColumn(result_type, num_rows, arrow::SliceBuffer(column->buffers[1], column->offset * 8, num_rows * 8));
  }

 private:
  std::string_view name_;
  bool localizes_;
};

constexpr std::pair<std::string_view, TimeField> kFields[] = {
    {"dt.year", TimeField::kYear},
    {"dt.month", TimeField::kMonth},
    {"dt.day", TimeField::kDay},
    {"dt.hour", TimeField::kHour},
    {"dt.minute", TimeField::kMinute},
    {"dt.second", TimeField::kSecond},
    {"dt.microsecond", TimeField::kMicrosecond},
    {"dt.nanosecond", TimeField::kNanosecond},
    {"dt.dayofweek", TimeField::kDayOfWeek},
    {"dt.day_of_week", TimeField::kDayOfWeek},
    {"dt.weekday", TimeField::kDayOfWeek},
    {"dt.dayofyear", TimeField::kDayOfYear},
    {"dt.day_of_year", TimeField::kDayOfYear},
    {"dt.quarter", TimeField::kQuarter},
    {"dt.days_in_month", TimeField::kDaysInMonth},
    {"dt.daysinmonth", TimeField::kDaysInMonth},
    {"dt.is_month_start", TimeField::kIsMonthStart},
    {"dt.is_month_end", TimeField::kIsMonthEnd},
    {"dt.is_quarter_start", TimeField::kIsQuarterStart},
    {"dt.is_quarter_end", TimeField::kIsQuarterEnd},
    {"dt.is_year_start", TimeField::kIsYearStart},
    {"dt.is_year_end", TimeField::kIsYearEnd},
    {"dt.is_leap_year", TimeField::kIsLeapYear},
    {"dt.days", TimeField::kSpanDays},
    {"dt.seconds", TimeField::kSpanSeconds},
    {"dt.microseconds", TimeField::kSpanMicroseconds},
    {"dt.nanoseconds", TimeField::kSpanNanoseconds},
};

}  // namespace

FunctionList DateFunctions() {
  static const auto* fields = [] {
    auto* all = new std::vector<FieldFunction>();
    for (const auto& [name, field] : kFields) all->emplace_back(name, field);
    return all;
  }();
  static const TotalSecondsFunction kTotalSeconds;
  static const NameFunction kMonthName("dt.month_name", TimeField::kMonth), kDayName("dt.day_name", TimeField::kDayOfWeek);
  static const RoundTimeFunction kFloor("dt.floor", Rounding::kDown), kCeil("dt.ceil", Rounding::kUp), kRound("dt.round", Rounding::kHalfEven);
  static const RoundTimeFunction kNormalize("dt.normalize", Rounding::kDown, "D");
  static const ZoneFunction kLocalize("dt.tz_localize", true), kConvert("dt.tz_convert", false);
  FunctionList functions = {&kTotalSeconds, &kMonthName, &kDayName, &kFloor, &kCeil, &kRound, &kNormalize, &kLocalize, &kConvert};
  for (const auto& function : *fields) functions.push_back(&function);
  return functions;
}

}  // namespace cask
