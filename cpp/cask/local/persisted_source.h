// Reading a persisted collection: columns that are held come from the store; the others are computed, given, and kept.
#pragma once

#include <memory>
#include <vector>

#include "cask/compute/pipeline.h"
#include "cask/expr/frame_expr.h"
#include "cask/local/persisted_cache.h"
#include "cask/plan/plan.h"

namespace cask {

/// `columns` of `input`, as computed in `generation`; task t reads partition `first_partition` + t.
std::shared_ptr<const Source> MakePersistedSource(std::shared_ptr<PersistedCache> cache, Projection input, std::vector<int> columns,
                                                  int64_t generation, int64_t first_partition);

/// A task for each partition, which loads every column that is not held yet, and gives an empty table. They do nothing once `cache` is gone.
Plan LoadPlan(std::weak_ptr<PersistedCache> cache, const Projection& input, int64_t generation);

}  // namespace cask
