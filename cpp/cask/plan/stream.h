// Stream: the part of a computation that runs batch by batch over one base (a source or a breaker's result): filters, then a
// projection. This is what is fused into a fragment's branch.
#pragma once

#include <vector>

#include "cask/compute/pipeline.h"
#include "cask/expr/frame_expr.h"

namespace cask {

struct Stream {
  FramePtr base;
  std::vector<std::shared_ptr<const FilterExpr>> filters;  // the innermost first
  std::vector<NamedColumn> columns;                        // over the base's schema, which filters keep

  static Stream Of(const Projection& projection);

  /// The base's columns that it reads, one flag a column.
  std::vector<bool> NeededColumns() const;
  /// Its operators over batches that hold the base's columns `read` (ascending positions).
  std::vector<std::shared_ptr<const Transform>> MakeTransforms(const std::vector<int>& read) const;
};

}  // namespace cask
