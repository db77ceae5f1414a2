// Comparisons of categories: with a constant, and of ordered ones with each other.
#include <arrow/buffer.h>

#include "cask/compute/column/category_values.h"
#include "cask/compute/column/comparison.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/type_rules.h"

namespace cask {
namespace {

bool IsCategory(const DType& type) { return type.kind() == Kind::kCategory; }

std::string_view MethodName(Operation operation) {
  switch (operation) {
    case Operation::kLess: return "__lt__";
    case Operation::kLessEqual: return "__le__";
    case Operation::kGreater: return "__gt__";
    default: return "__ge__";
  }
}

Status NotAmongCategories(Operation operation) {
  return TypeError("Cannot compare a Categorical for op {} with a scalar, which is not a category.", MethodName(operation));
}

}  // namespace

Status CheckCategoryOrder(Operation operation, const ArgumentType& a, const ArgumentType& b) {
  const bool exchange = !IsCategory(a.type);
  const ArgumentType &column = exchange ? b : a, &other = exchange ? a : b;
  const Categories& categories = Categories::Of(column.type);
  if (!categories.is_ordered) return TypeError("Unordered Categoricals can only compare equality or not");
  if (other.literal == nullptr) {
    if (!IsCategory(other.type)) return TypeError("Cannot compare a Categorical with the given type.");
    if (categories.texts != nullptr && column.type == other.type) return Status::OK();
    return TypeError("Categoricals can only be compared if 'categories' are the same.");
  }
  if (categories.texts == nullptr) return Status::OK();  // what the categories are is seen later
  ARROW_ASSIGN_OR_RAISE(const int32_t found, FindCategory(categories.texts, column.type, *other.literal, arrow::default_memory_pool()));
  return found >= 0 ? Status::OK() : NotAmongCategories(exchange ? Exchanged(operation) : operation);
}

Result<TruthBytes> CompareCategoryOrder(Operation operation, const std::vector<Argument>& arguments, const std::vector<DType>& types,
                                        int64_t num_rows, arrow::MemoryPool* pool) {
  const bool exchange = !IsCategory(types[0]);
  const DType& type = types[exchange];
  const Column& column = std::get<Column>(arguments[exchange]);
  const Operation meant = exchange ? Exchanged(operation) : operation;
  const std::vector<int32_t> ranks = CategoryRanks(column, type);
  ARROW_ASSIGN_OR_RAISE(auto bytes, NewResult(1, num_rows, pool));
  if (const Literal* literal = LiteralOf(arguments[!exchange])) {
    ARROW_ASSIGN_OR_RAISE(const int32_t found, FindCategory(column->dictionary, type, *literal, pool));
    if (found < 0) return NotAmongCategories(meant);
    for (int64_t i = 0; i < num_rows; ++i) {
      bytes->mutable_data()[i] = !IsMissing(column, type, i) && Holds(meant, ranks[Values<int32_t>(column)[i]], ranks[found]);
    }
    return bytes;
  }
  const Column& other = std::get<Column>(arguments[1]);
  const std::vector<int32_t> other_ranks = CategoryRanks(other, types[1]);
  for (int64_t i = 0; i < num_rows; ++i) {
    const bool is_there = !IsMissing(column, type, i) && !IsMissing(other, type, i);
    bytes->mutable_data()[i] = is_there && Holds(meant, ranks[Values<int32_t>(column)[i]], other_ranks[Values<int32_t>(other)[i]]);
  }
  return bytes;
}

Result<TruthBytes> CompareWithCategory(Operation operation, const Column& column, const DType& type, const Literal& literal, int64_t num_rows,
                                       arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(const int32_t found, FindCategory(column->dictionary, type, literal, pool));
  const bool of_others = operation == Operation::kNotEqual;
  ARROW_ASSIGN_OR_RAISE(auto bytes, NewResult(1, num_rows, pool));
  for (int64_t i = 0; i < num_rows; ++i) {
    const bool is_equal = !IsMissing(column, type, i) && Values<int32_t>(column)[i] == found;
    bytes->mutable_data()[i] = is_equal != of_others;
  }
  return bytes;
}

}  // namespace cask
