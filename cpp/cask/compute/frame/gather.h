// Gather: chosen rows of columns, in a chosen order.
#pragma once

#include <span>

#include "cask/data/batch.h"

namespace cask {

/// Rows of results are handed on in batches of this many.
inline constexpr int64_t kBatchRows = 1 << 16;

Result<Column> GatherColumn(const Column& column, const DType& type, std::span<const uint32_t> rows, arrow::MemoryPool* pool);
Result<Batch> GatherBatch(const Batch& batch, const Schema& schema, std::span<const uint32_t> rows, arrow::MemoryPool* pool);

/// All rows of `batches` in one. Also of the right types when there are none.
Result<Batch> ConcatenateBatches(const std::vector<Batch>& batches, const Schema& schema);

/// A table of one large batch's rows, cut into batches of kBatchRows. The memory stays that of the large batch.
Table MakeTable(Schema schema, Batch batch);

}  // namespace cask
