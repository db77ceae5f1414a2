// View: where the elements of a result lie in an array that it is a slice, a transposition or a broadcast of.
//
// For each axis of the source it says at which position an element of the result is found:
//   position = start + step * (position along `axis` of the result), or just start where axis is -1.
// 1. No two axes of the source come of the same axis of the result.
// 2. An axis of the result that no axis of the source comes of repeats the same elements (a new axis, a broadcast).
#pragma once

#include <tuple>
#include <type_traits>
#include <vector>

#include "cask/compute/array/chunk_grid.h"

namespace cask {

struct AxisView {
  int axis = -1;
  int64_t start = 0;
  int64_t step = 1;
  bool operator==(const AxisView&) const = default;
};
constexpr auto FieldsOf(std::type_identity<AxisView>) { return std::tuple(&AxisView::axis, &AxisView::start, &AxisView::step); }

struct View {
  Shape shape;                    // of the result
  std::vector<AxisView> sources;  // one for each axis of the source

  static View Identity(const Shape& shape);
  /// The view that broadcasts an array of shape `from` to `to`; the shapes must fit.
  static View Broadcast(const Shape& from, const Shape& to);
  static View Transpose(const Shape& shape, const std::vector<int>& order);

  /// The view that this one gives of what `inner` views.
  View Over(const View& inner) const;
  bool is_identity(const Shape& source) const;
  /// The axis of the source that comes of an axis of the result, or -1.
  int SourceOf(int axis) const;
  /// Whether some element of the source appears more than once in the result.
  bool repeats() const;

  bool operator==(const View&) const = default;
};
constexpr auto FieldsOf(std::type_identity<View>) { return std::tuple(&View::shape, &View::sources); }

/// How the result of a view is cut where its source is cut as `source`: at the same places.
ChunkGrid ViewChunks(const View& view, const ChunkGrid& source);

}  // namespace cask
