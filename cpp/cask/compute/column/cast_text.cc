// Text read as values, and values written as text.
#include <arrow/buffer.h>
#include <fast_float/fast_float.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "cask/compute/column/cast.h"

#include "cask/data/float_text.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/temporal.h"
#include "cask/compute/column/text_build.h"
#include "cask/compute/column/time_zone.h"
#include "cask/compute/column/type_rules.h"

namespace cask {
namespace {

std::string_view Stripped(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Reads one value of T; an error as Python words it.
template <typename T>
Status ReadInteger(std::string_view text, const DType& type, T* value) {
  std::string_view digits = Stripped(text);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), *value);
  const bool is_whole = !digits.empty() && end == digits.data() + digits.size();
  if (error == std::errc() && is_whole) return Status::OK();
  int64_t wide;
  const auto [wide_end, wide_error] = std::from_chars(digits.data(), digits.data() + digits.size(), wide);
  if (wide_end == digits.data() + digits.size() && !digits.empty() && (wide_error == std::errc() || wide_error == std::errc::result_out_of_range)) {
    return OverflowError("Python integer {} out of bounds for {}", digits, DType(type.kind()).ToString());
  }
  return ValueError("invalid literal for int() with base 10: '{}'", text);
}

template <typename T>
Status ReadFloat(std::string_view text, T* value) {
  std::string_view number = Stripped(text);
  if (number.starts_with('+')) number.remove_prefix(1);
  const auto [end, error] = fast_float::from_chars(number.data(), number.data() + number.size(), *value);
  if (error == std::errc() && end == number.data() + number.size() && !number.empty()) return Status::OK();
  if (error == std::errc::result_out_of_range && end == number.data() + number.size()) return Status::OK();
  return ValueError("could not convert string to float: '{}'", text);
}

// One reader for each type; `Read(text, value)` fails where the text is no such value.
template <typename T, typename Read>
Result<Column> ReadAll(const Column& column, const DType& to, T of_missing, Validity validity, arrow::MemoryPool* pool, const Read& read) {
  const int64_t n = column->length;
  ARROW_ASSIGN_OR_RAISE(auto out, NewResult(sizeof(T), n, pool));
  ARROW_ASSIGN_OR_RAISE(auto valid, NewResult(1, n, pool));
  ARROW_RETURN_NOT_OK(WriteValidBytes(column, Kind::kString, n, valid->mutable_data()));
  const TextView texts(*column);
  auto* values = reinterpret_cast<T*>(out->mutable_data());
  for (int64_t i = 0; i < n; ++i) {
    values[i] = of_missing;
    if (valid->data()[i]) ARROW_RETURN_NOT_OK(read(texts[i], &values[i]));
  }
  if (!to.has_bitmap()) validity = {};
  if (to.has_bitmap() && to.is_float()) {
    // "nan" is missing as well.
    ARROW_ASSIGN_OR_RAISE(validity, ValidityOf(MakeFixedColumn(to.kind(), n, out), to.kind(), pool));
  }
  return MakeFixedColumn(to, n, std::move(out), std::move(validity.bitmap), validity.null_count);
}

template <typename T>
Result<Column> ReadIntegers(const Column& column, const DType& from, const DType& to, Validity validity, arrow::MemoryPool* pool) {
  if (!to.has_bitmap() && validity.null_count > 0) {
    if (from.nullable()) return TypeError("int() argument must be a string, a bytes-like object or a real number, not 'NAType'");
    return ValueError("cannot convert float NaN to integer");
  }
  return ReadAll<T>(column, to, T(0), std::move(validity), pool, [&](std::string_view text, T* value) { return ReadInteger(text, to, value); });
}

Result<Column> ReadTimes(const Column& column, const DType& to, Validity validity, arrow::MemoryPool* pool) {
  const DType local = DType::Timestamp(to.unit());
  ARROW_ASSIGN_OR_RAISE(auto times, ReadAll<int64_t>(column, local, kNaT, std::move(validity), pool, [&](std::string_view text, int64_t* ticks) {
                          const auto time = ParseIsoTime(text, to.unit());
                          if (!time) return ValueError("Given date string \"{}\" not likely a datetime", text);
                          ARROW_ASSIGN_OR_RAISE(*ticks, ConvertTick(time->ticks, time->unit, to.unit()));
                          return Status::OK();
                        }));
  if (to.timezone().empty()) return times;
  return LocalToUtcColumn(times, local, to.timezone(), pool);
}

// Text is true where there is any; a missing one is NaN to pandas, which is true as well.
Result<Column> ReadTruths(const Column& column, const DType& from, const DType& to, Validity validity, arrow::MemoryPool* pool) {
  if (to.nullable()) return TypeError("Need to pass bool-like values");  // pandas reads no text as boolean
  if (from.nullable() && validity.null_count > 0) return TypeError("boolean value of NA is ambiguous");
  return ReadAll<uint8_t>(column, to, 1, std::move(validity), pool, [](std::string_view text, uint8_t* truth) {
    *truth = !text.empty();
    return Status::OK();
  });
}

// `write(i)` puts row i in a string that it returns.
template <typename Write>
Result<Column> WriteAll(const Column& column, const DType& from, const DType& to, arrow::MemoryPool* pool, const Write& write) {
  const int64_t n = column->length;
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityOf(column, from, pool));
  ARROW_ASSIGN_OR_RAISE(auto valid, NewResult(1, n, pool));
  ARROW_RETURN_NOT_OK(WriteValidBytes(column, from, n, valid->mutable_data()));
  ARROW_ASSIGN_OR_RAISE(auto builder, TextBuilder::Make(n, pool));
  std::string text;
  for (int64_t i = 0; i < n; ++i) {
    text.clear();
    if (valid->data()[i]) write(i, &text);
    ARROW_RETURN_NOT_OK(builder.Append(text));
  }
  return builder.Finish(to, std::move(validity.bitmap), validity.null_count);
}

