// Arrays put together and laid out anew: reshape, concatenate, stack; and products of matrices.
#pragma once

#include "cask/expr/array_expr.h"

namespace cask {

/// Whether every chunk is a range of the elements in row-major order: cut along one axis only, those before it being of length 1.
bool IsCutInRows(const ChunkGrid& grid);

/// NumPy's reshape in row-major order; one length may be -1.
Result<ArrayExprPtr> MakeReshaped(const ArrayExprPtr& array, Shape shape);

/// numpy.concatenate.
Result<ArrayExprPtr> MakeConcatenated(std::vector<ArrayExprPtr> arrays, int64_t axis);

/// numpy.stack.
Result<ArrayExprPtr> MakeStacked(const std::vector<ArrayExprPtr>& arrays, int64_t axis);

/// numpy.matmul of vectors and matrices.
Result<ArrayExprPtr> MakeProduct(const ArrayExprPtr& left, const ArrayExprPtr& right);

/// numpy.tensordot: the sum of products over pairs of axes.
Result<ArrayExprPtr> MakeTensordot(const ArrayExprPtr& left, const ArrayExprPtr& right, const std::vector<int64_t>& left_axes,
                                   const std::vector<int64_t>& right_axes);

}  // namespace cask
