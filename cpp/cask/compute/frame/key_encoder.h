// KeyEncoder: numbers the distinct values of a column, so that everything later works on small integers.
//
// Threads: one at a time.
// Invariants: 1. Code 0 is a missing value; other values have the codes 1, 2, ... in order of first appearance.
//             2. -0.0 and 0.0 are one value, as are all NaNs (missing); which of equal values is kept is the first one's.
#pragma once

#include <memory>

#include "cask/data/batch.h"

namespace arrow { class MemoryPool; }

namespace cask {

/// Rows that are encoded and aggregated at a time: what belongs to them stays in the first levels of the cache.
inline constexpr int64_t kBlockRows = 4096;

class KeyEncoder {
 public:
  virtual ~KeyEncoder() = default;
  /// The codes of rows [begin, begin + num_rows); num_rows is at most kBlockRows.
  virtual Status Encode(const Column& column, int64_t begin, int64_t num_rows, uint32_t* codes) = 0;
  /// The values of codes.
  virtual Result<Column> Decode(const uint32_t* codes, int64_t num_rows) const = 0;
  /// How many distinct values there are but missing.
  virtual int64_t num_values() const = 0;
};

Result<std::unique_ptr<KeyEncoder>> MakeKeyEncoder(const DType& type, arrow::MemoryPool* pool);

/// For each way of holding values; MakeKeyEncoder chooses.
std::unique_ptr<KeyEncoder> MakeFixedKeyEncoder(const DType& type, arrow::MemoryPool* pool);
std::unique_ptr<KeyEncoder> MakeStringKeyEncoder(const DType& type, arrow::MemoryPool* pool);
/// `known`: the categories that are known beforehand, or null; their positions are kept.
Result<std::unique_ptr<KeyEncoder>> MakeCategoryKeyEncoder(std::shared_ptr<arrow::ArrayData> known, arrow::MemoryPool* pool);

/// A bitmap with a bit for each code that is not 0, or null if there are none that are; counts the missing.
Result<std::shared_ptr<arrow::Buffer>> ValidityOfCodes(const uint32_t* codes, int64_t num_rows, arrow::MemoryPool* pool,
                                                       int64_t* num_missing);

}  // namespace cask
