#include "cask/compute/column/type_rules.h"

#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

Kind NumberKind(const DType& type) { return type.kind() == Kind::kObjectBool ? Kind::kBool : type.kind(); }

// Whether an integer literal lies within an integer kind.
bool Fits(const Literal& literal, const DType& type) {
  const int bits = 8 * type.width();
  if (const auto* value = std::get_if<uint64_t>(&literal.value())) {
    return *value <= (type.is_signed() ? UINT64_MAX >> (65 - bits) : UINT64_MAX >> (64 - bits));
  }
  const auto* value = std::get_if<int64_t>(&literal.value());
  if (value == nullptr) return true;
  if (type.is_signed()) return *value >= INT64_MIN >> (64 - bits) && *value <= INT64_MAX >> (64 - bits);
  return *value >= 0 && static_cast<uint64_t>(*value) <= UINT64_MAX >> (64 - bits);
}

}  // namespace

bool IsNumberLike(const DType& type) { return type.is_numeric() || type.is_truth(); }

std::string PythonTypeName(const Literal& literal) {
  if (literal.type().kind() == Kind::kTimestamp) return literal.is_missing() ? "NaTType" : "Timestamp";
  if (literal.type().kind() == Kind::kDuration) return literal.is_missing() ? "NaTType" : "Timedelta";
  if (literal.is_missing()) return "NoneType";
  if (literal.type().is_bool()) return "bool";
  if (literal.type().is_integer()) return "int";
  if (literal.type().is_float()) return "float";
  return "str";
}

std::string DescribeOther(const ArgumentType& other) {
  if (other.literal != nullptr) return fmt::format("object of type <class '{}'>", PythonTypeName(*other.literal));
  return fmt::format("dtype '{}'", other.type.ToString());
}

std::string ComparedName(const ArgumentType& other) {
  if (other.literal != nullptr) return PythonTypeName(*other.literal);
  if (other.type.kind() == Kind::kTimestamp) return "DatetimeArray";
  if (other.type.kind() == Kind::kDuration) return "TimedeltaArray";
  if (IsText(other.type)) return "ArrowStringArray";
  if (other.type.kind() == Kind::kCategory) return "Categorical";
  if (other.type.nullable()) return other.type.is_bool() ? "BooleanArray" : other.type.is_float() ? "FloatingArray" : "IntegerArray";
  return "ndarray";
}

Kind CommonKind(const ArgumentType& a, const ArgumentType& b) {
  const bool a_missing = a.literal != nullptr && a.literal->is_missing(), b_missing = b.literal != nullptr && b.literal->is_missing();
  if (a_missing || b_missing) {
    const DType& present = a_missing ? b.type : a.type;
    return present.nullable() ? present.kind() : PromoteWithWeak(NumberKind(present), Kind::kFloat64);
  }
  const bool a_weak = a.literal != nullptr && a.literal->is_weak(), b_weak = b.literal != nullptr && b.literal->is_weak();
  if (a_weak && !b_weak) return PromoteWithWeak(NumberKind(b.type), NumberKind(a.type));
  if (b_weak && !a_weak) return PromoteWithWeak(NumberKind(a.type), NumberKind(b.type));
  return PromoteKinds(NumberKind(a.type), NumberKind(b.type));
}

Status CheckFits(const ArgumentType& argument, Kind kind) {
  if (argument.literal == nullptr || !DType(kind).is_integer() || Fits(*argument.literal, DType(kind))) return Status::OK();
  return OverflowError("Python integer {} out of bounds for {}", argument.literal->ToString(), DType(kind).ToString());
}

std::vector<ArgumentType> TypesOf(const std::vector<Argument>& arguments, const std::vector<DType>& types) {
  std::vector<ArgumentType> result;
  result.reserve(arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i) result.push_back({types[i], std::get_if<Literal>(&arguments[i])});
  return result;
}

DType WithNullable(Kind kind, bool nullable) { return nullable ? DType::Nullable(kind) : DType(kind); }

TimeUnit FinerUnit(TimeUnit a, TimeUnit b) { return a > b ? a : b; }

int64_t UnitRatio(TimeUnit coarse, TimeUnit fine) { return TicksPerSecond(fine) / TicksPerSecond(coarse); }

}  // namespace cask
