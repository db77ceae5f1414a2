// Reading a persisted collection: columns that are held come from the store; the others are computed, given, and kept.
#pragma once

#include <memory>
#include <vector>

#include "cask/compute/pipeline.h"
#include "cask/local/persisted_data.h"

namespace cask {

/// `columns` of `input`, as computed in `generation`; task t reads partition `first_partition` + t.
std::shared_ptr<const Source> MakePersistedSource(std::shared_ptr<PersistedColumns> data, Projection input, std::vector<int> columns,
                                                  int64_t generation, int64_t first_partition);

/// Tasks that load every column of a partition that is not held yet, and give an empty table. They do nothing once `data` is gone.
std::shared_ptr<const TaskBody> MakeLoadBody(std::weak_ptr<PersistedColumns> data, Projection input, int64_t generation);

}  // namespace cask
