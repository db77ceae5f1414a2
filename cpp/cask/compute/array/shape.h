// Shapes of n-d arrays: sizes, strides, broadcasting and axis numbers, as NumPy has them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cask/base/error.h"

namespace cask {

/// The length of each axis; empty for a single value.
using Shape = std::vector<int64_t>;

/// How many elements an array of that shape has: 1 for the empty shape.
int64_t NumElements(const Shape& shape);

/// For each axis the distance between neighbours, in units of `width`, where the last axis is contiguous.
std::vector<int64_t> RowMajorStrides(const Shape& shape, int64_t width);

/// As Python writes a tuple: "()", "(3,)", "(2, 3)".
std::string FormatShape(const Shape& shape);

/// The common shape, or a ValueError in NumPy's words.
Result<Shape> BroadcastShapes(const std::vector<Shape>& shapes);

/// An axis number from the end made one from the front; an AxisError where there is no such axis.
Result<int> NormalizeAxis(int64_t axis, int num_axes);

/// The same for several, sorted; a ValueError where one comes twice.
Result<std::vector<int>> NormalizeAxes(const std::vector<int64_t>& axes, int num_axes);

}  // namespace cask
