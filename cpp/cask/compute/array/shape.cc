#include "cask/compute/array/shape.h"

#include <fmt/format.h>

namespace cask {

int64_t NumElements(const Shape& shape) {
  int64_t count = 1;
  for (int64_t length : shape) count *= length;
  return count;
}

std::vector<int64_t> RowMajorStrides(const Shape& shape, int64_t width) {
  std::vector<int64_t> strides(shape.size());
  int64_t stride = width;
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

std::string FormatShape(const Shape& shape) {
  if (shape.size() == 1) return fmt::format("({},)", shape[0]);
  return fmt::format("({})", fmt::join(shape, ", "));
}

Result<Shape> BroadcastShapes(const std::vector<Shape>& shapes) {
  Shape common;
  for (const Shape& shape : shapes) {
    if (shape.size() > common.size()) common.insert(common.begin(), shape.size() - common.size(), 1);
    const size_t lead = common.size() - shape.size();
    for (size_t i = 0; i < shape.size(); ++i) {
      int64_t& length = common[lead + i];
      if (length == 1) {
        length = shape[i];
      } else if (shape[i] != 1 && shape[i] != length) {
        std::string all;
        for (const Shape& each : shapes) all += FormatShape(each) + " ";
        return ValueError("operands could not be broadcast together with shapes {}", all);
      }
    }
  }
  return common;
}

Result<int> NormalizeAxis(int64_t axis, int num_axes) {
  if (axis < -num_axes || axis >= num_axes) {
    return AxisError("axis {} is out of bounds for array of dimension {}", axis, num_axes);
  }
  return static_cast<int>(axis < 0 ? axis + num_axes : axis);
}

Result<std::vector<int>> NormalizeAxes(const std::vector<int64_t>& axes, int num_axes) {
  std::vector<int> normalized;
  for (int64_t axis : axes) {
    ARROW_ASSIGN_OR_RAISE(int each, NormalizeAxis(axis, num_axes));
    normalized.push_back(each);
  }
  std::sort(normalized.begin(), normalized.end());
  if (std::adjacent_find(normalized.begin(), normalized.end()) != normalized.end()) {
    return ValueError("duplicate value in 'axis'");
  }
  return normalized;
}

}  // namespace cask
