#include "cask/expr/array_call.h"

#include <cmath>

#include "cask/base/check.h"
#include "cask/expr/array_source.h"
#include "cask/expr/array_view.h"

namespace cask {
namespace {

Kind LiteralKind(const Literal& literal) { return literal.type().kind(); }

// An integer outside of int64, which only unsigned elements and floats can hold.
bool IsHuge(const Literal& literal) {
  const auto* natural = std::get_if<uint64_t>(&literal.value());
  return natural != nullptr && *natural > INT64_MAX;
}

// The common kind of arrays and numbers.
Result<Kind> Promote(const std::vector<ArrayOperand>& operands) {
  Kind common = Kind::kNull;
  for (const ArrayOperand& operand : operands) {
    const auto* array = std::get_if<ArrayExprPtr>(&operand);
    const auto* literal = std::get_if<Literal>(&operand);
    if (literal && literal->is_weak()) continue;
    const Kind kind = array ? (*array)->kind() : LiteralKind(*literal);
    ARROW_RETURN_NOT_OK(CheckArrayKind(kind));
    common = common == Kind::kNull ? kind : PromoteKinds(common, kind);
  }
  for (const ArrayOperand& operand : operands) {
    const auto* literal = std::get_if<Literal>(&operand);
    if (!literal || !literal->is_weak()) continue;
    const Kind weak = LiteralKind(*literal) == Kind::kUInt64 ? Kind::kInt64 : LiteralKind(*literal);
    ARROW_RETURN_NOT_OK(CheckArrayKind(weak));
    common = common == Kind::kNull ? (IsHuge(*literal) ? Kind::kUInt64 : weak) : PromoteWithWeak(common, weak);
  }
  return common;
}

bool IsComparison(Operation operation) {
  switch (operation) {
    case Operation::kEqual:
    case Operation::kNotEqual:
    case Operation::kLess:
    case Operation::kLessEqual:
    case Operation::kGreater:
    case Operation::kGreaterEqual: return true;
    default: return false;
  }
}

Result<ArrayExprPtr> AsKind(const ArrayOperand& operand, Kind kind) {
  if (const auto* literal = std::get_if<Literal>(&operand)) return MakeScalar(*literal, kind);
  const ArrayExprPtr& array = std::get<ArrayExprPtr>(operand);
  return array->kind() == kind ? array : MakeCast(array, kind);
}

// Cuts an axis wherever one of two ways to cut it does.
AxisChunks CommonChunks(const AxisChunks& a, const AxisChunks& b) {
  if (a == b || b.num_chunks() == 1) return a;
  if (a.num_chunks() == 1) return b;
  std::vector<int64_t> begins;
  for (const AxisChunks* axis : {&a, &b}) {
    for (int64_t i = 1; i <= axis->num_chunks(); ++i) begins.push_back(axis->Begin(i));
  }
  std::sort(begins.begin(), begins.end());
  begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
  std::vector<int64_t> sizes;
  int64_t last = 0;
  for (int64_t begin : begins) {
    if (begin > last) sizes.push_back(begin - last);
    last = begin;
  }
  return AxisChunks::FromSizes(sizes);
}

Result<ChunkGrid> CommonGrid(const std::vector<ArrayExprPtr>& operands) {
  std::vector<Shape> shapes;
  for (const ArrayExprPtr& operand : operands) shapes.push_back(operand->shape());
  ARROW_ASSIGN_OR_RAISE(Shape shape, BroadcastShapes(shapes));
  std::vector<AxisChunks> axes;
  for (int64_t length : shape) axes.push_back(AxisChunks::Regular(length, length));
  for (const ArrayExprPtr& operand : operands) {
    const size_t lead = shape.size() - operand->shape().size();
    for (int i = 0; i < operand->num_axes(); ++i) {
      if (operand->shape()[i] == shape[lead + i]) axes[lead + i] = CommonChunks(axes[lead + i], operand->grid().axes()[i]);
    }
  }
  return ChunkGrid(std::move(axes));
}

Result<ArrayExprPtr> MakeNode(ArrayCall call, std::string name, std::string_view what, std::vector<ArrayExprPtr> operands, Origin origin) {
  ARROW_ASSIGN_OR_RAISE(ChunkGrid grid, CommonGrid(operands));
  call.name = what;
  call.origin = origin;
  return std::make_shared<ArrayCallExpr>(std::move(name), std::move(call), what, std::move(grid), std::move(operands), std::move(origin));
}

// NumPy's own shortcuts: x ** 2 is a square, x ** 0.5 a root. They give other bits than the power would.
std::optional<Operation> PowerShortcut(const std::vector<ArrayOperand>& operands) {
  const auto* base = std::get_if<ArrayExprPtr>(&operands[0]);
  const auto* exponent = std::get_if<Literal>(&operands[1]);
  if (!base || !exponent || !exponent->is_weak()) return std::nullopt;
  double value;
  if (const auto* integer = std::get_if<int64_t>(&exponent->value())) {
    value = static_cast<double>(*integer);
  } else if (const auto* real = std::get_if<double>(&exponent->value())) {
    value = *real;
    if (!DType((*base)->kind()).is_float()) return std::nullopt;
  } else {
    return std::nullopt;
  }
  const bool is_float = DType((*base)->kind()).is_float();
  const bool is_bool = (*base)->kind() == Kind::kBool;
  if (value == 2.0 && !is_bool) return Operation::kSquare;
  if (value == 1.0 && !is_bool) return Operation::kPositive;
  if (value == 0.5 && is_float) return Operation::kSqrt;
  if (value == -1.0 && is_float) return Operation::kReciprocal;
  return std::nullopt;
}

// Compared with an integer that its elements cannot be, an array is compared in a kind that holds both.
Kind WidenForComparison(const std::vector<ArrayOperand>& operands, Kind kind) {
  for (const ArrayOperand& operand : operands) {
    const auto* literal = std::get_if<Literal>(&operand);
    if (!literal || !literal->is_weak() || !DType(kind).is_integer()) continue;
    if (MakeScalar(*literal, kind).ok()) continue;
    return IsHuge(*literal) || kind == Kind::kUInt64 ? Kind::kFloat64 : Kind::kInt64;
  }
  return kind;
}

Status NoLoop(std::string_view name, Kind kind) {
  return TypeError("ufunc '{}' not supported for the input types: it has no loop for {}", name, DType(kind).ToString());
}

}  // namespace

Result<ArrayExprPtr> MakeArrayCall(Operation operation, const std::vector<ArrayOperand>& operands, std::string name, Origin origin) {
  const size_t expected = IsBinary(operation) ? 2 : 1;
  if (operands.size() != expected) {
    return TypeError("{}() takes {} arguments but {} were given", OperationName(operation), expected, operands.size());
  }
  if (operation == Operation::kPower) {
    if (const auto shortcut = PowerShortcut(operands)) return MakeArrayCall(*shortcut, {operands[0]}, std::move(name), std::move(origin));
  }
  ARROW_ASSIGN_OR_RAISE(Kind promoted, Promote(operands));
  if (IsComparison(operation)) promoted = WidenForComparison(operands, promoted);
  const Kind computed = LoopKind(operation, promoted);
  if (computed == Kind::kNull) {
    if (operation == Operation::kSubtract && promoted == Kind::kBool) {
      return TypeError("numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, or the "
                       "logical_xor function instead.");
    }
    if (operation == Operation::kNegative && promoted == Kind::kBool) {
      return TypeError("The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the logical_not function "
                       "instead.");
    }
    return NoLoop(OperationName(operation), promoted);
  }
  ArrayCall call;
  std::vector<ArrayExprPtr> arrays;
  for (const ArrayOperand& operand : operands) {
    ARROW_ASSIGN_OR_RAISE(ArrayExprPtr array, AsKind(operand, computed));
    arrays.push_back(std::move(array));
  }
  if (IsBinary(operation)) {
    call.binary = FindBinaryLoop(operation, computed, &call.kind);
    call.checks_exponent = operation == Operation::kPower && DType(computed).is_signed();
  } else {
    call.unary = FindUnaryLoop(operation, computed, &call.kind);
  }
  if (!call.binary && !call.unary) return NoLoop(OperationName(operation), computed);
  if (call.checks_exponent) {
    const auto* exponent = std::get_if<Literal>(&operands[1]);
    const auto* integer = exponent ? std::get_if<int64_t>(&exponent->value()) : nullptr;
    if (integer && *integer < 0) return ValueError("Integers to negative integer powers are not allowed.");
  }
  return MakeNode(std::move(call), std::move(name), OperationName(operation), std::move(arrays), std::move(origin));
}

ArrayExprPtr MakeCast(const ArrayExprPtr& array, Kind kind, std::string name) {
  if (array->kind() == kind) return array;
  ArrayCall call;
  call.unary = FindCastLoop(array->kind(), kind);
  call.kind = kind;
  call.name = "astype";
  return std::make_shared<ArrayCallExpr>(std::move(name), std::move(call), "astype", array->grid(), std::vector{array}, array->origin());
}

Result<ArrayExprPtr> MakeWhere(const ArrayOperand& condition, const ArrayOperand& then, const ArrayOperand& otherwise, Origin origin) {
  ARROW_ASSIGN_OR_RAISE(ArrayExprPtr mask, AsKind(condition, Kind::kBool));
  ARROW_ASSIGN_OR_RAISE(Kind kind, Promote({then, otherwise}));
  ARROW_ASSIGN_OR_RAISE(ArrayExprPtr a, AsKind(then, kind));
  ARROW_ASSIGN_OR_RAISE(ArrayExprPtr b, AsKind(otherwise, kind));
  ArrayCall call;
  call.select = FindSelectLoop(WidthOf(kind));
  call.kind = kind;
  return MakeNode(std::move(call), "where", "where", {mask, a, b}, std::move(origin));
}

Result<ArrayExprPtr> MakeRound(const ArrayExprPtr& array, int decimals, Origin origin) {
  const DType type = array->kind();
  if (type.is_bool() || (type.is_integer() && decimals >= 0)) return array;
  const auto call = [&](Operation operation, std::vector<ArrayOperand> operands) {
    return MakeArrayCall(operation, operands, "round", origin);
  };
  if (decimals == 0) return call(Operation::kRint, {array});
  const Literal scale = Literal::Float(std::pow(10.0, std::abs(decimals)));
  const Operation up = decimals > 0 ? Operation::kMultiply : Operation::kDivide;
  const Operation down = decimals > 0 ? Operation::kDivide : Operation::kMultiply;
  ARROW_ASSIGN_OR_RAISE(ArrayExprPtr scaled, call(up, {array, scale}));
  ARROW_ASSIGN_OR_RAISE(ArrayExprPtr rounded, call(Operation::kRint, {scaled}));
  ARROW_ASSIGN_OR_RAISE(ArrayExprPtr result, call(down, {rounded, scale}));
  return MakeCast(result, array->kind(), "round");
}

}  // namespace cask
