// Arrow's own compute functions, for what they do as pandas does.
#pragma once

#include <string>
#include <vector>

#include "cask/compute/column/function.h"

namespace arrow::compute {
class FunctionOptions;
}

namespace cask {

/// Calls Arrow's function of that name on one column.
Result<Column> CallArrow(const std::string& name, const Column& column, const arrow::compute::FunctionOptions* options, arrow::MemoryPool* pool);

/// The column with NaT marked in a bitmap as Arrow wants it.
Result<Column> WithNaTAsNull(const Column& column, const DType& type, arrow::MemoryPool* pool);

/// Arrow's booleans, one bit a value, as one byte a value; missing ones are `of_missing` unless the type has a bitmap.
Result<Column> BytesFromBooleans(const Column& booleans, const DType& type, bool of_missing, arrow::MemoryPool* pool);

}  // namespace cask
