// The default index as values: row numbers where they are more than labels of the result.
#pragma once

#include "cask/api/collection.h"

namespace cask {

/// The numbers that `row_ids`, a column of `root`'s rows, stand for. They need a count of the source's rows, which is a run of its own.
Result<ColumnExprPtr> RowNumbersOf(const FramePtr& root, const ColumnExprPtr& row_ids, const Origin& origin);

/// Whether a column is its root's row ids.
bool IsRowIds(const FramePtr& root, const ColumnExpr& column);

}  // namespace cask
