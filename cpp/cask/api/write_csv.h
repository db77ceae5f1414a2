// Writing a lazy collection as CSV files: one for each partition, or one for all rows in order.
//
// Files are written under other names and renamed at the end of a run that counts, so each appears whole or not at all, and none of
// them before all are complete.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cask/api/compute.h"
#include "cask/io/csv/writer.h"

namespace cask {

struct WriteCsvRequest {
  /// A file, with `single_file`. Else a pattern, whose "*" stands for the partition; one without names a folder of files "*.part".
  std::string path;
  bool single_file = false;
  /// What the "*" stands for, a name a partition; empty: the partitions' numbers, with zeros in front so that they sort.
  std::vector<std::string> partition_names;
  bool header_first_partition_only = false;
  bool index = true;
  enum class Mode : uint8_t {
    kReplace,
    kAppend,
    kCreate,  // OSError if a file is there
  } mode = Mode::kReplace;
  /// The columns' names in the header; not given: their labels. Likewise of the index's levels.
  std::optional<std::vector<std::string>> header_names;
  std::optional<std::vector<std::string>> index_labels;
  /// Members that say what the header and the index hold are not read.
  CsvWriteOptions options;
  bool header = true;
};

/// The paths that are written for a collection of so many partitions.
Result<std::vector<std::string>> CsvPaths(const WriteCsvRequest& request, int64_t num_partitions);

/// Computes `collection` into files; the paths of the files.
Result<std::vector<std::string>> WriteCsv(const Collection& collection, const WriteCsvRequest& request, const ComputeOptions& options = {});

}  // namespace cask
