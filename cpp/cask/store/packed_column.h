// Packed columns: how batches of persisted columns are held. See docs/store.md.
//
// A packed column is itself a Column: of bytes (Arrow's uint8), or as it was where its type is not worth packing; so that whatever holds, counts or spills columns need not know of it. Immutable.
#pragma once

#include <arrow/type_fwd.h>

#include <vector>

#include "cask/base/error.h"
#include "cask/data/batch.h"

namespace cask {

/// Packs columns one after the other; reuses its scratch memory. Used by one thread at a time.
class ColumnPacker {
 public:
  /// Columns of types that are not worth packing are given back as they are.
  Result<Column> Pack(const Column& column, const DType& type);

 private:
  Result<Column> PackIntegers(const Column& column);
  Result<Column> PackFloats(const Column& column);
  Result<Column> PackText(const Column& column);
  Result<Column> PackPlain(const Column& column);

  std::vector<uint32_t> codes_;
  std::vector<uint32_t> exceptions_;  // rows
};

/// The column as it was before it was packed. Values may share the packed column's memory; where they do not, they come from `pool`.
Result<Column> UnpackColumn(const Column& packed, const DType& type, arrow::MemoryPool* pool);

}  // namespace cask
