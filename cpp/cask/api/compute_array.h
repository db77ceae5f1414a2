// Running array expressions, on the default cluster or by the engine of this process.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "cask/compute/array/chunk.h"
#include "cask/expr/array_expr.h"

namespace cask {

/// Called several times a second on the waiting thread; an error cancels the computation.
using InterruptCheck = std::function<Status()>;

/// The elements of several arrays, each in row-major order, in memory that nobody else has. One plan: what they have in common is done once.
Result<std::vector<std::shared_ptr<const ArrayChunk>>> ComputeArrays(const std::vector<ArrayExprPtr>& arrays, const InterruptCheck& check = {});

/// The arrays with their chunks computed and held in the memory of this process, also where a cluster has computed them.
Result<std::vector<ArrayExprPtr>> PersistArrays(const std::vector<ArrayExprPtr>& arrays, const InterruptCheck& check = {});

/// The layers of tasks that compute an array, as text.
Result<std::string> ExplainArrays(const std::vector<ArrayExprPtr>& arrays);

}  // namespace cask
