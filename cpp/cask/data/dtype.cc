#include "cask/data/dtype.h"

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/type.h>

#include "cask/data/categories.h"

namespace cask {
namespace {

struct KindName {
  Kind kind;
  std::string_view name;
};

constexpr KindName kNumpyNames[] = {
    {Kind::kBool, "bool"},       {Kind::kInt8, "int8"},       {Kind::kInt16, "int16"},     {Kind::kInt32, "int32"},
    {Kind::kInt64, "int64"},     {Kind::kUInt8, "uint8"},     {Kind::kUInt16, "uint16"},   {Kind::kUInt32, "uint32"},
    {Kind::kUInt64, "uint64"},   {Kind::kFloat32, "float32"}, {Kind::kFloat64, "float64"}, {Kind::kString, "str"},
    {Kind::kObjectBool, "object"}, {Kind::kObjectInt, "object"}, {Kind::kNull, "object"},  {Kind::kCategory, "category"},
};

constexpr KindName kNullableNames[] = {
    {Kind::kBool, "boolean"},  {Kind::kInt8, "Int8"},     {Kind::kInt16, "Int16"},     {Kind::kInt32, "Int32"},
    {Kind::kInt64, "Int64"},   {Kind::kUInt8, "UInt8"},   {Kind::kUInt16, "UInt16"},   {Kind::kUInt32, "UInt32"},
    {Kind::kUInt64, "UInt64"}, {Kind::kFloat32, "Float32"}, {Kind::kFloat64, "Float64"}, {Kind::kString, "string"},
};

// Names that NumPy and pandas accept for a kind besides its own.
constexpr KindName kSynonyms[] = {
    {Kind::kBool, "?"},       {Kind::kBool, "bool_"},      {Kind::kInt8, "i1"},       {Kind::kInt16, "i2"},      {Kind::kInt32, "i4"},
    {Kind::kInt64, "i8"},     {Kind::kInt64, "int"},       {Kind::kInt64, "int_"},    {Kind::kUInt8, "u1"},      {Kind::kUInt16, "u2"},
    {Kind::kUInt32, "u4"},    {Kind::kUInt64, "u8"},       {Kind::kUInt64, "uint"},   {Kind::kFloat32, "f4"},    {Kind::kFloat64, "f8"},
    {Kind::kFloat64, "float"}, {Kind::kFloat64, "double"}, {Kind::kFloat32, "single"}, {Kind::kString, "object"}, {Kind::kString, "O"},
    {Kind::kString, "string"}, {Kind::kString, "string[pyarrow]"}, {Kind::kString, "string[python]"}, {Kind::kString, "U"},
};

std::string_view UnitName(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSecond: return "s";
    case TimeUnit::kMilli: return "ms";
    case TimeUnit::kMicro: return "us";
    case TimeUnit::kNano: return "ns";
  }
  return "";
}

std::optional<TimeUnit> ParseUnit(std::string_view name) {
  for (TimeUnit unit : {TimeUnit::kSecond, TimeUnit::kMilli, TimeUnit::kMicro, TimeUnit::kNano}) {
    if (UnitName(unit) == name) return unit;
  }
  return std::nullopt;
}

arrow::TimeUnit::type ToArrow(TimeUnit unit) { return static_cast<arrow::TimeUnit::type>(unit); }

// "datetime64[us, UTC]" and "timedelta64[ns]"; nothing if `name` is neither.
std::optional<DType> ParseTemporal(std::string_view name) {
  const bool is_timestamp = name.starts_with("datetime64") || name.starts_with("M8");
  const bool is_duration = name.starts_with("timedelta64") || name.starts_with("m8");
  const size_t open = name.find('[');
  if ((!is_timestamp && !is_duration) || open == std::string_view::npos || !name.ends_with(']')) return std::nullopt;
  const std::string_view inside = name.substr(open + 1, name.size() - open - 2);
  const size_t comma = inside.find(',');
  const auto unit = ParseUnit(inside.substr(0, comma));
  if (!unit) return std::nullopt;
  if (is_duration) return DType::Duration(*unit);
  std::string timezone;
  if (comma != std::string_view::npos) {
    timezone = inside.substr(comma + 1);
    timezone.erase(0, timezone.find_first_not_of(' '));
  }
  return DType::Timestamp(*unit, timezone);
}

}  // namespace

DType DType::Timestamp(TimeUnit unit, std::string timezone) {
  DType type(Kind::kTimestamp);
  type.unit_ = unit;
  type.timezone_ = std::move(timezone);
  return type;
}

DType DType::Duration(TimeUnit unit) {
  DType type(Kind::kDuration);
  type.unit_ = unit;
  return type;
}

DType DType::Nullable(Kind kind) {
  DType type(kind);
  type.nullable_ = true;
  return type;
}

DType DType::ArrowBacked(Kind kind) {
  DType type = Nullable(kind);
  type.arrow_backed_ = true;
  return type;
}

DType DType::Categorical(std::shared_ptr<const Categories> categories) {
  DType type(Kind::kCategory);
  type.categories_ = std::move(categories);
  return type;
}

Result<DType> DType::Parse(std::string_view name) {
  if (!name.empty() && (name[0] == '<' || name[0] == '=' || name[0] == '|')) name.remove_prefix(1);
  // An object column holds text unless its values show otherwise, so "object" is not looked up among the names of kinds.
  for (const KindName& entry : kSynonyms) {
    if (entry.name == name) return name.starts_with("string") ? Nullable(entry.kind) : DType(entry.kind);
  }
  for (const KindName& entry : kNumpyNames) {
    if (entry.name == name) return DType(entry.kind);
  }
  for (const KindName& entry : kNullableNames) {
    if (entry.name == name) return Nullable(entry.kind);
  }
  if (auto temporal = ParseTemporal(name)) return *temporal;
  return TypeError("data type '{}' not understood", name);
}

