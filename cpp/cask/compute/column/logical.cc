// and or xor: of truth values, bitwise of integers, and by three-valued logic where truth can be missing.
#include <arrow/buffer.h>

#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/number_calls.h"
#include "cask/compute/column/registry.h"
#include "cask/compute/column/type_rules.h"

namespace cask {
namespace {

// A missing literal beside nullable truth values is NA; elsewhere pandas takes it for False.
bool IsTruthOrMissing(const ArgumentType& argument) {
  return argument.type.is_truth() || (argument.literal != nullptr && argument.literal->is_missing()) || argument.type.kind() == Kind::kNull;
}

class LogicalFunction final : public ColumnFunction {
 public:
  LogicalFunction(std::string_view name, Operation operation, std::string_view python_name, std::string_view symbol)
      : name_(name), operation_(operation), python_name_(python_name), symbol_(symbol) {}
  std::string_view name() const override { return name_; }
  int min_arguments() const override { return 2; }

  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions&) const override {
    const ArgumentType &a = arguments[0], &b = arguments[1];
    const bool nullable = a.type.nullable() || b.type.nullable();
    if (IsTruthOrMissing(a) && IsTruthOrMissing(b)) return WithNullable(Kind::kBool, nullable);
    if (HasTruthAndInteger(a, b)) return WithNullable(Kind::kBool, nullable);
    if (a.type.is_integer() && b.type.is_integer()) {
      const Kind kind = CommonKind(a, b);
      ARROW_RETURN_NOT_OK(CheckFits(a, kind));
      ARROW_RETURN_NOT_OK(CheckFits(b, kind));
      if (DType(kind).is_integer()) return WithNullable(kind, nullable);
    }
    return Reject(a, b);
  }

  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type,
                         const FunctionOptions&, int64_t num_rows, arrow::MemoryPool* pool) const override {
    const auto known = TypesOf(arguments, types);
    if (!result_type.is_bool()) return CallBinary(operation_, result_type.kind(), arguments, types, result_type, num_rows, pool);
    if (!IsTruthOrMissing(known[0]) || !IsTruthOrMissing(known[1])) {
      // An integer and a truth value: bitwise, and whether anything is left of it.
      return CallBinary(operation_, CommonKind(known[0], known[1]), arguments, types, result_type, num_rows, pool);
    }
    if (result_type.nullable()) return ThreeValued(arguments, types, result_type, num_rows, pool);
    return TwoValued(arguments, types, result_type, num_rows, pool);
  }

 private:
  static bool HasTruthAndInteger(const ArgumentType& a, const ArgumentType& b) {
    return (a.type.is_bool() && b.type.is_integer()) || (b.type.is_bool() && a.type.is_integer());
  }

  Status Reject(const ArgumentType& a, const ArgumentType& b) const {
    const bool is_text_on_right = IsText(b.type) && !IsText(a.type) && a.literal == nullptr && !a.type.is_temporal();
    const ArgumentType& named = is_text_on_right ? b : a;
    if (IsText(named.type) || named.type.is_temporal()) {
      const std::string reflected = name_ == "xor" ? "rxor" : fmt::format("r{}", python_name_);
      return TypeError("operation '{}' not supported for dtype '{}' with {}", is_text_on_right ? std::string_view(reflected) : python_name_,
                       named.type.ToString(), DescribeOther(is_text_on_right ? a : b));
    }
    if (b.literal != nullptr) {
      return TypeError("Cannot perform '{}' with a dtyped [{}] array and scalar of type [{}]", python_name_, a.type.ToString(),
                       PythonTypeName(*b.literal));
    }
    const auto word = [](const DType& type) { return type.is_float() ? "float" : type.is_integer() ? "int" : type.is_truth() ? "bool" : "object"; };
    return TypeError("unsupported operand type(s) for {}: '{}' and '{}'", symbol_, word(a.type), word(b.type));
  }

  // Missing is false.
  Result<Column> TwoValued(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type, int64_t num_rows,
                           arrow::MemoryPool* pool) const {
    std::vector<Argument> filled;
    for (size_t k = 0; k < 2; ++k) {
      const Literal* literal = LiteralOf(arguments[k]);
      if (literal != nullptr && literal->is_missing()) {
        filled.emplace_back(Literal::Bool(false));
      } else if (types[k].kind() == Kind::kNull) {
        ARROW_ASSIGN_OR_RAISE(auto none, RepeatLiteral(Literal::Bool(false), Kind::kBool, num_rows, pool));
        filled.emplace_back(std::move(none));
      } else if (types[k].kind() == Kind::kObjectBool && literal == nullptr) {
        ARROW_ASSIGN_OR_RAISE(auto truths, TruthsWithoutMissing(std::get<Column>(arguments[k]), num_rows, pool));
        filled.emplace_back(std::move(truths));
      } else {
        filled.push_back(arguments[k]);
      }
    }
    return CallBinary(operation_, Kind::kBool, filled, {Kind::kBool, Kind::kBool}, result_type, num_rows, pool);
  }

