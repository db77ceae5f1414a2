// Validity: which values of a column are missing, for the types that mark it in a bitmap, and truth values as bytes and as bits.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <vector>

#include "cask/compute/column/function.h"

namespace cask {

/// A bitmap that starts at bit 0, or none where nothing is missing.
struct Validity {
  std::shared_ptr<arrow::Buffer> bitmap;
  int64_t null_count = 0;
};

/// The validity of one column, of any type: from its bitmap, or from NaN and NaT.
Result<Validity> ValidityOf(const Column& column, const DType& type, arrow::MemoryPool* pool);

/// Valid where all arguments are. Only bitmaps and missing literals count: NaN and NaT stay in the values.
Result<Validity> CombineBitmaps(const std::vector<Argument>& arguments, int64_t num_rows, arrow::MemoryPool* pool);

/// The validity that bytes of 0 or 1 tell.
Result<Validity> ValidityFromBytes(const uint8_t* valid, int64_t n, arrow::MemoryPool* pool);

/// One byte a value: 1 where it is there, 0 where it is missing, whatever the type's mark is.
Status WriteValidBytes(const Column& column, const DType& type, int64_t n, uint8_t* out);

/// Bytes of 0 or 1 from n bits that start at bit `offset`.
void UnpackBits(const uint8_t* bits, int64_t offset, int64_t n, uint8_t* bytes);
/// The bits, from bit 0, of n bytes of 0 or 1.
void PackBits(const uint8_t* bytes, int64_t n, uint8_t* bits);

}  // namespace cask
