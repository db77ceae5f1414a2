#include "cask/compute/array/loop_nest.h"

#include <cstdlib>

namespace cask {
namespace {

// Whether axis a should be outside of axis b: the first operand that moves along both and not equally far decides, else their order.
bool IsOuter(const std::vector<std::vector<int64_t>>& strides, int a, int b) {
  for (const std::vector<int64_t>& operand : strides) {
    const int64_t stride_a = std::abs(operand[a]);
    const int64_t stride_b = std::abs(operand[b]);
    if (stride_a != 0 && stride_b != 0 && stride_a != stride_b) return stride_a > stride_b;
  }
  return a < b;
}

bool CanJoin(const std::vector<std::vector<int64_t>>& strides, const Shape& box, int outer, int inner) {
  for (const std::vector<int64_t>& operand : strides) {
    if (operand[outer] != operand[inner] * box[inner]) return false;
  }
  return true;
}

}  // namespace

int64_t LoopNest::num_rows() const {
  int64_t rows = 1;
  for (size_t i = 0; i + 1 < shape.size(); ++i) rows *= shape[i];
  return rows;
}

bool LoopNest::is_dense(int operand, int64_t width) const {
  for (size_t i = shape.size(); i-- > 0;) {
    if (strides[operand][i] != width) return false;
    width *= shape[i];
  }
  return true;
}

LoopNest MakeLoopNest(const Shape& box, const std::vector<std::vector<int64_t>>& strides) {
  std::vector<int> order;
  for (int i = 0; i < static_cast<int>(box.size()); ++i) {
    if (box[i] == 1) continue;
    // An insertion sort: the comparison is no strict order where strides disagree, which std::sort must not be given.
    size_t place = order.size();
    while (place > 0 && IsOuter(strides, i, order[place - 1])) --place;
    order.insert(order.begin() + place, i);
  }
  LoopNest nest;
  nest.strides.resize(strides.size());
  for (size_t i = 0; i < order.size(); ++i) {
    const int axis = order[i];
    if (i > 0 && CanJoin(strides, box, order[i - 1], axis)) {
      nest.shape.back() *= box[axis];
      nest.axes.back().push_back(axis);
      for (size_t k = 0; k < strides.size(); ++k) nest.strides[k].back() = strides[k][axis];
      continue;
    }
    nest.shape.push_back(box[axis]);
    nest.axes.push_back({axis});
    for (size_t k = 0; k < strides.size(); ++k) nest.strides[k].push_back(strides[k][axis]);
  }
  if (nest.shape.empty()) {
    nest.shape = {1};
    nest.axes = {{}};
    for (auto& operand : nest.strides) operand = {0};
  }
  return nest;
}

TileCursor::TileCursor(const LoopNest& nest, int64_t limit) : total_rows_(nest.num_rows()), row_length_(nest.row_length()) {
  if (row_length_ == 0) total_rows_ = 0;
  const int64_t parts = row_length_ <= limit ? 1 : (row_length_ + limit - 1) / limit;
  part_ = parts <= 1 ? row_length_ : limit;
  rows_per_tile_ = parts > 1 || row_length_ == 0 ? 1 : std::max<int64_t>(1, limit / row_length_);
}

bool TileCursor::Next(TileRange* tile) {
  if (row_ >= total_rows_) return false;
  *tile = {row_, std::min(rows_per_tile_, total_rows_ - row_), first_, std::min(part_, row_length_ - first_)};
  first_ += tile->length;
  if (first_ >= row_length_) {
    first_ = 0;
    row_ += tile->num_rows;
  }
  return true;
}

void RowOffsets(const LoopNest& nest, int operand, const TileRange& tile, std::vector<int64_t>* offsets) {
  const std::vector<int64_t>& strides = nest.strides[operand];
  const int num_outer = static_cast<int>(nest.shape.size()) - 1;
  std::array<int64_t, 64> position{};
  int64_t offset = tile.first * strides[num_outer];
  int64_t row = tile.first_row;
  for (int i = num_outer; i-- > 0;) {
    position[i] = row % nest.shape[i];
    row /= nest.shape[i];
    offset += position[i] * strides[i];
  }
  offsets->resize(tile.num_rows);
  for (int64_t r = 0; r < tile.num_rows; ++r) {
    (*offsets)[r] = offset;
    for (int i = num_outer; i-- > 0;) {
      offset += strides[i];
      if (++position[i] < nest.shape[i]) break;
      offset -= strides[i] * nest.shape[i];
      position[i] = 0;
    }
  }
}

}  // namespace cask
