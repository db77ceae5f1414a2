// The optimizer: what is done to expressions between their making and their lowering.
//
// Much of what optimizers of frames do is in the form of the expressions themselves: columns are expressions over one root, so
// projections meet at their source, chains of row-by-row operations are one program, and a filter is next to its source.
#pragma once

#include <vector>

#include "cask/expr/frame_expr.h"

namespace cask {

/// Applies all rewrites, in the order of pass_list.cc. Outputs keep their order, columns and meaning.
Result<std::vector<Projection>> Optimize(std::vector<Projection> outputs);

// The rewrites, one a file.

/// Makes the expressions anew over what sources have learned of their data.
Result<std::vector<Projection>> RebindToSources(std::vector<Projection> outputs);

}  // namespace cask
