// FrameExpr: rows: a source of them, or what is made of other rows by filtering, aggregating, sorting, ...
//
// Computing columns from columns is not a node of its own: a collection is a Projection, column expressions over the rows of one
// FrameExpr, so `df.x + df.y` is one root with one expression, and every operation that is not row by row starts a new root.
//
//   ReadCsv ◄── Filter(x > 0) ◄── Projection{y + 1} ◄── Aggregate(sum)
#pragma once

#include <unordered_map>
#include <vector>

#include "cask/expr/column_expr.h"

namespace cask {

class FrameExpr;
using FramePtr = std::shared_ptr<const FrameExpr>;

struct NamedColumn {
  std::string name;
  ColumnExprPtr value;
};

/// Columns computed from the rows of `root`.
struct Projection {
  FramePtr root;
  std::vector<NamedColumn> columns;

  Schema schema() const;
  Token token() const;
  /// Every column of `root` as it is.
  static Projection All(FramePtr root);
};

/// Makes expressions anew over what sources have learned of their data since the expressions were made: a column that turned out
/// to hold decimals, say. Shared parts are made once. Not thread-safe.
class Rebinder {
 public:
  using Values = std::unordered_map<Token, Literal, TokenHash>;

  Rebinder() = default;
  /// Replaces, besides, results of other computations that are known by now; `values` are by the tokens of their column expressions.
  explicit Rebinder(Values values) : values_(std::move(values)) {}

  /// `frame` itself where nothing has changed.
  Result<FramePtr> Rebind(const FramePtr& frame);
  Result<Projection> Rebind(const Projection& projection);
  /// A column of a frame whose schema has become `schema`; column i of the old frame is at `positions[i]`.
  Result<ColumnExprPtr> Rebind(const ColumnExpr& column, const Schema& schema, const std::vector<int>& positions);
  /// Whether a column has to be made anew though the frame below it has not changed.
  bool IsOutdated(const ColumnExpr& column) const;

 private:
  Values values_;
  std::unordered_map<const FrameExpr*, FramePtr> done_;
};

/// Adds the results of other computations (ColumnExpr::kResult) that `projection` needs to `results`, by their tokens.
void CollectResults(const Projection& projection, std::unordered_map<Token, Projection, TokenHash>* results);

class FrameExpr : public Expr {
 public:
  enum class Node : uint8_t { kSource, kFilter, kBreaker, kAssemble, kMapPartitions };

  Node node() const { return node_; }
  const Schema& schema() const { return schema_; }
  int64_t num_partitions() const { return num_partitions_; }
  /// Which column holds row ids (data/row_id.h), or -1.
  virtual int row_id_column() const { return -1; }
  /// The type that pandas gives a column of a result if all of its values fit it: a group-by's sum of int8. Mostly the column's own.
  virtual DType FittingType(int column) const { return schema_.field(column).type; }
  /// One line for `explain()`.
  virtual std::string Describe() const = 0;

 protected:
  FrameExpr(Node node, Schema schema, int64_t num_partitions, Token token, Origin origin)
      : Expr(token, std::move(origin)), node_(node), schema_(std::move(schema)), num_partitions_(num_partitions) {}

 private:
  friend class Rebinder;
  /// The same operation over rebound inputs; itself where they are the same.
  virtual Result<FramePtr> RebindInputs(Rebinder& rebinder) const = 0;

  Node node_;
  Schema schema_;
  int64_t num_partitions_;
};

/// The rows of `input` for which `predicate` is true.
class FilterExpr final : public FrameExpr {
 public:
  /// TypeError where the predicate is not of booleans.
  static Result<FramePtr> Make(FramePtr input, ColumnExprPtr predicate, Origin origin);

  std::string_view name() const override { return "filter"; }
  std::string Describe() const override;
  int row_id_column() const override { return input_->row_id_column(); }
  DType FittingType(int column) const override { return input_->FittingType(column); }
  const FramePtr& input() const { return input_; }
  const ColumnExprPtr& predicate() const { return predicate_; }

 private:
  FilterExpr(FramePtr input, ColumnExprPtr predicate, Token token, Origin origin)
      : FrameExpr(Node::kFilter, input->schema(), input->num_partitions(), token, std::move(origin)),
        input_(std::move(input)),
        predicate_(std::move(predicate)) {}
  Result<FramePtr> RebindInputs(Rebinder& rebinder) const override;

  FramePtr input_;
  ColumnExprPtr predicate_;
};

}  // namespace cask
