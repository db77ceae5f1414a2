// The sink of to_csv: each task collects the rows of its partition and writes them to a file of its own, which appears whole or not at
// all. Its result is an empty table.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cask/compute/pipeline.h"
#include "cask/io/csv/writer.h"

namespace cask {

struct CsvSinkRequest {
  enum class Index : uint8_t {
    kColumns,  // the first columns, or none
    kRowIds,   // column `row_ids` holds row ids, which are written as positions
    kRange,    // positions, which no column holds, are written in front
  };

  Schema schema;
  std::vector<std::string> paths;  // one a partition
  CsvWriteOptions options;         // with kRange `num_index_columns` counts the positions, too
  bool header_first_only = false;  // the header stands in partition 0 alone
  bool is_joined = false;          // the files will be one, so a byte-order mark, too, stands in partition 0 alone
  Index index = Index::kColumns;
  int row_ids = -1;
  std::vector<int64_t> offsets;    // where each partition begins in the whole, for kRowIds and kRange
  std::shared_ptr<const void> keep_alive;  // lives as long as any task that may write
};

std::shared_ptr<const Sink> MakeCsvSink(CsvSinkRequest request);

}  // namespace cask
