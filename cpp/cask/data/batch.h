// Batch: some consecutive rows of a partition, and what flows between the operators of a fragment.
// Table: the batches of one partition or of one result.
#pragma once

#include <arrow/array/data.h>
#include <arrow/type_fwd.h>

#include <memory>
#include <vector>

#include "cask/data/piece.h"
#include "cask/data/schema.h"

namespace cask {

/// One column of a batch, held as its DType says. Immutable once made.
using Column = std::shared_ptr<arrow::ArrayData>;

struct Batch {
  int64_t num_rows = 0;  // also of a batch without columns
  std::vector<Column> columns;
};

struct Table final : Piece {
  Schema schema;
  std::vector<Batch> batches;

  int64_t num_rows() const;
  int64_t num_bytes() const override;
};

/// Bytes of memory that a column's buffers hold, each buffer once, slices counted whole.
int64_t NumBytes(const Column& column);

/// The rows of `columns`, all of one type, in one array. A single column is returned as it is.
Result<Column> ConcatenateColumns(const std::vector<Column>& columns, const DType& type);

/// Column `i` of all of a table's batches in one array; of the right type also when there are no rows.
Result<Column> CombinedColumn(const Table& table, int i);

Column SliceColumn(const Column& column, int64_t offset, int64_t length);
Batch SliceBatch(const Batch& batch, int64_t offset, int64_t length);

/// A column of `type` without rows.
Column EmptyColumn(const DType& type);

/// A column over one buffer of fixed-width values. `buffer` holds at least `length` values of `type`.
Column MakeFixedColumn(const DType& type, int64_t length, std::shared_ptr<arrow::Buffer> buffer,
                       std::shared_ptr<arrow::Buffer> validity = nullptr, int64_t null_count = 0);

/// The first value of a fixed-width column, its offset taken into account.
template <typename T>
const T* Values(const Column& column) {
  return column->GetValues<T>(1);
}

/// Whether value `i` is missing, by whichever mark the type uses.
bool IsMissing(const Column& column, const DType& type, int64_t i);

}  // namespace cask
