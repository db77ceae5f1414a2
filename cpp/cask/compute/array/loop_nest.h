// LoopNest: the order in which the elements of a box are visited. Axes are sorted so that memory is read in the order in which it
// lies, and axes that lie end to end for every operand are joined, so that inner loops are long.
#pragma once

#include <vector>

#include "cask/compute/array/shape.h"

namespace cask {

struct LoopNest {
  Shape shape;                                // at least one axis; the last is the innermost
  std::vector<std::vector<int64_t>> strides;  // of each operand, one an axis
  std::vector<std::vector<int>> axes;         // the axes of the box that each axis of the nest stands for, outermost first

  int64_t num_rows() const;
  int64_t row_length() const { return shape.back(); }
  /// Whether an operand is passed with its elements `width` apart, whatever the axes.
  bool is_dense(int operand, int64_t width) const;
};

/// `strides[k]` are operand k's, one an axis of the box; earlier operands decide the order of axes before later ones.
LoopNest MakeLoopNest(const Shape& box, const std::vector<std::vector<int64_t>>& strides);

/// The part of a nest that is computed at once: some whole rows, or a part of one row.
struct TileRange {
  int64_t first_row;
  int64_t num_rows;
  int64_t first;   // within the row
  int64_t length;  // of each row's part
  int64_t size() const { return num_rows * length; }
};

/// Cuts a nest into tiles of at most `limit` elements, in order.
class TileCursor {
 public:
  TileCursor(const LoopNest& nest, int64_t limit);
  /// False at the end.
  bool Next(TileRange* tile);

 private:
  int64_t total_rows_;
  int64_t row_length_;
  int64_t rows_per_tile_;
  int64_t part_;  // elements of a row's part; the row's length where tiles hold whole rows
  int64_t row_ = 0;
  int64_t first_ = 0;
};

/// The offsets of a tile's rows for one operand, `offsets[i]` that of the first element of row i of the tile.
void RowOffsets(const LoopNest& nest, int operand, const TileRange& tile, std::vector<int64_t>* offsets);

}  // namespace cask