  static Result<Column> TruthsWithoutMissing(const Column& column, int64_t num_rows, arrow::MemoryPool* pool) {
    ARROW_ASSIGN_OR_RAISE(auto bytes, NewResult(1, num_rows, pool));
    ARROW_RETURN_NOT_OK(WriteValidBytes(column, Kind::kObjectBool, num_rows, bytes->mutable_data()));
    const uint8_t* values = Values<uint8_t>(column);
    for (int64_t i = 0; i < num_rows; ++i) bytes->mutable_data()[i] &= values[i];
    return MakeFixedColumn(Kind::kBool, num_rows, std::move(bytes));
  }

  // Truth and presence of one argument, a byte each a row.
  struct Truths {
    std::shared_ptr<arrow::Buffer> value, valid;
  };
  static Result<Truths> TruthsOf(const Argument& argument, const DType& type, int64_t num_rows, arrow::MemoryPool* pool) {
    Truths truths;
    ARROW_ASSIGN_OR_RAISE(truths.value, NewResult(1, num_rows, pool));
    ARROW_ASSIGN_OR_RAISE(truths.valid, NewResult(1, num_rows, pool));
    const Literal* literal = LiteralOf(argument);
    if (literal != nullptr || type.kind() == Kind::kNull) {
      const bool missing = literal == nullptr || literal->is_missing();
      uint8_t one = 0;
      if (!missing) StoreLiteral(*literal, Kind::kBool, &one);
      std::memset(truths.value->mutable_data(), one, num_rows);
      std::memset(truths.valid->mutable_data(), !missing, num_rows);
      return truths;
    }
    const auto& column = std::get<Column>(argument);
    std::memcpy(truths.value->mutable_data(), Values<uint8_t>(column), num_rows);
    ARROW_RETURN_NOT_OK(WriteValidBytes(column, type, num_rows, truths.valid->mutable_data()));
    return truths;
  }

  // False and anything is false, true or anything is true, even where the other is missing.
  Result<Column> ThreeValued(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type, int64_t num_rows,
                             arrow::MemoryPool* pool) const {
    ARROW_ASSIGN_OR_RAISE(const Truths a, TruthsOf(arguments[0], types[0], num_rows, pool));
    ARROW_ASSIGN_OR_RAISE(const Truths b, TruthsOf(arguments[1], types[1], num_rows, pool));
    uint8_t *x = a.value->mutable_data(), *known_x = a.valid->mutable_data();
    const uint8_t *y = b.value->data(), *known_y = b.valid->data();
    for (int64_t i = 0; i < num_rows; ++i) {
      const uint8_t both = known_x[i] & known_y[i];
      uint8_t value, known;
      if (operation_ == Operation::kBitwiseAnd) {
        value = x[i] & y[i];
        known = both | (known_x[i] & (x[i] ^ 1)) | (known_y[i] & (y[i] ^ 1));
      } else if (operation_ == Operation::kBitwiseOr) {
        value = (x[i] & known_x[i]) | (y[i] & known_y[i]);
        known = both | (known_x[i] & x[i]) | (known_y[i] & y[i]);
      } else {
        value = x[i] ^ y[i];
        known = both;
      }
      // What decides is what is known: a missing side's byte may be anything.
      if (operation_ == Operation::kBitwiseAnd && !both) value = 0;
      x[i] = value;
      known_x[i] = known;
    }
    ARROW_ASSIGN_OR_RAISE(auto validity, ValidityFromBytes(known_x, num_rows, pool));
    return MakeFixedColumn(result_type, num_rows, a.value, std::move(validity.bitmap), validity.null_count);
  }

  std::string_view name_;
  Operation operation_;
  std::string_view python_name_;
  std::string_view symbol_;
};

}  // namespace

FunctionList LogicalFunctions() {
  static const LogicalFunction kAll[] = {
      {"and", Operation::kBitwiseAnd, "and_", "&"},
      {"or", Operation::kBitwiseOr, "or_", "|"},
      {"xor", Operation::kBitwiseXor, "xor", "^"},
  };
  FunctionList functions;
  for (const auto& function : kAll) functions.push_back(&function);
  return functions;
}

}  // namespace cask
