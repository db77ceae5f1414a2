// Where records start in a file: by a guess from some place in its middle, or for certain by a pass from its start.
#pragma once

#include <vector>

#include "cask/io/byte_reader.h"
#include "cask/io/csv/dataset.h"
#include "cask/io/csv/line_tokenizer.h"

namespace cask {

/// The start of the first record at or after `nominal`, as far as the text near it tells. `reader` stands at `nominal` - 1. Assumes not to
/// be within quotes there, unless the lines that follow only make sense the other way.
Result<int64_t> GuessRecordStart(ByteReader* reader, int64_t nominal, const CsvLineTokenizer& tokenizer, int num_fields);

/// The starts of the partitions of file `file`, by reading it from its start: one for each of its partitions.
Result<std::vector<int64_t>> FindPartitionStarts(const CsvDataset& dataset, int file);

/// The number, from 1, of the line that starts at or before `position`.
Result<int64_t> CountLines(const CsvDataset& dataset, int file, int64_t position);

/// The first partition of file `file`.
int64_t FirstPartitionOf(const CsvDataset& dataset, int file);

}  // namespace cask
