// The batches of a table as an Arrow IPC stream.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "cask/data/batch.h"

namespace cask {

/// Writes the batches with all buffers at multiples of 8 from the stream's beginning. Dictionaries may differ from batch to batch.
Status WriteBatches(const Table& table, arrow::io::OutputStream* stream);

/// Reads exactly `num_batches` batches of `schema` that take up all of `bytes`, without a copy: their columns are slices of it. ValueError if it
/// is no such stream, or if a column does not pass CheckColumn.
Result<std::vector<Batch>> ReadBatches(const Schema& schema, int64_t num_batches, const std::shared_ptr<arrow::Buffer>& bytes);

}  // namespace cask
