#include "cask/expr/visit_columns.h"

namespace cask {

void CollectResults(const Projection& projection, std::unordered_map<Token, Projection, TokenHash>* results) {
  VisitColumns(projection, [&](const ColumnExpr& column) {
    if (column.node() == ColumnExpr::Node::kResult) results->emplace(column.token(), column.result());
  });
}

}  // namespace cask
