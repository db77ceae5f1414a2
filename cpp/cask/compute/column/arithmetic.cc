// add subtract multiply divide floordiv mod pow: numbers here; times and text are told apart and computed by their own files.
#include "cask/compute/column/arithmetic.h"

#include <arrow/buffer.h>

#include <cmath>

#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/number_calls.h"
#include "cask/compute/column/registry.h"
#include "cask/compute/column/type_rules.h"

namespace cask {
namespace {

bool IsIntegerOrBool(Kind kind) { return kind == Kind::kBool || DType(kind).is_integer(); }

bool IsZero(const ArgumentType& argument) {
  if (argument.literal == nullptr || argument.literal->is_missing()) return false;
  double value;
  StoreLiteral(*argument.literal, Kind::kFloat64, &value);
  return value == 0;
}

bool IsNegative(const ArgumentType& argument) {
  if (argument.literal == nullptr || argument.literal->is_missing()) return false;
  double value;
  StoreLiteral(*argument.literal, Kind::kFloat64, &value);
  return value < 0;
}

// NumPy squares by multiplying: the square of bools is int8, while every other power of them by a Python integer is int64.
bool IsSquareOfBools(const ArithmeticOperator& op, const ArgumentType& a, const ArgumentType& b) {
  if (op.operation != Operation::kPower || !a.type.is_bool() || b.literal == nullptr || !b.literal->is_weak()) return false;
  const auto* exponent = std::get_if<int64_t>(&b.literal->value());
  return exponent != nullptr && *exponent == 2;
}

/// How two numbers meet: the kind to compute in, and the type that comes out.
struct NumberRule {
  Kind kind;
  DType type;
};

Status RejectBools(const ArithmeticOperator& op) {
  if (op.operation == Operation::kSubtract) {
    return TypeError("numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, or the logical_xor function instead.");
  }
  return NotImplementedError("operator '{}' not implemented for bool dtypes", op.python_name);
}

Result<NumberRule> RuleForNumbers(const ArithmeticOperator& op, const ArgumentType& a, const ArgumentType& b, bool widened) {
  const Kind common = CommonKind(a, b);
  const bool nullable = a.type.nullable() || b.type.nullable();
  if (a.type.kind() == Kind::kObjectBool || b.type.kind() == Kind::kObjectBool) {
    return NotImplementedError("arithmetic on truth values with missing ones among them; convert them with .astype('float64') or fill them first");
  }
  if (op.operation == Operation::kDivide) {
    if (common == Kind::kBool) return RejectBools(op);
    const Kind kind = LoopKind(op.operation, common);
    return NumberRule{kind, WithNullable(kind, nullable)};
  }
  if (IsSquareOfBools(op, a, b)) return NumberRule{Kind::kInt8, WithNullable(Kind::kInt8, nullable)};
  ARROW_RETURN_NOT_OK(CheckFits(a, common));
  ARROW_RETURN_NOT_OK(CheckFits(b, common));
  const bool divides = op.operation == Operation::kFloorDivide || op.operation == Operation::kRemainder;
  if (common == Kind::kBool && (op.operation == Operation::kSubtract || op.operation == Operation::kFloorDivide || op.operation == Operation::kPower)) {
    return RejectBools(op);
  }
  // By a constant zero, pandas gives inf and NaN, which only floats have; nullable integers give 0.
  if (divides && !nullable && (IsZero(b) || widened) && IsIntegerOrBool(common)) return NumberRule{Kind::kFloat64, Kind::kFloat64};
  if (op.operation == Operation::kPower && IsIntegerOrBool(common) && IsNegative(b)) {
    return ValueError("Integers to negative integer powers are not allowed.");
  }
  const Kind kind = LoopKind(op.operation, common);
  return NumberRule{kind, WithNullable(kind, nullable)};
}

// What a column of integers holds decides whether these can be done at all.
template <typename Test>
Result<bool> AnyInteger(const Argument& argument, const DType& type, int64_t num_rows, arrow::MemoryPool* pool, Test test) {
  const auto* column = std::get_if<Column>(&argument);
  if (column == nullptr) return false;
  LoopInput input;
  ARROW_RETURN_NOT_OK(input.Prepare(argument, type, Kind::kInt64, num_rows, pool));
  const auto* values = static_cast<const int64_t*>(input.values());
  bool any = false;
  for (int64_t i = 0; i < num_rows; ++i) any |= test(values[i]);
  if (!any || !(*column)->buffers[0]) return any;
  for (int64_t i = 0; i < num_rows; ++i) {
    if (test(values[i]) && !IsMissing(*column, type, i)) return true;
  }
  return false;
}

Status CheckDivisors(const ArithmeticOperator& op, const NumberRule& rule, const std::vector<Argument>& arguments,
                     const std::vector<DType>& types, int64_t num_rows, arrow::MemoryPool* pool) {
  if (!IsIntegerOrBool(rule.kind) || rule.type.nullable()) {
    if (op.operation != Operation::kPower || !rule.type.is_integer()) return Status::OK();
  }
  // pandas leaves remainders by False at 0.
  const bool fills = op.operation == Operation::kFloorDivide || (op.operation == Operation::kRemainder && !types[1].is_bool());
  if (fills) {
    ARROW_ASSIGN_OR_RAISE(bool any, AnyInteger(arguments[1], types[1], num_rows, pool, [](int64_t value) { return value == 0; }));
    if (any) {
      return NeedsWiderType("{} of integers by a column that holds 0 gives inf and NaN, which need float64", op.python_name);
    }
  }
  if (op.operation == Operation::kPower && types[1].kind() != Kind::kUInt64) {
    ARROW_ASSIGN_OR_RAISE(bool any, AnyInteger(arguments[1], types[1], num_rows, pool, [](int64_t value) { return value < 0; }));
    if (any) return ValueError("Integers to negative integer powers are not allowed.");
  }
  return Status::OK();
}

Status RejectNumbers(const ArithmeticOperator& op, const ArgumentType& a, const ArgumentType& b) {
  if (a.type.kind() == Kind::kObjectInt || b.type.kind() == Kind::kObjectInt) {
    return NotImplementedError("arithmetic on a column of Python integers beyond 64 bits; convert it with .astype('float64') first");
  }
  const auto name = [](const ArgumentType& x) { return x.literal != nullptr ? PythonTypeName(*x.literal) : ComparedName(x); };
  return TypeError("unsupported operand type(s) for {}: '{}' and '{}'", op.symbol, name(a), name(b));
}

// One to any power and anything to the power zero are one, missing or not.
Result<Column> RestorePowers(const Column& powers, const DType& type, const std::vector<Argument>& arguments, const std::vector<DType>& types,
                             int64_t num_rows, arrow::MemoryPool* pool) {
  if (powers->null_count == 0) return powers;
  ARROW_ASSIGN_OR_RAISE(auto valid, NewResult(1, num_rows, pool));
  ARROW_RETURN_NOT_OK(WriteValidBytes(powers, type, num_rows, valid->mutable_data()));
  std::vector<uint8_t> ones(num_rows);
  for (int k = 0; k < 2; ++k) {
    LoopInput input;
    ARROW_RETURN_NOT_OK(input.Prepare(arguments[k], types[k], Kind::kFloat64, num_rows, pool));
    const auto* values = static_cast<const double*>(input.values());
    const double neutral = k == 0 ? 1 : 0;
    const auto* column = std::get_if<Column>(&arguments[k]);
    for (int64_t i = 0; i < num_rows; ++i) {
      const bool is_there = column == nullptr || !IsMissing(*column, types[k], i);
      ones[i] |= is_there && values[i * input.stride()] == neutral;
    }
  }
  for (int64_t i = 0; i < num_rows; ++i) valid->mutable_data()[i] |= ones[i];
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityFromBytes(valid->data(), num_rows, pool));
  uint64_t one = 0;
  StoreLiteral(Literal::Int(1), type.kind(), &one);
  ARROW_ASSIGN_OR_RAISE(auto out, NewResult(type.width(), num_rows, pool));
  FindSelectLoop(type.width())(ones.data(), &one, 0, powers->buffers[1]->data(), 1, out->mutable_data(), num_rows);
  return MakeFixedColumn(type, num_rows, std::move(out), std::move(validity.bitmap), validity.null_count);
}

class ArithmeticFunction final : public ColumnFunction {
 public:
  explicit ArithmeticFunction(ArithmeticOperator op) : op_(op) {}
  std::string_view name() const override { return op_.name; }
  int min_arguments() const override { return 2; }

  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions& options) const override {
    const ArgumentType &a = arguments[0], &b = arguments[1];
    if (IsText(a.type) || IsText(b.type)) return InferTextArithmetic(op_, a, b);
    if (a.type.is_temporal() || b.type.is_temporal()) return InferTimeArithmetic(op_, a, b);
    if (!AreNumbers(a, b)) return RejectNumbers(op_, a, b);
    ARROW_ASSIGN_OR_RAISE(auto rule, RuleForNumbers(op_, a, b, options.number == kWidened));
    return rule.type;
  }

  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type,
                         const FunctionOptions& options, int64_t num_rows, arrow::MemoryPool* pool) const override {
    if (IsText(types[0]) || IsText(types[1])) return TextArithmetic(op_, arguments, types, result_type, num_rows, pool);
    if (types[0].is_temporal() || types[1].is_temporal()) return TimeArithmetic(op_, arguments, types, result_type, num_rows, pool);
    const auto known = TypesOf(arguments, types);
    ARROW_ASSIGN_OR_RAISE(auto rule, RuleForNumbers(op_, known[0], known[1], options.number == kWidened));
    ARROW_RETURN_NOT_OK(CheckDivisors(op_, rule, arguments, types, num_rows, pool));
    const bool restores = op_.operation == Operation::kPower && result_type.nullable();
    const std::vector<Argument> kept = restores ? arguments : std::vector<Argument>();  // so that no operand is written over
    ARROW_ASSIGN_OR_RAISE(auto result, CallBinary(op_.operation, rule.kind, arguments, types, result_type, num_rows, pool));
    if (restores) return RestorePowers(result, result_type, arguments, types, num_rows, pool);
    return result;
  }

 private:
  static bool AreNumbers(const ArgumentType& a, const ArgumentType& b) {
    const auto is_number = [](const ArgumentType& x) {
      return IsNumberLike(x.type) || (x.literal != nullptr && x.literal->is_missing()) || x.type.kind() == Kind::kNull;
    };
    return is_number(a) && is_number(b);
  }

  ArithmeticOperator op_;
};

}  // namespace

FunctionList ArithmeticFunctions() {
  static const ArithmeticFunction kAll[] = {
      ArithmeticFunction({"add", Operation::kAdd, "add", "+"}),
      ArithmeticFunction({"subtract", Operation::kSubtract, "sub", "-"}),
      ArithmeticFunction({"multiply", Operation::kMultiply, "mul", "*"}),
      ArithmeticFunction({"divide", Operation::kDivide, "truediv", "/"}),
      ArithmeticFunction({"floordiv", Operation::kFloorDivide, "floordiv", "//"}),
      ArithmeticFunction({"mod", Operation::kRemainder, "mod", "%"}),
      ArithmeticFunction({"pow", Operation::kPower, "pow", "**"}),
  };
  FunctionList functions;
  for (const auto& function : kAll) functions.push_back(&function);
  return functions;
}

}  // namespace cask
