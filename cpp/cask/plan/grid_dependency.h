// Dependencies between grids of chunks: a task needs the chunks of another array that its own chunk's positions lie in.
#pragma once

#include "cask/compute/array/leaf.h"
#include "cask/plan/dependency.h"

namespace cask {

/// The task of each chunk of `tasks` needs the chunks of `inputs` (one link an axis) from the lowest to the highest position that it
/// reaches, in row-major order. Positions outside of the input array need nothing; nor does a task without elements.
std::shared_ptr<const Dependency> GridPattern(ChunkGrid tasks, ChunkGrid inputs, std::vector<GridLink> links);

/// The links of a view of the whole input array.
std::vector<GridLink> LinksOf(const View& view);

/// Chunks of two arrays of the same number of elements, both cut in rows: a task needs the chunks that its range of elements lies in.
std::shared_ptr<const Dependency> ReshapePattern(ChunkGrid tasks, ChunkGrid inputs);

}  // namespace cask
