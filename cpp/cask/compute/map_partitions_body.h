// The task of map_partitions: a user's Python function over the rows of one partition.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cask/base/blob.h"
#include "cask/base/origin.h"
#include "cask/base/token.h"
#include "cask/compute/task_body.h"
#include "cask/data/schema.h"

namespace cask {

/// A function over partitions, in the terms of compute/python_caller.h. It is called with the number of the partition and the types of its columns as
/// text, a line each, then the streams of TableForPython, and gives what TableFromPython reads, or says of what other types it is.
struct PartitionFunction {
  std::string name;  // for people: "map_partitions(clean)"
  Blob call;
  Schema schema;     // of what it gives
  bool has_row_ids = false;      // the first column of its input is row ids, which it gets as rows counted from the partition's first
  bool gives_row_ids = false;    // and so is the first column of its result
  bool keeps_divisions = false;  // the index stays within the bounds of its partition
};

/// Names the function in notes.
Token TokenOf(const PartitionFunction& function);

/// What a note of an error says of a function whose result was of other types than its schema: NeedsWiderType.
struct OtherTypes {
  std::string function;  // TokenOf, as text
  std::string types;     // what the function's Python says of them
};
std::optional<OtherTypes> OtherTypesOfNote(std::string_view note);

/// Task t works on partition `first_partition + t`, whose rows are the first table of its input. The last `num_passed` of their columns the function
/// does not get: they follow its results, whose rows must be the same then, by their number and their first column. `origin` is named in errors.
std::shared_ptr<const TaskBody> MakeMapPartitionsBody(PartitionFunction function, int num_passed, int64_t first_partition, int64_t num_partitions,
                                                      Origin origin);

}  // namespace cask
