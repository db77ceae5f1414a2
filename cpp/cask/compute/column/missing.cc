// isna notna fillna coalesce where mask clip: functions of which rows are missing or chosen.
#include <arrow/buffer.h>

#include "cask/compute/column/blend.h"
#include "cask/compute/column/comparison.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/number_calls.h"
#include "cask/compute/column/registry.h"
#include "cask/compute/column/type_rules.h"

namespace cask {
namespace {

Status FlipBytes(const std::shared_ptr<arrow::Buffer>& bytes) {
  Kind kind;
  FindUnaryLoop(Operation::kLogicalNot, Kind::kBool, &kind)(bytes->data(), bytes->mutable_data(), bytes->size());
  return Status::OK();
}

// Clears the bytes of missing rows.
Status KeepWhereValid(const Column& column, const DType& type, int64_t num_rows, arrow::MemoryPool* pool, const std::shared_ptr<arrow::Buffer>& bytes) {
  ARROW_ASSIGN_OR_RAISE(auto valid, NewResult(1, num_rows, pool));
  ARROW_RETURN_NOT_OK(WriteValidBytes(column, type, num_rows, valid->mutable_data()));
  Kind kind;
  FindBinaryLoop(Operation::kLogicalAnd, Kind::kBool, &kind)(bytes->data(), 1, valid->data(), 1, bytes->mutable_data(), num_rows);
  return Status::OK();
}

class IsMissingFunction final : public ColumnFunction {
 public:
  IsMissingFunction(std::string_view name, bool is_missing) : name_(name), is_missing_(is_missing) {}
  std::string_view name() const override { return name_; }
  Result<DType> InferType(const std::vector<ArgumentType>&, const FunctionOptions&) const override { return DType(Kind::kBool); }
  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType&, const FunctionOptions&,
                         int64_t num_rows, arrow::MemoryPool* pool) const override {
    ARROW_ASSIGN_OR_RAISE(auto bytes, NewResult(1, num_rows, pool));
    ARROW_RETURN_NOT_OK(WriteValidBytes(std::get<Column>(arguments[0]), types[0], num_rows, bytes->mutable_data()));
    if (is_missing_) ARROW_RETURN_NOT_OK(FlipBytes(bytes));
    return MakeFixedColumn(Kind::kBool, num_rows, std::move(bytes));
  }

 private:
  std::string_view name_;
  bool is_missing_;
};

/// fillna(column, value): missing rows take the value, of a literal or of another column.
class FillFunction final : public ColumnFunction {
 public:
  explicit FillFunction(std::string_view name) : name_(name) {}
  std::string_view name() const override { return name_; }
  int min_arguments() const override { return 2; }
  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions&) const override {
    if (!CanBeMissing(arguments[0].type)) return arguments[0].type;
    return BlendType(arguments[0], arguments[1]);
  }
  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type, const FunctionOptions&,
                         int64_t num_rows, arrow::MemoryPool* pool) const override {
    const Column& column = std::get<Column>(arguments[0]);
    if (!CanBeMissing(types[0])) return column;
    ARROW_ASSIGN_OR_RAISE(auto valid, NewResult(1, num_rows, pool));
    ARROW_RETURN_NOT_OK(WriteValidBytes(column, types[0], num_rows, valid->mutable_data()));
    const bool nothing_missing = num_rows == 0 || std::memchr(valid->data(), 0, num_rows) == nullptr;
    if (nothing_missing && result_type == types[0] && types[0].kind() != Kind::kCategory) return column;
    return Blend(valid->data(), arguments[0], types[0], arguments[1], types[1], result_type, num_rows, pool);
  }

 private:
  std::string_view name_;
};