// Days, hours and so on of a span: "-1 days +23:59:59.500000".
void AppendSpan(int64_t ticks, TimeUnit unit, std::string* text) {
  const int64_t per_second = TicksPerSecond(unit);
  const int64_t seconds = FloorDivide(ticks, per_second), days = FloorDivide(seconds, 86400), clock = seconds - days * 86400;
  fmt::format_to(std::back_inserter(*text), "{} days {}{:02}:{:02}:{:02}", days, days < 0 ? "+" : "", clock / 3600, clock / 60 % 60, clock % 60);
  const int64_t fraction = (ticks - seconds * per_second) * (1000000000 / per_second);
  if (fraction == 0) return;
  if (fraction % 1000 == 0) {
    fmt::format_to(std::back_inserter(*text), ".{:06}", fraction / 1000);
  } else {
    fmt::format_to(std::back_inserter(*text), ".{:09}", fraction);
  }
}

}  // namespace

void AppendTime(int64_t ticks, TimeUnit unit, std::string* text) {
  const int64_t per_second = TicksPerSecond(unit);
  const int64_t seconds = FloorDivide(ticks, per_second), days = FloorDivide(seconds, 86400), clock = seconds - days * 86400;
  const CivilDate date = CivilFromDays(days);
  fmt::format_to(std::back_inserter(*text), "{:04}-{:02}-{:02} {:02}:{:02}:{:02}", date.year, date.month, date.day, clock / 3600, clock / 60 % 60,
                 clock % 60);
  const int64_t nanos = (ticks - seconds * per_second) * (1000000000 / per_second);
  if (nanos == 0) return;
  if (nanos % 1000000 == 0) {
    fmt::format_to(std::back_inserter(*text), ".{:03}", nanos / 1000000);
  } else if (nanos % 1000 == 0) {
    fmt::format_to(std::back_inserter(*text), ".{:06}", nanos / 1000);
  } else {
    fmt::format_to(std::back_inserter(*text), ".{:09}", nanos);
  }
}

