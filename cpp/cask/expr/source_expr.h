// SourceExpr: rows that come from outside of the computation: files, tables in memory, persisted collections.
#pragma once

#include <optional>

#include "cask/compute/pipeline.h"
#include "cask/expr/frame_expr.h"

namespace cask {

class SourceExpr : public FrameExpr {
 public:
  /// Reads the columns `columns` (positions in the schema, ascending; may be none) of the partitions: task t reads partition
  /// `first_partition + t`.
  virtual Result<std::shared_ptr<const Source>> MakeSource(const std::vector<int>& columns, int64_t first_partition) const = 0;

  /// Takes in what the tasks of one run saw (in any order). False where it contradicts what this expression assumed: then the run's
  /// results are void, and rebinding gives an expression that knows better.
  virtual Result<bool> Learn(const std::vector<std::shared_ptr<const Evidence>>& evidence) const { return true; }

  /// Whether every task that reads a partition gives evidence of it.
  virtual bool gives_evidence() const { return false; }

  /// Rows of each partition where known: of all partitions, or of the first few. Turns row ids into positions.
  virtual std::vector<int64_t> KnownPartitionRows() const { return {}; }

  /// The index's bounds, one more than there are partitions; none where they are not known.
  virtual std::vector<Literal> divisions() const { return {}; }

  /// How much one partition's wanted columns take in memory, estimated; for admission. 0 where unknown.
  virtual int64_t EstimateBytes(const std::vector<int>& columns) const { return 0; }

 protected:
  SourceExpr(Schema schema, int64_t num_partitions, Token token, Origin origin)
      : FrameExpr(Node::kSource, std::move(schema), num_partitions, token, std::move(origin)) {}

  Result<FramePtr> RebindInputs(Rebinder&) const override { return std::static_pointer_cast<const FrameExpr>(shared_from_this()); }
};

}  // namespace cask