/// where(column, condition, other) keeps rows whose condition is true, mask those whose condition is false. Missing conditions are false.
class WhereFunction final : public ColumnFunction {
 public:
  WhereFunction(std::string_view name, bool keep) : name_(name), keep_(keep) {}
  std::string_view name() const override { return name_; }
  int min_arguments() const override { return 3; }
  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions&) const override {
    const DType& condition = arguments[1].type;
    if (!condition.is_bool() && condition.kind() != Kind::kObjectBool) {
      return TypeError("Boolean array expected for the condition, not {}", condition.ToString());
    }
    return BlendType(arguments[0], arguments[2]);
  }
  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type, const FunctionOptions&,
                         int64_t num_rows, arrow::MemoryPool* pool) const override {
    ARROW_ASSIGN_OR_RAISE(const Column condition, AsColumn(arguments[1], types[1], num_rows, pool));
    ARROW_ASSIGN_OR_RAISE(auto mask, NewResult(1, num_rows, pool));
    ARROW_RETURN_NOT_OK(WriteValidBytes(condition, types[1], num_rows, mask->mutable_data()));
    Kind kind;
    FindBinaryLoop(Operation::kLogicalAnd, Kind::kBool, &kind)(mask->data(), 1, Values<uint8_t>(condition), 1, mask->mutable_data(), num_rows);
    if (!keep_) ARROW_RETURN_NOT_OK(FlipBytes(mask));
    ARROW_ASSIGN_OR_RAISE(const Column column, AsColumn(arguments[0], types[0], num_rows, pool));
    return Blend(mask->data(), column, types[0], arguments[2], types[2], result_type, num_rows, pool);
  }

 private:
  std::string_view name_;
  bool keep_;
};

/// clip(column, lower, upper); a missing literal is no bound.
class ClipFunction final : public ColumnFunction {
 public:
  std::string_view name() const override { return "clip"; }
  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions&) const override {
    DType type = arguments[0].type;
    for (size_t k = 1; k < arguments.size(); ++k) {
      if (IsNoBound(arguments[k].literal)) continue;
      if (!AreComparable(arguments[0], arguments[k]) || type.kind() == Kind::kCategory) {
        return TypeError("Invalid comparison between dtype={} and {}", type.ToString(), ComparedName(arguments[k]));
      }
      if (type.is_bool() && arguments[k].type.is_integer()) continue;
      ARROW_ASSIGN_OR_RAISE(type, BlendType({type, nullptr}, arguments[k]));
    }
    return type;
  }
  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type, const FunctionOptions&,
                         int64_t num_rows, arrow::MemoryPool* pool) const override {
    Column column = std::get<Column>(arguments[0]);
    DType type = types[0];
    for (size_t k = 1; k < arguments.size(); ++k) {
      if (IsNoBound(LiteralOf(arguments[k]))) continue;
      // A row beyond the bound takes it; a missing one compares false and stays.
      const Operation beyond = k == 1 ? Operation::kLess : Operation::kGreater;
      const std::vector<Argument> sides = {column, arguments[k]};
      const std::vector<DType> side_types = {type, types[k]};
      const auto compare = type.is_temporal() ? &CompareTimes : IsText(type) ? &CompareTexts : &CompareNumbers;
      ARROW_ASSIGN_OR_RAISE(auto stays, compare(beyond, sides, side_types, num_rows, pool));
      if (type.nullable()) ARROW_RETURN_NOT_OK(KeepWhereValid(column, type, num_rows, pool, stays));
      ARROW_RETURN_NOT_OK(FlipBytes(stays));
      ARROW_ASSIGN_OR_RAISE(column, Blend(stays->data(), column, type, arguments[k], types[k], result_type, num_rows, pool));
      type = result_type;
    }
    return column;
  }

 private:
  static bool IsNoBound(const Literal* literal) { return literal != nullptr && literal->is_missing(); }
};

}  // namespace

FunctionList MissingFunctions() {
  static const IsMissingFunction kIsNa("isna", true), kNotNa("notna", false);
  static const FillFunction kFill("fillna"), kCoalesce("coalesce");
  static const WhereFunction kWhere("where", true), kMask("mask", false);
  static const ClipFunction kClip;
  return {&kIsNa, &kNotNa, &kFill, &kCoalesce, &kWhere, &kMask, &kClip};
}

}  // namespace cask
