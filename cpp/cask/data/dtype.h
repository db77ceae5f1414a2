// DType: the type of a column or an array as its user sees it (pandas 3 or NumPy 2), and how Cask holds its values.
//
//   kind        held as (Arrow type)             missing value
//   kBool       uint8, 0 or 1 a byte             none
//   kInt*       int8 .. uint64                   none
//   kFloat*     float, double                    NaN
//   kTimestamp  timestamp(unit, timezone)        INT64_MIN, without a validity bitmap
//   kDuration   duration(unit)                   INT64_MIN, without a validity bitmap
//   kString     large_string                     validity bitmap
//   kObjectBool uint8, 0 or 1 a byte             validity bitmap (pandas: an object column of True, False and NaN)
//   kCategory   dictionary(int32, large_string)  validity bitmap (data/categories.h)
//   nullable    as its kind                      validity bitmap (pandas' Int64, Float64, boolean, string)
//   kObjectInt  large_string                     validity bitmap (pandas: an object column of Python integers)
//   kNull       null                             every value (pandas: an object column without values)
//
// The layout of every kind without a bitmap is NumPy's own, so those columns go to and from NumPy without a copy.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <string_view>

#include "cask/base/error.h"

namespace cask {

enum class Kind : uint8_t {
  kNull,
  kBool,
  kInt8, kInt16, kInt32, kInt64,
  kUInt8, kUInt16, kUInt32, kUInt64,
  kFloat32, kFloat64,
  kTimestamp,
  kDuration,
  kString,
  kObjectBool,
  kObjectInt,
  kCategory,
};

enum class TimeUnit : uint8_t { kSecond, kMilli, kMicro, kNano };

struct Categories;

/// The missing value of kTimestamp and kDuration columns, pandas' NaT.
inline constexpr int64_t kNaT = INT64_MIN;

class DType {
 public:
  constexpr DType() = default;
  constexpr DType(Kind kind) : kind_(kind) {}  // implicit: a kind alone is a type for most kinds

  static DType Timestamp(TimeUnit unit, std::string timezone = "");
  static DType Duration(TimeUnit unit);
  static DType Nullable(Kind kind);
  /// A nullable number that pandas keeps in its ArrowDtype: "int64[pyarrow]", what counts of text of dtype "string" are.
  static DType ArrowBacked(Kind kind);
  /// kCategory of which more is known (data/categories.h).
  static DType Categorical(std::shared_ptr<const Categories> categories);

  /// Reads a pandas or NumPy name: "int64", "i8", "Int64", "float", "str", "string", "datetime64[ns]", "category", "object", ...
  static Result<DType> Parse(std::string_view name);
  /// The type that holds values of an Arrow type as pandas would after `ArrowTable.to_pandas()`.
  static Result<DType> FromArrow(const arrow::DataType& type);

  Kind kind() const { return kind_; }
  bool nullable() const { return nullable_; }
  bool arrow_backed() const { return arrow_backed_; }
  TimeUnit unit() const { return unit_; }
  const std::string& timezone() const { return timezone_; }
  /// Of kCategory; null: text, known by the data only.
  const std::shared_ptr<const Categories>& categories() const { return categories_; }

  bool is_signed() const { return kind_ >= Kind::kInt8 && kind_ <= Kind::kInt64; }
  bool is_unsigned() const { return kind_ >= Kind::kUInt8 && kind_ <= Kind::kUInt64; }
  bool is_integer() const { return kind_ >= Kind::kInt8 && kind_ <= Kind::kUInt64; }
  bool is_float() const { return kind_ == Kind::kFloat32 || kind_ == Kind::kFloat64; }
  bool is_numeric() const { return is_integer() || is_float(); }
  bool is_temporal() const { return kind_ == Kind::kTimestamp || kind_ == Kind::kDuration; }
  bool is_bool() const { return kind_ == Kind::kBool; }
  /// bool, or objects that are truth values or missing.
  bool is_truth() const { return kind_ == Kind::kBool || kind_ == Kind::kObjectBool; }
  /// Whether values are held in `width()` bytes each, in one buffer.
  bool is_fixed_width() const { return width() > 0; }
  /// Bytes a value, or 0 where values vary in size.
  int width() const;
  /// Whether a missing value is marked in a validity bitmap (rather than by NaN, NaT or not at all).
  bool has_bitmap() const;

  /// pandas' name, as in `df.dtypes`: "int64", "Int64", "str", "datetime64[us]", "object", ...
  std::string ToString() const;
  /// How values are held; see the table above.
  std::shared_ptr<arrow::DataType> arrow_type() const;

  /// Distinguishes types that print alike: those of different categories.
  std::string ToToken() const;

  bool operator==(const DType& other) const;

 private:
  Kind kind_ = Kind::kNull;
  bool nullable_ = false;
  bool arrow_backed_ = false;
  TimeUnit unit_ = TimeUnit::kMicro;
  std::string timezone_;
  std::shared_ptr<const Categories> categories_;
};

/// Ticks of `unit` in a second.
int64_t TicksPerSecond(TimeUnit unit);

}  // namespace cask
