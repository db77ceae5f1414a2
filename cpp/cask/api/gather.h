// Gathering: from the tables of a run's tasks to one result, row ids turned into positions.
#pragma once

#include <memory>
#include <vector>

#include "cask/api/compute.h"
#include "cask/data/piece.h"

namespace cask {

/// `pieces`: the tables of all tasks of the output that `collection` became, in order.
Result<Computed> Gather(const Collection& collection, const std::vector<std::shared_ptr<const Piece>>& pieces);

}  // namespace cask
