// neg pos abs invert round, and the functions of one number that NumPy calls by name: sqrt, exp, log, ...
#include <arrow/buffer.h>

#include <cmath>

#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/number_calls.h"
#include "cask/compute/column/registry.h"
#include "cask/compute/column/type_rules.h"

namespace cask {
namespace {

std::string_view ArrayName(const DType& type) {
  switch (type.kind()) {
    case Kind::kTimestamp: return "DatetimeArray";
    case Kind::kDuration: return "TimedeltaArray";
    case Kind::kCategory: return "Categorical";
    case Kind::kObjectBool:
    case Kind::kNull: return "NoneType";
    default: return "str";
  }
}

/// -x, +x, abs(x), ~x.
class SignFunction final : public ColumnFunction {
 public:
  SignFunction(std::string_view name, Operation operation, std::string_view symbol) : name_(name), operation_(operation), symbol_(symbol) {}
  std::string_view name() const override { return name_; }

  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions&) const override {
    const DType& type = arguments[0].type;
    if (type.kind() == Kind::kDuration && operation_ != Operation::kInvert) return type;
    if (type.is_bool()) return type;
    if (type.is_numeric() && !(type.is_float() && operation_ == Operation::kInvert)) return type;
    if (type.is_float()) {
      return TypeError("ufunc 'invert' not supported for the input types, and the inputs could not be safely coerced to any supported "
                       "types according to the casting rule ''safe''");
    }
    if (IsText(type) && operation_ == Operation::kInvert) return TypeError("__invert__ is not supported for string dtypes");
    if (IsText(type) && operation_ == Operation::kNegative) return TypeError("unary '-' not supported for dtype '{}'", type.ToString());
    return TypeError("bad operand type for {}: '{}'", symbol_, ArrayName(type));
  }

  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type, const FunctionOptions&,
                         int64_t num_rows, arrow::MemoryPool* pool) const override {
    // Of bools only their complement differs from themselves; pandas takes - for it, too. NaT, the least integer, is its own negative.
    const bool flips = types[0].is_bool() && (operation_ == Operation::kNegative || operation_ == Operation::kInvert);
    if (types[0].is_bool() && !flips) return AsColumn(arguments[0], types[0], num_rows, pool);
    const Operation operation = flips ? Operation::kInvert : operation_;
    return CallUnary(operation, StorageKind(types[0]), arguments, types, result_type, num_rows, pool);
  }

 private:
  std::string_view name_;
  Operation operation_;
  std::string_view symbol_;
};

/// A NumPy function of one number.
class NumberFunction final : public ColumnFunction {
 public:
  explicit NumberFunction(Operation operation) : operation_(operation) {}
  std::string_view name() const override { return OperationName(operation_); }

  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions&) const override {
    const DType& type = arguments[0].type;
    const Kind kind = type.is_numeric() || type.is_bool() ? LoopKind(operation_, type.kind()) : Kind::kNull;
    if (kind == Kind::kNull) {
      return TypeError("ufunc '{}' not supported for the input types, and the inputs could not be safely coerced to any supported types "
                       "according to the casting rule ''safe''", name());
    }
    Kind out;
    FindUnaryLoop(operation_, kind, &out);
    return WithNullable(out, type.nullable());
  }
  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type, const FunctionOptions&,
                         int64_t num_rows, arrow::MemoryPool* pool) const override {
    return CallUnary(operation_, LoopKind(operation_, types[0].kind()), arguments, types, result_type, num_rows, pool);
  }

 private:
  Operation operation_;
};

