// eq ne lt le gt ge: which types can be compared, and comparisons of numbers.
#include "cask/compute/column/comparison.h"

#include <arrow/buffer.h>

#include <cmath>

#include "cask/base/check.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/number_calls.h"
#include "cask/compute/column/category_values.h"
#include "cask/compute/column/registry.h"
#include "cask/compute/column/type_rules.h"

namespace cask {
namespace {

bool IsTextual(const DType& type) { return IsText(type) || type.kind() == Kind::kCategory; }

bool IsMissingLiteral(const ArgumentType& argument) { return argument.literal != nullptr && argument.literal->is_missing(); }

// Categories that are not text meet other columns only as categories.
Status CheckCategoryValuesCompare(const ArgumentType& a, const ArgumentType& b) {
  if (a.type.kind() != Kind::kCategory || b.type.kind() == Kind::kCategory || b.literal != nullptr || b.type.kind() == Kind::kNull) return Status::OK();
  const DType& values = Categories::Of(a.type).values;
  if (IsText(values)) return Status::OK();
  return NotImplementedError("comparing categories of type {} with a column; use .astype('{}') first", values.ToString(), values.ToString());
}

// pandas' "boolean" where either side is nullable, or Arrow's truth values where that is text.
DType TruthType(const ArgumentType& a, const ArgumentType& b) {
  const auto is_arrow_text = [](const ArgumentType& x) { return IsText(x.type) && x.type.nullable(); };
  if (is_arrow_text(a) || is_arrow_text(b)) return DType::ArrowBacked(Kind::kBool);
  const bool are_columns = a.literal == nullptr && b.literal == nullptr;
  if (are_columns && !AreComparable(a, b)) return Kind::kBool;
  return WithNullable(Kind::kBool, a.type.nullable() || b.type.nullable());
}

// An integer literal that the column's integers cannot hold lies beyond all of them: -1 below, 1 above, 0 within.
int SideOf(const Argument& argument, Kind kind) {
  const Literal* literal = LiteralOf(argument);
  if (literal == nullptr || CheckFits({literal->type(), literal}, kind).ok()) return 0;
  const auto* value = std::get_if<int64_t>(&literal->value());
  return value != nullptr && *value < 0 ? -1 : 1;
}

Result<TruthBytes> AllSame(bool truth, int64_t num_rows, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(auto bytes, NewResult(1, num_rows, pool));
  std::memset(bytes->mutable_data(), truth, num_rows);
  return bytes;
}

// int64 against uint64, which have no common integer kind: compared as they are, a negative number being less than all.
Result<TruthBytes> CompareMixedSigns(Operation operation, const std::vector<Argument>& arguments, const std::vector<DType>& types,
                                     int64_t num_rows, arrow::MemoryPool* pool) {
  const bool exchange = types[0].kind() == Kind::kUInt64;
  LoopInput with_sign, without;
  ARROW_RETURN_NOT_OK(with_sign.Prepare(arguments[exchange], types[exchange], Kind::kInt64, num_rows, pool));
  ARROW_RETURN_NOT_OK(without.Prepare(arguments[!exchange], types[!exchange], Kind::kUInt64, num_rows, pool));
  const Operation meant = exchange ? Exchanged(operation) : operation;
  ARROW_ASSIGN_OR_RAISE(auto bytes, NewResult(1, num_rows, pool));
  const auto* x = static_cast<const int64_t*>(with_sign.values());
  const auto* y = static_cast<const uint64_t*>(without.values());
  for (int64_t i = 0; i < num_rows; ++i) {
    const int64_t a = x[i * with_sign.stride()];
    const uint64_t b = y[i * without.stride()];
    const int order = a < 0 ? -1 : static_cast<uint64_t>(a) < b ? -1 : static_cast<uint64_t>(a) > b;
    bytes->mutable_data()[i] = Holds(meant, order, 0);
  }
  return bytes;
}

// Where truth values are missing only != holds.
Status ApplyMissingTruths(Operation operation, const std::vector<Argument>& arguments, const std::vector<DType>& types, int64_t num_rows,
                          arrow::MemoryPool* pool, TruthBytes* bytes) {
  for (size_t k = 0; k < arguments.size(); ++k) {
    const auto* column = std::get_if<Column>(&arguments[k]);
    if (column == nullptr || types[k].kind() != Kind::kObjectBool || !(*column)->buffers[0]) continue;
    for (int64_t i = 0; i < num_rows; ++i) {
      if (IsMissing(*column, types[k], i)) (*bytes)->mutable_data()[i] = operation == Operation::kNotEqual;
    }
  }
  return Status::OK();
}

class ComparisonFunction final : public ColumnFunction {
 public:
  ComparisonFunction(std::string_view name, Operation operation, std::string_view symbol) : name_(name), operation_(operation), symbol_(symbol) {}
  std::string_view name() const override { return name_; }
  int min_arguments() const override { return 2; }

  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions&) const override {
    const ArgumentType &a = arguments[0], &b = arguments[1];
    const DType result = TruthType(a, b);
    if (IsEquality(operation_)) {
      ARROW_RETURN_NOT_OK(CheckCategoryValuesCompare(a, b));
      ARROW_RETURN_NOT_OK(CheckCategoryValuesCompare(b, a));
      return result;
    }
    if (a.type.kind() == Kind::kCategory || b.type.kind() == Kind::kCategory) {
      if (a.type.kind() != Kind::kCategory && IsText(a.type) && a.literal == nullptr) return result;
      ARROW_RETURN_NOT_OK(CheckCategoryOrder(operation_, a, b));
      return result;
    }
    if (!AreComparable(a, b)) {
      const bool exchange = a.literal != nullptr || (b.literal == nullptr && IsNumberLike(a.type));
      const ArgumentType& column = exchange ? b : a;
      return TypeError("Invalid comparison between dtype={} and {}", column.type.ToString(), ComparedName(exchange ? a : b));
    }
    if (a.type.kind() == Kind::kTimestamp && b.type.kind() == Kind::kTimestamp && a.type.timezone().empty() != b.type.timezone().empty()) {
      return TypeError("Cannot compare tz-naive and tz-aware datetime-like objects.");
    }
    return result;
  }

  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type,
                         const FunctionOptions&, int64_t num_rows, arrow::MemoryPool* pool) const override {
    if (result_type.nullable() && (IsMissingLiteral(TypesOf(arguments, types)[0]) || IsMissingLiteral(TypesOf(arguments, types)[1]))) {
      return RepeatLiteral(Literal(), result_type, num_rows, pool);
    }
    ARROW_ASSIGN_OR_RAISE(auto bytes, Compare(arguments, types, num_rows, pool));
    return TruthColumn(std::move(bytes), arguments, result_type, num_rows, pool);
  }