Result<Column> CastFromText(const Column& column, const DType& from, const DType& to, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityOf(column, from, pool));
  switch (to.kind()) {
    case Kind::kInt8: return ReadIntegers<int8_t>(column, from, to, std::move(validity), pool);
    case Kind::kInt16: return ReadIntegers<int16_t>(column, from, to, std::move(validity), pool);
    case Kind::kInt32: return ReadIntegers<int32_t>(column, from, to, std::move(validity), pool);
    case Kind::kInt64: return ReadIntegers<int64_t>(column, from, to, std::move(validity), pool);
    case Kind::kUInt8: return ReadIntegers<uint8_t>(column, from, to, std::move(validity), pool);
    case Kind::kUInt16: return ReadIntegers<uint16_t>(column, from, to, std::move(validity), pool);
    case Kind::kUInt32: return ReadIntegers<uint32_t>(column, from, to, std::move(validity), pool);
    case Kind::kUInt64: return ReadIntegers<uint64_t>(column, from, to, std::move(validity), pool);
    case Kind::kFloat32: return ReadAll<float>(column, to, std::nanf(""), std::move(validity), pool, ReadFloat<float>);
    case Kind::kFloat64: return ReadAll<double>(column, to, std::nan(""), std::move(validity), pool, ReadFloat<double>);
    case Kind::kBool: return ReadTruths(column, from, to, std::move(validity), pool);
    case Kind::kTimestamp: return ReadTimes(column, to, std::move(validity), pool);
    default: return NotImplementedError("astype('{}') of text is not supported", to.ToString());
  }
}

Result<Column> CastToText(const Column& column, const DType& from, const DType& to, arrow::MemoryPool* pool) {
  const Kind kind = StorageKind(from);
  if (from.kind() == Kind::kTimestamp) {
    Column local = column;
    if (!from.timezone().empty()) return NotImplementedError("text of times in a time zone; use .dt.tz_localize(None) first");
    const int64_t* ticks = Values<int64_t>(local);
    return WriteAll(column, from, to, pool, [&](int64_t i, std::string* text) { AppendTime(ticks[i], from.unit(), text); });
  }
  if (from.kind() == Kind::kDuration) {
    const int64_t* ticks = Values<int64_t>(column);
    return WriteAll(column, from, to, pool, [&](int64_t i, std::string* text) { AppendSpan(ticks[i], from.unit(), text); });
  }
  const auto write_all = [&](const auto* values) {
    return WriteAll(column, from, to, pool, [&](int64_t i, std::string* text) {
      using T = std::decay_t<decltype(values[0])>;
      if constexpr (std::is_floating_point_v<T>) {
        AppendFloat(values[i], text);
      } else {
        fmt::format_to(std::back_inserter(*text), "{}", +values[i]);
      }
    });
  };
  switch (kind) {
    case Kind::kBool: {
      const uint8_t* truths = Values<uint8_t>(column);
      return WriteAll(column, from, to, pool, [&](int64_t i, std::string* text) { text->append(truths[i] ? "True" : "False"); });
    }
    case Kind::kInt8: return write_all(Values<int8_t>(column));
    case Kind::kInt16: return write_all(Values<int16_t>(column));
    case Kind::kInt32: return write_all(Values<int32_t>(column));
    case Kind::kInt64: return write_all(Values<int64_t>(column));
    case Kind::kUInt8: return write_all(Values<uint8_t>(column));
    case Kind::kUInt16: return write_all(Values<uint16_t>(column));
    case Kind::kUInt32: return write_all(Values<uint32_t>(column));
    case Kind::kUInt64: return write_all(Values<uint64_t>(column));
    case Kind::kFloat32: return write_all(Values<float>(column));
    default: return write_all(Values<double>(column));
  }
}

}  // namespace cask