/// round(column): to options.number decimals, half to even. Columns that hold no numbers stay as they are.
class RoundFunction final : public ColumnFunction {
 public:
  std::string_view name() const override { return "round"; }
  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions&) const override { return arguments[0].type; }
  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type,
                         const FunctionOptions& options, int64_t num_rows, arrow::MemoryPool* pool) const override {
    const DType& type = types[0];
    const bool whole = type.is_integer() && options.number >= 0;
    if (!type.is_numeric() || whole) return AsColumn(arguments[0], type, num_rows, pool);
    if (type.is_integer()) return RoundIntegers(arguments, types, result_type, options.number, num_rows, pool);
    if (options.number == 0) return CallUnary(Operation::kRint, type.kind(), arguments, types, result_type, num_rows, pool);
    // Scaled by a power of ten, rounded, scaled back: NumPy's way, with its errors in the last digit.
    const Literal scale = Literal::Float(std::pow(10.0, static_cast<double>(std::abs(options.number))));
    const bool shrinks = options.number < 0;
    const std::vector<DType> with_scale = {type, Kind::kFloat64};
    ARROW_ASSIGN_OR_RAISE(Column scaled, CallBinary(shrinks ? Operation::kDivide : Operation::kMultiply, type.kind(),
                                                    {arguments[0], scale}, with_scale, type, num_rows, pool));
    ARROW_ASSIGN_OR_RAISE(Column rounded, CallUnary(Operation::kRint, type.kind(), {std::move(scaled)}, {type}, type, num_rows, pool));
    return CallBinary(shrinks ? Operation::kMultiply : Operation::kDivide, type.kind(), {std::move(rounded), scale}, with_scale, type, num_rows, pool);
  }

 private:
  static Result<Column> RoundIntegers(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& type, int64_t decimals,
                                      int64_t num_rows, arrow::MemoryPool* pool) {
    int64_t unit = 1;
    for (int64_t k = 0; k < -decimals && k < 19; ++k) {
      if (__builtin_mul_overflow(unit, int64_t{10}, &unit)) unit = 0;
    }
    LoopInput input;
    ARROW_RETURN_NOT_OK(input.Prepare(arguments[0], types[0], Kind::kInt64, num_rows, pool));
    ARROW_ASSIGN_OR_RAISE(auto out, NewResult(8, num_rows, pool));
    const auto* values = static_cast<const int64_t*>(input.values());
    auto* rounded = reinterpret_cast<int64_t*>(out->mutable_data());
    for (int64_t i = 0; i < num_rows; ++i) {
      // 10^19 and more exceed twice any integer but by so little that only 0 is left.
      if (unit == 0) {
        rounded[i] = 0;
        continue;
      }
      const int64_t quotient = values[i] / unit, rest = std::abs(values[i] % unit);
      const bool away = rest > unit / 2 || (rest == unit / 2 && quotient % 2 != 0);
      rounded[i] = (quotient + (away ? (values[i] < 0 ? -1 : 1) : 0)) * unit;
    }
    ARROW_ASSIGN_OR_RAISE(auto validity, CombineBitmaps(arguments, num_rows, pool));
    ARROW_ASSIGN_OR_RAISE(auto narrowed, NewResult(type.width(), num_rows, pool));
    FindCastLoop(Kind::kInt64, type.kind())(rounded, narrowed->mutable_data(), num_rows);
    return MakeFixedColumn(type, num_rows, std::move(narrowed), std::move(validity.bitmap), validity.null_count);
  }
};

}  // namespace

FunctionList UnaryFunctions() {
  static const SignFunction kSigns[] = {
      {"neg", Operation::kNegative, "unary -"},
      {"pos", Operation::kPositive, "unary +"},
      {"abs", Operation::kAbsolute, "abs()"},
      {"invert", Operation::kInvert, "unary ~"},
  };
  static const auto* kNumbers = [] {
    auto* numbers = new std::vector<NumberFunction>();
    for (int i = static_cast<int>(Operation::kFabs); i < static_cast<int>(Operation::kLogicalNot); ++i) {
      if (static_cast<Operation>(i) != Operation::kSpacing) numbers->emplace_back(static_cast<Operation>(i));
    }
    return numbers;
  }();
  static const RoundFunction kRound;
  FunctionList functions = {&kRound};
  for (const auto& function : kSigns) functions.push_back(&function);
  for (const auto& function : *kNumbers) functions.push_back(&function);
  return functions;
}

}  // namespace cask
