// CsvConverter: turns the texts of one column into values of its type, a stretch of rows at a time. Used by one thread at a time.
#pragma once

#include <memory>

#include "cask/data/batch.h"
#include "cask/io/csv/inference.h"

namespace arrow {
class MemoryPool;
}

namespace cask {

class CsvConverter {
 public:
  virtual ~CsvConverter() = default;

  /// Appends the first `num_rows` fields. Says how many it took: fewer than `num_rows` means that the next does not fit the type.
  virtual Result<int64_t> Append(const CsvFieldColumn& fields, int64_t num_rows) = 0;

  /// The rows since the last call, as a column.
  virtual Result<Column> Finish() = 0;

  /// What is known of the values taken so far, as far as their fitting the type does not say it.
  virtual CsvColumnEvidence seen() const = 0;
};

/// A converter for a column that is assumed to be as `knowledge` says. `rows_per_batch`: how many rows lie between calls of Finish at
/// most. `rules` must live as long.
std::unique_ptr<CsvConverter> MakeConverter(const CsvColumnRules& rules, const CsvColumnKnowledge& knowledge, int64_t rows_per_batch,
                                            arrow::MemoryPool* pool);

// The families that MakeConverter chooses from.
std::unique_ptr<CsvConverter> MakeNumberConverter(const CsvColumnRules& rules, const CsvColumnKnowledge& knowledge, int64_t rows_per_batch,
                                                  arrow::MemoryPool* pool);
std::unique_ptr<CsvConverter> MakeTextConverter(const CsvColumnRules& rules, const CsvColumnKnowledge& knowledge, int64_t rows_per_batch,
                                                arrow::MemoryPool* pool);
std::unique_ptr<CsvConverter> MakeCategoryConverter(const CsvColumnRules& rules, int64_t rows_per_batch, arrow::MemoryPool* pool);
std::unique_ptr<CsvConverter> MakeDateConverter(const CsvColumnRules& rules, const CsvColumnKnowledge& knowledge, int64_t rows_per_batch,
                                                arrow::MemoryPool* pool);

}  // namespace cask