 private:
  Result<TruthBytes> Compare(const std::vector<Argument>& arguments, const std::vector<DType>& types, int64_t num_rows,
                             arrow::MemoryPool* pool) const {
    const auto known = TypesOf(arguments, types);
    for (int k : {0, 1}) {
      if (types[k].kind() != Kind::kCategory || known[!k].type.kind() == Kind::kNull) continue;
      const bool has_order = known[!k].literal != nullptr || known[!k].type.kind() == Kind::kCategory;
      if (!IsEquality(operation_) && has_order && !IsMissingLiteral(known[!k])) return CompareCategoryOrder(operation_, arguments, types, num_rows, pool);
      if (known[!k].literal != nullptr && !IsMissingLiteral(known[!k])) {
        return CompareWithCategory(operation_, std::get<Column>(arguments[k]), types[k], *known[!k].literal, num_rows, pool);
      }
    }
    if (!AreComparable(known[0], known[1]) || IsMissingLiteral(known[0]) || IsMissingLiteral(known[1])) {
      return AllSame(operation_ == Operation::kNotEqual, num_rows, pool);
    }
    if (types[0].is_temporal() || types[1].is_temporal()) return CompareTimes(operation_, arguments, types, num_rows, pool);
    if (IsTextual(types[0]) || IsTextual(types[1])) return CompareTexts(operation_, arguments, types, num_rows, pool);
    return CompareNumbers(operation_, arguments, types, num_rows, pool);
  }

