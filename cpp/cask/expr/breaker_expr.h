// BreakerExpr: an operation that must see many rows before it can give any: aggregation, sorting, the largest rows, quantiles.
// (Such an operator "breaks" the pipeline of batches.) All of them run alike: partitions by themselves, a tree of merges, a last step.
#pragma once

#include "cask/compute/pipeline.h"
#include "cask/expr/breaker_spec.h"
#include "cask/expr/frame_expr.h"

namespace cask {

/// The sinks of the three steps. `merge` and `final` take tables of the schema that `partial` gives.
struct BreakerSinks {
  std::shared_ptr<const Sink> partial;
  std::shared_ptr<const Sink> merge;
  std::shared_ptr<const Sink> final;
};

/// What one breaker does, apart from its input. Immutable.
class Breaker {
 public:
  virtual ~Breaker() = default;
  virtual std::string_view name() const = 0;
  /// What it does with rows of `input`, in one line.
  virtual std::string Describe(const Schema& input) const = 0;
  virtual BreakerSpec spec() const = 0;
  /// Fails as pandas would where the input's types do not suit it.
  virtual Result<BreakerSinks> MakeSinks(const Schema& input) const = 0;
  virtual PartitionRange partitions() const { return {}; }
  /// Whether its rows are rows of the input, with all columns in their places.
  virtual bool keeps_rows() const { return false; }
  /// FrameExpr::FittingType of a column of the result, where it is not the column's own.
  virtual std::optional<DType> FittingType(const Schema& input, int column) const { return std::nullopt; }
  /// Which column of the result holds the input's row ids, or -1. `input_row_ids`: that column of the input, or -1.
  int RowIdColumn(int input_row_ids) const { return keeps_rows() ? input_row_ids : -1; }
};

class BreakerExpr final : public FrameExpr {
 public:
  static Result<FramePtr> Make(Projection input, const BreakerSpec& spec, Origin origin);

  std::string_view name() const override { return breaker_->name(); }
  std::string Describe() const override { return breaker_->Describe(input_.schema()); }
  int row_id_column() const override { return row_id_column_; }
  DType FittingType(int column) const override;
  const Projection& input() const { return input_; }
  const Breaker& breaker() const { return *breaker_; }
  const BreakerSinks& sinks() const { return sinks_; }

 private:
  BreakerExpr(Projection input, std::shared_ptr<const Breaker> breaker, BreakerSinks sinks, int row_id_column, Token token, Origin origin)
      : FrameExpr(Node::kBreaker, sinks.final->schema(), 1, token, std::move(origin)),
        input_(std::move(input)),
        breaker_(std::move(breaker)),
        sinks_(std::move(sinks)),
        row_id_column_(row_id_column) {}
  Result<FramePtr> RebindInputs(Rebinder& rebinder) const override;

  Projection input_;
  std::shared_ptr<const Breaker> breaker_;
  BreakerSinks sinks_;
  int row_id_column_;
};

/// The column of a projection that is its root's row ids, or -1.
int RowIdColumnOf(const Projection& projection);

}  // namespace cask
