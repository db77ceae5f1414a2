// Element-wise computations on arrays: NumPy's ufuncs with its promotion (NEP 50) and broadcasting, and what is made of them.
#pragma once

#include <variant>

#include "cask/compute/loops/operation.h"
#include "cask/expr/array_expr.h"

namespace cask {

/// An array, or a Python number, which takes the kind of the arrays that it meets where its literal is weak.
using ArrayOperand = std::variant<ArrayExprPtr, Literal>;

/// One ufunc; at least one operand is an array. `name` is what users see ("add", "gt").
Result<ArrayExprPtr> MakeArrayCall(Operation operation, const std::vector<ArrayOperand>& operands, std::string name, Origin origin = nullptr);

/// NumPy's astype with casting="unsafe".
ArrayExprPtr MakeCast(const ArrayExprPtr& array, Kind kind, std::string name = "astype");

/// numpy.where with three arguments.
Result<ArrayExprPtr> MakeWhere(const ArrayOperand& condition, const ArrayOperand& then, const ArrayOperand& otherwise, Origin origin = nullptr);

/// numpy.round.
Result<ArrayExprPtr> MakeRound(const ArrayExprPtr& array, int decimals, Origin origin = nullptr);

}  // namespace cask
