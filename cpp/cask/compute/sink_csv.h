// The sink of to_csv: each task collects the rows of its partition and writes them to a file of its own, which appears whole or not at
// all. Its result is an empty table.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cask/base/codec.h"
#include "cask/compute/pipeline.h"
#include "cask/io/csv/writer.h"

namespace cask {

/// What the tasks of to_csv do with their rows, as plain data.
struct CsvSinkSpec {
  enum class Index : uint8_t {
    kColumns,  // the first columns, or none
    kRowIds,   // column `row_ids` holds row ids, which are written as positions
    kRange,    // positions, which no column holds, are written in front
  };

  std::string folder;              // is there; partition i is written to PartitionFile(folder, i)
  int64_t num_partitions = 0;
  CsvWriteOptions options;         // with kRange `num_index_columns` counts the positions, too
  bool header_first_only = false;  // the header stands in partition 0 alone
  bool is_joined = false;          // the files will be one, so a byte-order mark, too, stands in partition 0 alone
  Index index = Index::kColumns;
  int row_ids = -1;
  std::vector<int64_t> offsets;    // where each partition begins in the whole, for kRowIds and kRange
};
template <>
inline constexpr int64_t kNumEnumerators<CsvSinkSpec::Index> = static_cast<int64_t>(CsvSinkSpec::Index::kRange) + 1;
constexpr auto FieldsOf(std::type_identity<CsvSinkSpec>) {
  using Spec = CsvSinkSpec;
  return std::tuple(&Spec::folder, &Spec::num_partitions, &Spec::options, &Spec::header_first_only, &Spec::is_joined, &Spec::index, &Spec::row_ids,
                    &Spec::offsets);
}

std::string PartitionFile(const std::string& folder, int64_t partition);

/// ValueError for what no rows with the columns `rows` in so many partitions can be written by.
Status CheckSpec(const CsvSinkSpec& spec, const Schema& rows, int64_t num_partitions);

/// For a spec that was checked. `keep_alive` lives as long as any task that may write.
std::shared_ptr<const Sink> MakeCsvSink(CsvSinkSpec spec, Schema rows, std::shared_ptr<const void> keep_alive);

}  // namespace cask
