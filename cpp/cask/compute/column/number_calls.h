// Calls of one loop on columns of numbers: arguments brought to the loop's kind, bitmaps combined, the result made.
#pragma once

#include "cask/compute/column/function.h"
#include "cask/compute/loops/loops.h"

namespace cask {

/// `operation` on two numbers in kind `kind`. In a nullable float result, NaN is missing, as pandas has it.
Result<Column> CallBinary(Operation operation, Kind kind, const std::vector<Argument>& arguments, const std::vector<DType>& types,
                          const DType& result_type, int64_t num_rows, arrow::MemoryPool* pool);
Result<Column> CallUnary(Operation operation, Kind kind, const std::vector<Argument>& arguments, const std::vector<DType>& types,
                         const DType& result_type, int64_t num_rows, arrow::MemoryPool* pool);

/// A kBool column of n bytes. `nullable` bitmaps of the arguments are combined where the result has one.
Result<Column> TruthColumn(std::shared_ptr<arrow::Buffer> bytes, const std::vector<Argument>& arguments, const DType& result_type,
                           int64_t num_rows, arrow::MemoryPool* pool);

}  // namespace cask
