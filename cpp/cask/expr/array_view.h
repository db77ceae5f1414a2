// Arrays that show the elements of another one elsewhere: slices, transpositions, broadcasts, new axes; and other cuts into chunks.
#pragma once

#include <optional>

#include "cask/expr/array_expr.h"

namespace cask {

/// One part of an index `x[...]`.
struct IndexItem {
  enum class Form : uint8_t { kInteger, kSlice, kNewAxis, kEllipsis };
  Form form = Form::kSlice;
  int64_t integer = 0;  // kInteger
  std::optional<int64_t> start, stop, step;  // kSlice
};

/// NumPy's basic indexing.
Result<ArrayExprPtr> MakeIndexed(const ArrayExprPtr& array, const std::vector<IndexItem>& items);

/// The axes in that order; reversed if `order` is empty.
Result<ArrayExprPtr> MakeTransposed(const ArrayExprPtr& array, const std::vector<int64_t>& order);

/// numpy.broadcast_to.
Result<ArrayExprPtr> MakeBroadcast(const ArrayExprPtr& array, const Shape& shape);

/// numpy.squeeze: without the axes given, or without all of length 1.
Result<ArrayExprPtr> MakeSqueezed(const ArrayExprPtr& array, const std::optional<std::vector<int64_t>>& axes);

/// numpy.flip.
Result<ArrayExprPtr> MakeFlipped(const ArrayExprPtr& array, const std::optional<std::vector<int64_t>>& axes);

/// Any view; the one of the view of an array is a view of that array.
ArrayExprPtr MakeView(const ArrayExprPtr& array, View view, std::string name);

/// The same array cut as `grid`, which is of its shape.
ArrayExprPtr MakeRechunked(const ArrayExprPtr& array, ChunkGrid grid);

}  // namespace cask
