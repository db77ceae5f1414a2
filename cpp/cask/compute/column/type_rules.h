// Type rules shared by the families of column functions: what two numbers have in common, and how pandas words its complaints.
#pragma once

#include <string>
#include <vector>

#include "cask/compute/column/function.h"

namespace cask {

/// Truth values and numbers, nullable ones too.
bool IsNumberLike(const DType& type);
/// kString, nullable or not.
inline bool IsText(const DType& type) { return type.kind() == Kind::kString; }

/// "int", "float", "str", "bool", "Timestamp", "Timedelta" or "NoneType".
std::string PythonTypeName(const Literal& literal);
/// "dtype 'int64'" for a column, "object of type <class 'int'>" for a literal.
std::string DescribeOther(const ArgumentType& other);
/// What a comparison's message calls the right side: "int" for a literal; "ndarray", "ArrowStringArray", ... for a column.
std::string ComparedName(const ArgumentType& other);

/// The kind that two numbers are computed in (NumPy's promotion, weak literals included). Both are IsNumberLike or missing literals.
/// kObjectBool counts as kBool.
Kind CommonKind(const ArgumentType& a, const ArgumentType& b);

/// OverflowError where an integer literal does not fit an integer kind.
Status CheckFits(const ArgumentType& argument, Kind kind);

/// The arguments of a call as they were when it was typed.
std::vector<ArgumentType> TypesOf(const std::vector<Argument>& arguments, const std::vector<DType>& types);

/// The type, nullable if `nullable` is true.
DType WithNullable(Kind kind, bool nullable);

/// The finer of two units.
TimeUnit FinerUnit(TimeUnit a, TimeUnit b);
/// Ticks of `fine` in one of `coarse`.
int64_t UnitRatio(TimeUnit coarse, TimeUnit fine);

}  // namespace cask
