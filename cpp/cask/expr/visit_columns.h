// Going through all expressions of a computation.
#pragma once

#include <functional>

#include "cask/expr/frame_expr.h"

namespace cask {

/// Calls `visit` for each column expression that `projection` is made of, those of the frames below included, once each.
void VisitColumns(const Projection& projection, const std::function<void(const ColumnExpr&)>& visit);
/// The same for each frame.
void VisitFrames(const Projection& projection, const std::function<void(const FrameExpr&)>& visit);

}  // namespace cask
