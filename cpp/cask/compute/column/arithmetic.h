// The arithmetic operators, as the files for numbers, times and text share them.
#pragma once

#include "cask/compute/column/function.h"
#include "cask/compute/loops/operation.h"

namespace cask {

struct ArithmeticOperator {
  std::string_view name;         // of the column function: "floordiv"
  Operation operation;
  std::string_view python_name;  // of Python's operator module, which pandas' messages use: "truediv"
  std::string_view symbol;       // "//"
};

/// At least one argument is a time or a span of time.
Result<DType> InferTimeArithmetic(const ArithmeticOperator& op, const ArgumentType& a, const ArgumentType& b);
Result<Column> TimeArithmetic(const ArithmeticOperator& op, const std::vector<Argument>& arguments, const std::vector<DType>& types,
                              const DType& result_type, int64_t num_rows, arrow::MemoryPool* pool);

/// At least one argument is text.
Result<DType> InferTextArithmetic(const ArithmeticOperator& op, const ArgumentType& a, const ArgumentType& b);
Result<Column> TextArithmetic(const ArithmeticOperator& op, const std::vector<Argument>& arguments, const std::vector<DType>& types,
                              const DType& result_type, int64_t num_rows, arrow::MemoryPool* pool);

}  // namespace cask
