// Matrix products: a task computes one chunk of the product from a row of chunks of the left and a column of the right matrix.
#pragma once

#include <memory>

#include "cask/compute/array/leaf.h"
#include "cask/compute/task_body.h"

namespace cask {

/// Both leaves are two-dimensional and view (rows, columns, inner), the axes of the product and the one that is summed over, whose
/// length is `inner`. `grid` is that of the product.
std::shared_ptr<const TaskBody> MakeMatmulBody(Leaf left, Leaf right, ChunkGrid grid, int64_t inner);

}  // namespace cask
