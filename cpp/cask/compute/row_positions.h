// From row ids (data/row_id.h) to positions in the whole of the rows.
#pragma once

#include <vector>

#include "cask/data/batch.h"

namespace cask {

/// `offsets[p]` is where partition p begins in the whole. In a partition beyond them positions count from its own beginning, as Dask's do.
Result<Column> PositionsOfRowIds(const Column& row_ids, const std::vector<int64_t>& offsets);

}  // namespace cask
