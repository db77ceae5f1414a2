// From column expressions to a program over a batch: common subexpressions become one call.
#pragma once

#include <vector>

#include "cask/compute/column/program.h"
#include "cask/expr/frame_expr.h"

namespace cask {

/// `batch` is what the program's batches hold; `positions[i]` says where column i of the expressions' frame is in it, or -1.
Program CompileProgram(const std::vector<NamedColumn>& columns, const Schema& batch, const std::vector<int>& positions);

}  // namespace cask