  std::string_view name_;
  Operation operation_;
  std::string_view symbol_;
};

}  // namespace

bool Holds(Operation operation, int left, int right) {
  switch (operation) {
    case Operation::kEqual: return left == right;
    case Operation::kNotEqual: return left != right;
    case Operation::kLess: return left < right;
    case Operation::kLessEqual: return left <= right;
    case Operation::kGreater: return left > right;
    default: return left >= right;
  }
}

Operation Exchanged(Operation operation) {
  switch (operation) {
    case Operation::kLess: return Operation::kGreater;
    case Operation::kLessEqual: return Operation::kGreaterEqual;
    case Operation::kGreater: return Operation::kLess;
    case Operation::kGreaterEqual: return Operation::kLessEqual;
    default: return operation;
  }
}

bool AreComparable(const ArgumentType& a, const ArgumentType& b) {
  // NaN, None and NaT, which a literal does not tell apart, compare with everything, and are equal to nothing.
  if (IsMissingLiteral(a) || IsMissingLiteral(b)) return true;
  if (IsNumberLike(a.type) && IsNumberLike(b.type)) return true;
  if (IsTextual(a.type) && IsTextual(b.type)) return true;
  if (a.type.is_temporal() && a.type.kind() == b.type.kind()) {
    return a.type.kind() == Kind::kDuration || a.type.timezone().empty() == b.type.timezone().empty();
  }
  if (a.type.is_temporal() && b.literal != nullptr && IsText(b.type)) return TimeFromText(*b.literal, a.type).has_value();
  if (b.type.is_temporal() && a.literal != nullptr && IsText(a.type)) return TimeFromText(*a.literal, b.type).has_value();
  return false;
}

Result<TruthBytes> CompareNumbers(Operation operation, const std::vector<Argument>& arguments, const std::vector<DType>& types, int64_t num_rows,
                                  arrow::MemoryPool* pool) {
  const auto known = TypesOf(arguments, types);
  const Kind kind = CommonKind(known[0], known[1]);
  const int left = SideOf(arguments[0], kind), right = SideOf(arguments[1], kind);
  if (left != 0 || right != 0) return AllSame(Holds(operation, left, right), num_rows, pool);
  if (kind == Kind::kFloat64 && types[0].is_integer() && types[1].is_integer()) return CompareMixedSigns(operation, arguments, types, num_rows, pool);
  Kind computed;
  const BinaryLoop loop = FindBinaryLoop(operation, kind, &computed);
  CASK_CHECK(loop != nullptr);
  LoopInput a, b;
  ARROW_RETURN_NOT_OK(a.Prepare(arguments[0], types[0], kind, num_rows, pool));
  ARROW_RETURN_NOT_OK(b.Prepare(arguments[1], types[1], kind, num_rows, pool));
  ARROW_ASSIGN_OR_RAISE(auto bytes, NewResult(1, num_rows, pool));
  loop(a.values(), a.stride(), b.values(), b.stride(), bytes->mutable_data(), num_rows);
  ARROW_RETURN_NOT_OK(ApplyMissingTruths(operation, arguments, types, num_rows, pool, &bytes));
  return bytes;
}

FunctionList ComparisonFunctions() {
  static const ComparisonFunction kAll[] = {
      {"eq", Operation::kEqual, "=="}, {"ne", Operation::kNotEqual, "!="}, {"lt", Operation::kLess, "<"},
      {"le", Operation::kLessEqual, "<="}, {"gt", Operation::kGreater, ">"}, {"ge", Operation::kGreaterEqual, ">="},
  };
  FunctionList functions;
  for (const auto& function : kAll) functions.push_back(&function);
  return functions;
}

}  // namespace cask
