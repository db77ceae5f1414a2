#include "cask/expr/array_view.h"

#include <numeric>

#include "cask/base/check.h"

namespace cask {
namespace {

struct Range {
  int64_t start;
  int64_t step;
  int64_t length;
};

// Python's slice.indices, and how many positions they are. Where a step leads nowhere it is 1, so that steps of steps stay in the array.
Result<Range> ResolveSlice(const IndexItem& item, int64_t length) {
  const int64_t step = item.step.value_or(1);
  if (step == 0) return ValueError("slice step cannot be zero");
  const int64_t low = step > 0 ? 0 : -1;
  const int64_t high = step > 0 ? length : length - 1;
  const auto clip = [&](int64_t position) { return std::clamp(position < 0 ? position + length : position, low, high); };
  const int64_t start = item.start ? clip(*item.start) : (step > 0 ? low : high);
  const int64_t stop = item.stop ? clip(*item.stop) : (step > 0 ? high : low);
  const int64_t span = step > 0 ? stop - start : start - stop;
  const int64_t count = span <= 0 ? 0 : (span - 1) / std::abs(step) + 1;
  return Range{count == 0 ? 0 : start, count <= 1 ? 1 : step, count};
}

Result<std::vector<IndexItem>> ExpandEllipsis(const std::vector<IndexItem>& items, int num_axes) {
  int indexed = 0;
  int ellipses = 0;
  for (const IndexItem& item : items) {
    indexed += item.form == IndexItem::Form::kInteger || item.form == IndexItem::Form::kSlice;
    ellipses += item.form == IndexItem::Form::kEllipsis;
  }
  if (ellipses > 1) return IndexError("an index can only have a single ellipsis ('...')");
  if (indexed > num_axes) {
    return IndexError("too many indices for array: array is {}-dimensional, but {} were indexed", num_axes, indexed);
  }
  const std::vector<IndexItem> rest(num_axes - indexed);
  std::vector<IndexItem> expanded;
  for (const IndexItem& item : items) {
    if (item.form == IndexItem::Form::kEllipsis) {
      expanded.insert(expanded.end(), rest.begin(), rest.end());
    } else {
      expanded.push_back(item);
    }
  }
  if (ellipses == 0) expanded.insert(expanded.end(), rest.begin(), rest.end());
  return expanded;
}

}  // namespace

ArrayExprPtr MakeView(const ArrayExprPtr& array, View view, std::string name) {
  if (array->node() == ArrayExpr::Node::kView) {
    const auto& inner = static_cast<const ArrayView&>(*array);
    return MakeView(array->operands()[0], view.Over(inner.view()), std::move(name));
  }
  if (view.is_identity(array->shape())) return array;
  return std::make_shared<ArrayView>(std::move(name), std::move(view), array);
}

Result<ArrayExprPtr> MakeIndexed(const ArrayExprPtr& array, const std::vector<IndexItem>& items) {
  ARROW_ASSIGN_OR_RAISE(const auto expanded, ExpandEllipsis(items, array->num_axes()));
  View view;
  for (const IndexItem& item : expanded) {
    const int axis = static_cast<int>(view.sources.size());
    if (item.form == IndexItem::Form::kNewAxis) {
      view.shape.push_back(1);
      continue;
    }
    const int64_t length = array->shape()[axis];
    if (item.form == IndexItem::Form::kInteger) {
      if (item.integer < -length || item.integer >= length) {
        return IndexError("index {} is out of bounds for axis {} with size {}", item.integer, axis, length);
      }
      view.sources.push_back({-1, item.integer < 0 ? item.integer + length : item.integer, 1});
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(const Range range, ResolveSlice(item, length));
    view.sources.push_back({static_cast<int>(view.shape.size()), range.start, range.step});
    view.shape.push_back(range.length);
  }
  return MakeView(array, std::move(view), "getitem");
}

Result<ArrayExprPtr> MakeTransposed(const ArrayExprPtr& array, const std::vector<int64_t>& order) {
  const int num_axes = array->num_axes();
  std::vector<int> axes;
  if (order.empty()) {
    axes.resize(num_axes);
    std::iota(axes.rbegin(), axes.rend(), 0);
  } else {
    if (static_cast<int>(order.size()) != num_axes) return ValueError("axes don't match array");
    ARROW_RETURN_NOT_OK(NormalizeAxes(order, num_axes).status());
    for (int64_t axis : order) axes.push_back(static_cast<int>(axis < 0 ? axis + num_axes : axis));
  }
  return MakeView(array, View::Transpose(array->shape(), axes), "transpose");
}

Result<ArrayExprPtr> MakeBroadcast(const ArrayExprPtr& array, const Shape& shape) {
  const auto common = BroadcastShapes({array->shape(), shape});
  if (!common.ok() || *common != shape) {
    return ValueError("operands could not be broadcast together with remapped shapes [original->remapped]: {} and requested shape {}",
                      FormatShape(array->shape()), FormatShape(shape));
  }
  return MakeView(array, View::Broadcast(array->shape(), shape), "broadcast_to");
}

Result<ArrayExprPtr> MakeSqueezed(const ArrayExprPtr& array, const std::optional<std::vector<int64_t>>& axes) {
  std::vector<bool> is_dropped(array->num_axes(), false);
  if (axes) {
    ARROW_ASSIGN_OR_RAISE(auto dropped, NormalizeAxes(*axes, array->num_axes()));
    for (int axis : dropped) {
      if (array->shape()[axis] != 1) return ValueError("cannot select an axis to squeeze out which has size not equal to one");
      is_dropped[axis] = true;
    }
  } else {
    for (int i = 0; i < array->num_axes(); ++i) is_dropped[i] = array->shape()[i] == 1;
  }
  View view;
  for (int i = 0; i < array->num_axes(); ++i) {
    view.sources.push_back({is_dropped[i] ? -1 : static_cast<int>(view.shape.size()), 0, 1});
    if (!is_dropped[i]) view.shape.push_back(array->shape()[i]);
  }
  return MakeView(array, std::move(view), "squeeze");
}

Result<ArrayExprPtr> MakeFlipped(const ArrayExprPtr& array, const std::optional<std::vector<int64_t>>& axes) {
  std::vector<int> flipped(array->num_axes());
  std::iota(flipped.begin(), flipped.end(), 0);
  if (axes) {
    ARROW_ASSIGN_OR_RAISE(flipped, NormalizeAxes(*axes, array->num_axes()));
  }
  View view = View::Identity(array->shape());
  for (int axis : flipped) view.sources[axis] = {axis, std::max<int64_t>(array->shape()[axis] - 1, 0), -1};
  return MakeView(array, std::move(view), "getitem");
}

ArrayExprPtr MakeRechunked(const ArrayExprPtr& array, ChunkGrid grid) {
  CASK_CHECK(grid.shape() == array->shape());
  if (grid == array->grid()) return array;
  if (array->node() == ArrayExpr::Node::kRechunk) return MakeRechunked(array->operands()[0], std::move(grid));
  return std::make_shared<ArrayRechunk>(std::move(grid), array);
}

}  // namespace cask