Result<DType> DType::FromArrow(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::NA: return DType(Kind::kNull);
    case arrow::Type::BOOL: return DType(Kind::kBool);
    case arrow::Type::INT8: return DType(Kind::kInt8);
    case arrow::Type::INT16: return DType(Kind::kInt16);
    case arrow::Type::INT32: return DType(Kind::kInt32);
    case arrow::Type::INT64: return DType(Kind::kInt64);
    case arrow::Type::UINT8: return DType(Kind::kUInt8);
    case arrow::Type::UINT16: return DType(Kind::kUInt16);
    case arrow::Type::UINT32: return DType(Kind::kUInt32);
    case arrow::Type::UINT64: return DType(Kind::kUInt64);
    case arrow::Type::FLOAT: return DType(Kind::kFloat32);
    case arrow::Type::DOUBLE: return DType(Kind::kFloat64);
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING: return DType(Kind::kString);
    case arrow::Type::DICTIONARY: return DType(Kind::kCategory);
    case arrow::Type::TIMESTAMP: {
      const auto& timestamp = static_cast<const arrow::TimestampType&>(type);
      return Timestamp(static_cast<TimeUnit>(timestamp.unit()), timestamp.timezone());
    }
    case arrow::Type::DURATION:
      return Duration(static_cast<TimeUnit>(static_cast<const arrow::DurationType&>(type).unit()));
    default: return NotImplementedError("columns of Arrow type {} are not supported", type.ToString());
  }
}

int DType::width() const {
  switch (kind_) {
    case Kind::kBool:
    case Kind::kObjectBool:
    case Kind::kInt8:
    case Kind::kUInt8: return 1;
    case Kind::kInt16:
    case Kind::kUInt16: return 2;
    case Kind::kInt32:
    case Kind::kUInt32:
    case Kind::kFloat32:
    case Kind::kCategory: return 4;  // a category's codes
    case Kind::kInt64:
    case Kind::kUInt64:
    case Kind::kFloat64:
    case Kind::kTimestamp:
    case Kind::kDuration: return 8;
    case Kind::kString:
    case Kind::kObjectInt:
    case Kind::kNull: return 0;
  }
  return 0;
}

bool DType::has_bitmap() const {
  return nullable_ || kind_ == Kind::kString || kind_ == Kind::kObjectBool || kind_ == Kind::kObjectInt || kind_ == Kind::kCategory;
}

std::string DType::ToString() const {
  if (kind_ == Kind::kTimestamp) {
    return timezone_.empty() ? fmt::format("datetime64[{}]", UnitName(unit_)) : fmt::format("datetime64[{}, {}]", UnitName(unit_), timezone_);
  }
  if (kind_ == Kind::kDuration) return fmt::format("timedelta64[{}]", UnitName(unit_));
  if (arrow_backed_) return fmt::format("{}[pyarrow]", kind_ == Kind::kFloat64 ? "double" : DType(kind_).ToString());
  if (nullable_) {
    for (const KindName& entry : kNullableNames) {
      if (entry.kind == kind_) return std::string(entry.name);
    }
  }
  for (const KindName& entry : kNumpyNames) {
    if (entry.kind == kind_) return std::string(entry.name);
  }
  return "object";
}

std::string DType::ToToken() const {
  std::string token = ToString();
  if (categories_ == nullptr) return token;
  token += fmt::format(" of {}{}", categories_->values.ToString(), categories_->is_ordered ? ", ordered" : "");
  if (categories_->texts == nullptr) return token;
  const arrow::ArrayData& texts = *categories_->texts;
  const int64_t* offsets = texts.length == 0 ? nullptr : texts.GetValues<int64_t>(1);
  for (int64_t i = 0; i < texts.length; ++i) {
    const int64_t length = offsets[i + 1] - offsets[i];
    token += fmt::format(" {}:", length);
    if (length > 0) token.append(reinterpret_cast<const char*>(texts.buffers[2]->data()) + offsets[i], length);
  }
  return token;
}

std::shared_ptr<arrow::DataType> DType::arrow_type() const {
  switch (kind_) {
    case Kind::kNull: return arrow::null();
    case Kind::kBool:
    case Kind::kObjectBool:
    case Kind::kUInt8: return arrow::uint8();
    case Kind::kInt8: return arrow::int8();
    case Kind::kInt16: return arrow::int16();
    case Kind::kInt32: return arrow::int32();
    case Kind::kInt64: return arrow::int64();
    case Kind::kUInt16: return arrow::uint16();
    case Kind::kUInt32: return arrow::uint32();
    case Kind::kUInt64: return arrow::uint64();
    case Kind::kFloat32: return arrow::float32();
    case Kind::kFloat64: return arrow::float64();
    case Kind::kTimestamp: return arrow::timestamp(ToArrow(unit_), timezone_);
    case Kind::kDuration: return arrow::duration(ToArrow(unit_));
    case Kind::kString:
    case Kind::kObjectInt: return arrow::large_utf8();
    case Kind::kCategory: return arrow::dictionary(arrow::int32(), arrow::large_utf8());
  }
  return arrow::null();
}

int64_t TicksPerSecond(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSecond: return 1;
    case TimeUnit::kMilli: return 1'000;
    case TimeUnit::kMicro: return 1'000'000;
    case TimeUnit::kNano: return 1'000'000'000;
  }
  return 1;
}

}  // namespace cask
