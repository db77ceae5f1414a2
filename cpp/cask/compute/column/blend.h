// Blending: a column whose rows come from one argument or another, by a mask. What fillna, where, mask and coalesce are made of.
#pragma once

#include "cask/compute/column/function.h"

namespace cask {

/// The type of a column of `a` some of whose rows are replaced by `b`'s; an error where pandas refuses or would make an object column.
Result<DType> BlendType(const ArgumentType& a, const ArgumentType& b);

/// Row i from `a` where mask[i] is 1, from `b` where it is 0.
Result<Column> Blend(const uint8_t* mask, const Argument& a, const DType& a_type, const Argument& b, const DType& b_type,
                     const DType& result_type, int64_t num_rows, arrow::MemoryPool* pool);

/// Whether columns of a type can have missing values at all.
bool CanBeMissing(const DType& type);

}  // namespace cask
