// isin and between.
#include <arrow/buffer.h>

#include <cmath>
#include <unordered_set>

#include "cask/compute/column/category_values.h"
#include "cask/compute/column/comparison.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/number_calls.h"
#include "cask/compute/column/registry.h"
#include "cask/compute/column/temporal.h"
#include "cask/compute/column/text_build.h"
#include "cask/compute/column/type_rules.h"

namespace cask {
namespace {

// Whether a missing row of a column of `type` is among `values`: NaN is for floats, a missing literal for times, and either for text.
bool HasMissing(const std::vector<Literal>& values, const DType& type) {
  for (const Literal& value : values) {
    const auto* number = std::get_if<double>(&value.value());
    const auto* ticks = std::get_if<Ticks>(&value.value());
    const bool is_nan = number != nullptr && std::isnan(*number);
    const bool is_nat = (ticks != nullptr && ticks->value == kNaT) || value.is_missing();
    if (type.is_float() ? is_nan : type.is_temporal() ? is_nat : type.kind() == Kind::kObjectBool ? value.is_missing() : is_nan || value.is_missing()) {
      return true;
    }
  }
  return false;
}

std::unordered_set<std::string_view> TextsAmong(const std::vector<Literal>& values) {
  std::unordered_set<std::string_view> texts;
  for (const Literal& value : values) {
    if (const auto* text = std::get_if<std::string>(&value.value())) texts.insert(*text);
  }
  return texts;
}

/// isin(column): whether each value is among options.values. A value of another nature is among none.
class IsInFunction final : public ColumnFunction {
 public:
  std::string_view name() const override { return "isin"; }
  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions&) const override {
    const DType& type = arguments[0].type;
    return WithNullable(Kind::kBool, type.nullable() && !IsText(type));
  }
  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type,
                         const FunctionOptions& options, int64_t num_rows, arrow::MemoryPool* pool) const override {
    const Column& column = std::get<Column>(arguments[0]);
    const DType& type = types[0];
    ARROW_ASSIGN_OR_RAISE(auto bytes, NewResult(1, num_rows, pool));
    uint8_t* out = bytes->mutable_data();
    std::memset(out, 0, num_rows);
    if (IsText(type)) {
      FindTexts(column, options.values, num_rows, out);
    } else if (type.kind() == Kind::kCategory) {
      ARROW_RETURN_NOT_OK(FindCategories(column, type, options, num_rows, pool, out));
    } else if (type.is_temporal()) {
      FindTimes(column, type, options.values, num_rows, out);
    } else if (IsNumberLike(type)) {
      ARROW_RETURN_NOT_OK(FindNumbers(arguments, types, options.values, num_rows, pool, out));
    }
    const bool is_nullable_number = type.nullable() && !IsText(type);
    if (CanMark(type)) ARROW_RETURN_NOT_OK(SetMissing(column, type, HasMissing(options.values, type) && !is_nullable_number, num_rows, pool, out));
    return MakeFixedColumn(result_type, num_rows, std::move(bytes));
  }

 private:
  static bool CanMark(const DType& type) { return type.has_bitmap() || type.is_float() || type.is_temporal() || type.kind() == Kind::kNull; }

  static Status SetMissing(const Column& column, const DType& type, uint8_t of_missing, int64_t num_rows, arrow::MemoryPool* pool, uint8_t* out) {
    ARROW_ASSIGN_OR_RAISE(auto valid, NewResult(1, num_rows, pool));
    ARROW_RETURN_NOT_OK(WriteValidBytes(column, type, num_rows, valid->mutable_data()));
    for (int64_t i = 0; i < num_rows; ++i) out[i] = valid->data()[i] ? out[i] : of_missing;
    return Status::OK();
  }

  static void FindTexts(const Column& column, const std::vector<Literal>& values, int64_t num_rows, uint8_t* out) {
    const auto texts = TextsAmong(values);
    const TextView rows(*column);
    if (texts.size() == 1) {
      const std::string_view only = *texts.begin();
      for (int64_t i = 0; i < num_rows; ++i) out[i] = rows[i] == only;
      return;
    }
    for (int64_t i = 0; i < num_rows; ++i) out[i] = texts.contains(rows[i]);
  }

  // Each category is looked for, not each row.
  Status FindCategories(const Column& column, const DType& type, const FunctionOptions& options, int64_t num_rows, arrow::MemoryPool* pool,
                        uint8_t* out) const {
    const DType& values = Categories::Of(type).values;
    const int64_t num_categories = column->dictionary->length;
    ARROW_ASSIGN_OR_RAISE(Column categories, CategoryValues(column->dictionary, values, pool));
    const DType truth = WithNullable(Kind::kBool, values.nullable() && !IsText(values));
    ARROW_ASSIGN_OR_RAISE(const Column found, Execute({std::move(categories)}, {values}, truth, options, num_categories, pool));
    const int32_t* codes = Values<int32_t>(column);
    for (int64_t i = 0; i < num_rows; ++i) out[i] = IsMissing(column, type, i) ? 0 : Values<uint8_t>(found)[codes[i]];
    return Status::OK();
  }

