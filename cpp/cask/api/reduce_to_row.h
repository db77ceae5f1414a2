// What the operations that reduce columns have in common.
#pragma once

#include <string>
#include <vector>

#include "cask/api/collection.h"
#include "cask/compute/frame/aggregate.h"

namespace cask {

/// Only the value columns, which is all that a reduction reads.
Projection ValuesOf(const Collection& collection);
/// The columns that numeric_only=True leaves.
Collection NumbersAndBools(const Collection& collection);
/// `count` positions from `first` on.
std::vector<int> Positions(int first, int count);
/// The one-row result of `aggregates` over the columns of `values`.
Result<FramePtr> ReduceToRow(const Projection& values, std::vector<Aggregate> aggregates, const Origin& origin);
/// The columns of several results beside each other, the shorter ones continued with missing values.
Result<Projection> PutSideBySide(std::vector<Projection> parts, const Origin& origin);

}  // namespace cask
