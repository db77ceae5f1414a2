// CsvPartitionReader: the rows of one partition of a CSV dataset, batch by batch, and the evidence of what was seen.
// Used by one thread at a time.
#pragma once

#include <arrow/type_fwd.h>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "cask/data/batch.h"
#include "cask/io/csv/dataset.h"
#include "cask/io/csv/knowledge.h"

namespace cask {

struct CsvReadRequest {
  std::shared_ptr<const CsvDataset> dataset;
  std::shared_ptr<const CsvKnowledge> knowledge;
  std::vector<int> columns;     // positions in the dataset, ascending; may be empty: rows are counted only
  bool with_row_id = false;     // one more int64 column at the end (data/row_id.h)
  std::shared_ptr<CsvRunState> run;  // may be null: then a misfit concerns this partition only
};

/// How a reader asks whether to go on; called at least once a few milliseconds. An error stops the read and is passed on.
using CsvBreath = std::function<Status()>;

class CsvPartitionReader {
 public:
  virtual ~CsvPartitionReader() = default;

  static Result<std::unique_ptr<CsvPartitionReader>> Open(const CsvReadRequest& request, int64_t partition, CsvBreath breathe = {},
                                                          arrow::MemoryPool* pool = nullptr);

  /// The next rows, or nothing at the end. After a value that does not fit its assumed type there are no more batches: the rest of the
  /// partition is observed only.
  virtual Result<std::optional<Batch>> Next() = 0;

  /// What was seen. Complete once `Next` has returned nothing.
  virtual CsvEvidence evidence() const = 0;
};

/// What a batch of such a read holds.
Schema SchemaOf(const CsvReadRequest& request);

}  // namespace cask
