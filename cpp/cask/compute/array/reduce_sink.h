// Reducing an array in parts: a sink that reduces one chunk, and the task body that merges the chunks' states level by level.
#pragma once

#include <memory>

#include "cask/compute/array/array_sink.h"
#include "cask/compute/array/reducer.h"
#include "cask/compute/task_body.h"

namespace cask {

/// What is known of the result's elements after some of the array: for each plane of the reducer `shape` elements in row-major order.
struct ReductionState final : Piece {
  Shape shape;  // reduced axes have length 1
  std::vector<std::shared_ptr<arrow::Buffer>> planes;

  int64_t num_bytes() const override;
  Planes addresses() const;
};

/// One reduction of an array over some of its axes.
struct ArrayReduce {
  std::shared_ptr<const Reducer> reducer;
  std::vector<bool> is_reduced;  // one an axis of the array
  bool keeps_axes = false;       // whether the result has the reduced axes, of length 1
  Shape array_shape;             // the whole array's
  std::string name;
};

/// `input`: the kind of the elements. Gives a ReductionState or, if `is_last`, the finished ArrayChunk.
std::shared_ptr<const ArraySink> MakeReduceSink(ArrayReduce reduce, Kind input, bool is_last);

/// Merges the states of its input group, in order; gives one state or, if `is_last`, the finished ArrayChunk.
std::shared_ptr<const TaskBody> MakeMergeBody(ArrayReduce reduce, bool is_last);

}  // namespace cask