  static void FindTimes(const Column& column, const DType& type, const std::vector<Literal>& values, int64_t num_rows, uint8_t* out) {
    std::vector<int64_t> wanted;
    for (const Literal& value : values) {
      const auto* ticks = std::get_if<Ticks>(&value.value());
      if (ticks == nullptr || value.type().kind() != type.kind() || ticks->value == kNaT) continue;
      const bool is_finer = value.type().unit() > type.unit();
      if (is_finer && ticks->value % UnitRatio(type.unit(), value.type().unit()) != 0) continue;
      const auto converted = ConvertTick(ticks->value, value.type().unit(), type.unit());
      if (converted.ok()) wanted.push_back(*converted);
    }
    FindAmong(Values<int64_t>(column), wanted, num_rows, out);
  }

  // Numbers are compared as numbers: each of the wanted ones by itself while they are few, else by hash.
  static Status FindNumbers(const std::vector<Argument>& arguments, const std::vector<DType>& types, const std::vector<Literal>& values,
                            int64_t num_rows, arrow::MemoryPool* pool, uint8_t* out) {
    const bool as_floats = types[0].is_float();
    std::vector<double> floats;
    std::vector<int64_t> integers;
    for (const Literal& value : values) {
      const auto* number = std::get_if<double>(&value.value());
      if (number != nullptr && !as_floats) {
        if (std::floor(*number) == *number && std::fabs(*number) < 9.2e18) integers.push_back(static_cast<int64_t>(*number));
      } else if (value.type().is_numeric() || value.type().is_bool()) {
        double as_float;
        int64_t as_integer;
        StoreLiteral(value, Kind::kFloat64, &as_float);
        StoreLiteral(value, Kind::kInt64, &as_integer);
        if (as_floats) {
          // A float32 column is compared in float32.
          floats.push_back(types[0].kind() == Kind::kFloat32 ? static_cast<double>(static_cast<float>(as_float)) : as_float);
        } else if (FitsSign(value, types[0])) {
          integers.push_back(as_integer);
        }
      }
    }
    LoopInput input;
    const Kind kind = as_floats ? Kind::kFloat64 : Kind::kInt64;
    ARROW_RETURN_NOT_OK(input.Prepare(arguments[0], types[0], kind, num_rows, pool));
    if (as_floats) {
      FindAmong(static_cast<const double*>(input.values()), floats, num_rows, out);
    } else {
      FindAmong(static_cast<const int64_t*>(input.values()), integers, num_rows, out);
    }
    return Status::OK();
  }

  // uint64 values are held as the int64 of the same bits, so an integer of the other sign must not meet them.
  static bool FitsSign(const Literal& value, const DType& type) {
    const bool is_big = std::holds_alternative<uint64_t>(value.value()) && std::get<uint64_t>(value.value()) > INT64_MAX;
    const auto* integer = std::get_if<int64_t>(&value.value());
    return type.kind() == Kind::kUInt64 ? integer == nullptr || *integer >= 0 : !is_big;
  }

  template <typename T>
  static void FindAmong(const T* values, const std::vector<T>& wanted, int64_t num_rows, uint8_t* out) {
    if (wanted.size() <= 8) {
      for (const T value : wanted) {
        for (int64_t i = 0; i < num_rows; ++i) out[i] |= values[i] == value;
      }
      return;
    }
    const std::unordered_set<T> set(wanted.begin(), wanted.end());
    for (int64_t i = 0; i < num_rows; ++i) out[i] = set.contains(values[i]);
  }
};

/// between(column, left, right): options.text is "both" (or empty), "neither", "left" or "right": which bounds count.
class BetweenFunction final : public ColumnFunction {
 public:
  std::string_view name() const override { return "between"; }
  int min_arguments() const override { return 3; }
  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions& options) const override {
    if (!options.text.empty() && options.text != "both" && options.text != "neither" && options.text != "left" && options.text != "right") {
      return ValueError("Inclusive has to be either string of 'both','left', 'right', or 'neither'.");
    }
    ARROW_ASSIGN_OR_RAISE(const DType above, Above(options).InferType({arguments[0], arguments[1]}, {}));
    ARROW_ASSIGN_OR_RAISE(const DType below, Below(options).InferType({arguments[0], arguments[2]}, {}));
    return WithNullable(Kind::kBool, above.nullable() || below.nullable());
  }
  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type,
                         const FunctionOptions& options, int64_t num_rows, arrow::MemoryPool* pool) const override {
    const DType one = result_type;
    ARROW_ASSIGN_OR_RAISE(auto above, Above(options).Execute({arguments[0], arguments[1]}, {types[0], types[1]}, one, {}, num_rows, pool));
    ARROW_ASSIGN_OR_RAISE(auto below, Below(options).Execute({arguments[0], arguments[2]}, {types[0], types[2]}, one, {}, num_rows, pool));
    const ColumnFunction& both = *FindColumnFunction("and");
    return both.Execute({std::move(above), std::move(below)}, {one, one}, result_type, {}, num_rows, pool);
  }

 private:
  static const ColumnFunction& Above(const FunctionOptions& options) {
    return *FindColumnFunction(options.text == "neither" || options.text == "right" ? "gt" : "ge");
  }
  static const ColumnFunction& Below(const FunctionOptions& options) {
    return *FindColumnFunction(options.text == "neither" || options.text == "left" ? "lt" : "le");
  }
};

}  // namespace

FunctionList MembershipFunctions() {
  static const IsInFunction kIsIn;
  static const BetweenFunction kBetween;
  return {&kIsIn, &kBetween};
}

}  // namespace cask
