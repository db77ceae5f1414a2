// The comparison operators, as the files for numbers, times and text share them.
#pragma once

#include "cask/compute/column/function.h"
#include "cask/compute/loops/operation.h"

namespace cask {

inline bool IsEquality(Operation operation) { return operation == Operation::kEqual || operation == Operation::kNotEqual; }

/// The operation that gives the same with its sides exchanged: a < b is b > a.
Operation Exchanged(Operation operation);

/// Whether a comparison of these two is true.
bool Holds(Operation operation, int left, int right);

/// Whether two types are compared by value; others are never equal and have no order.
bool AreComparable(const ArgumentType& a, const ArgumentType& b);

/// One byte a row; where a value is missing the byte says what pandas does without NA: only != holds.
using TruthBytes = std::shared_ptr<arrow::Buffer>;
Result<TruthBytes> CompareNumbers(Operation operation, const std::vector<Argument>& arguments, const std::vector<DType>& types, int64_t num_rows,
                                  arrow::MemoryPool* pool);
Result<TruthBytes> CompareTimes(Operation operation, const std::vector<Argument>& arguments, const std::vector<DType>& types, int64_t num_rows,
                                arrow::MemoryPool* pool);
Result<TruthBytes> CompareTexts(Operation operation, const std::vector<Argument>& arguments, const std::vector<DType>& types, int64_t num_rows,
                                arrow::MemoryPool* pool);

/// Whether categories can be compared by order with another column or a constant; what pandas raises if not.
Status CheckCategoryOrder(Operation operation, const ArgumentType& a, const ArgumentType& b);
/// Ordered categories with a constant that is one of them, or with a column of the same ones.
Result<TruthBytes> CompareCategoryOrder(Operation operation, const std::vector<Argument>& arguments, const std::vector<DType>& types,
                                        int64_t num_rows, arrow::MemoryPool* pool);
/// Categories that equal a constant, or do not.
Result<TruthBytes> CompareWithCategory(Operation operation, const Column& column, const DType& type, const Literal& literal, int64_t num_rows,
                                       arrow::MemoryPool* pool);

/// A time or span that a text literal stands for beside a column of `column_type`; nothing if it is none.
std::optional<Literal> TimeFromText(const Literal& text, const DType& column_type);

}  // namespace cask
