// Operation: the element-wise operations that have inner loops, each named as the NumPy ufunc that it equals.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cask {

// clang-format off
#define CASK_BINARY_OPERATIONS(X)                                                                                   \
  X(kAdd, "add") X(kSubtract, "subtract") X(kMultiply, "multiply") X(kDivide, "divide")                             \
  X(kFloorDivide, "floor_divide") X(kRemainder, "remainder") X(kFmod, "fmod") X(kPower, "power")                    \
  X(kMaximum, "maximum") X(kMinimum, "minimum") X(kFmax, "fmax") X(kFmin, "fmin")                                   \
  X(kEqual, "equal") X(kNotEqual, "not_equal") X(kLess, "less") X(kLessEqual, "less_equal")                         \
  X(kGreater, "greater") X(kGreaterEqual, "greater_equal")                                                          \
  X(kLogicalAnd, "logical_and") X(kLogicalOr, "logical_or") X(kLogicalXor, "logical_xor")                           \
  X(kBitwiseAnd, "bitwise_and") X(kBitwiseOr, "bitwise_or") X(kBitwiseXor, "bitwise_xor")                           \
  X(kLeftShift, "left_shift") X(kRightShift, "right_shift")                                                         \
  X(kArctan2, "arctan2") X(kHypot, "hypot") X(kCopysign, "copysign") X(kNextafter, "nextafter")                     \
  X(kHeaviside, "heaviside") X(kLogaddexp, "logaddexp") X(kLogaddexp2, "logaddexp2")                                \
  X(kGcd, "gcd") X(kLcm, "lcm")

#define CASK_UNARY_OPERATIONS(X)                                                                                    \
  X(kNegative, "negative") X(kPositive, "positive") X(kAbsolute, "absolute") X(kFabs, "fabs") X(kSign, "sign")      \
  X(kSqrt, "sqrt") X(kCbrt, "cbrt") X(kSquare, "square") X(kReciprocal, "reciprocal")                               \
  X(kExp, "exp") X(kExp2, "exp2") X(kExpm1, "expm1") X(kLog, "log") X(kLog2, "log2") X(kLog10, "log10")             \
  X(kLog1p, "log1p") X(kSin, "sin") X(kCos, "cos") X(kTan, "tan") X(kArcsin, "arcsin") X(kArccos, "arccos")         \
  X(kArctan, "arctan") X(kSinh, "sinh") X(kCosh, "cosh") X(kTanh, "tanh") X(kArcsinh, "arcsinh")                    \
  X(kArccosh, "arccosh") X(kArctanh, "arctanh") X(kDeg2rad, "deg2rad") X(kRad2deg, "rad2deg")                       \
  X(kFloor, "floor") X(kCeil, "ceil") X(kRint, "rint") X(kTrunc, "trunc")                                           \
  X(kIsnan, "isnan") X(kIsfinite, "isfinite") X(kIsinf, "isinf") X(kSignbit, "signbit") X(kSpacing, "spacing")      \
  X(kLogicalNot, "logical_not") X(kInvert, "invert")
// clang-format on

enum class Operation : uint8_t {
#define CASK_ENUMERATOR(symbol, name) symbol,
  CASK_BINARY_OPERATIONS(CASK_ENUMERATOR) CASK_UNARY_OPERATIONS(CASK_ENUMERATOR)
#undef CASK_ENUMERATOR
};

/// NumPy's name of the operation.
std::string_view OperationName(Operation operation);

/// The operation of that name. NumPy's second names are known too: "true_divide", "mod", "abs", "acos", "bitwise_not", ...
std::optional<Operation> FindOperation(std::string_view name);

bool IsBinary(Operation operation);

}  // namespace cask
