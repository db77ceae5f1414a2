// Aligning: columns that users' functions made of rows, beside columns of the same rows.
//
// The results of a function over partitions have a root of their own. Where they are to be used together with the rows that the function was made for
// (df["y"] = df.x.map(f)), the root is made anew so that all columns of those rows pass by the function; what was over either root is then over the
// new one.
#pragma once

#include <utility>

#include "cask/api/collection.h"

namespace cask {

/// The two over one root, where functions over partitions are all that is between theirs; as they are where that is not so.
Result<std::pair<Collection, Collection>> AlignRows(const Collection& a, const Collection& b);

}  // namespace cask
