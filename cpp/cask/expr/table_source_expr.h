// TableSourceExpr: rows that are in memory already: a pandas DataFrame, an Arrow table, a computed result.
#pragma once

#include "cask/expr/source_expr.h"

namespace cask {

class TableSourceExpr final : public SourceExpr {
 public:
  /// `table`'s rows cut at `bounds`: partition i is the rows [bounds[i], bounds[i + 1]). `divisions`: the index's bounds, or none.
  /// `identity` names the contents.
  static Result<FramePtr> Make(std::shared_ptr<const Table> table, std::vector<int64_t> bounds, std::vector<Literal> divisions,
                               Token identity, Origin origin);

  std::string_view name() const override { return "from_memory"; }
  std::string Describe() const override;
  Result<std::shared_ptr<const Source>> MakeSource(const std::vector<int>& columns, int64_t first_partition) const override;
  std::vector<int64_t> KnownPartitionRows() const override;
  std::vector<Literal> divisions() const override { return divisions_; }
  const std::shared_ptr<const Table>& table() const { return table_; }
  const std::vector<int64_t>& bounds() const { return bounds_; }
  const Token& identity() const { return identity_; }

 private:
  TableSourceExpr(std::shared_ptr<const Table> table, std::vector<int64_t> bounds, std::vector<Literal> divisions, Token identity,
                  Token token, Origin origin)
      : SourceExpr(table->schema, static_cast<int64_t>(bounds.size()) - 1, token, std::move(origin)),
        table_(std::move(table)),
        bounds_(std::move(bounds)),
        divisions_(std::move(divisions)),
        identity_(identity) {}

  std::shared_ptr<const Table> table_;
  std::vector<int64_t> bounds_;
  std::vector<Literal> divisions_;
  Token identity_;
};

}  // namespace cask
