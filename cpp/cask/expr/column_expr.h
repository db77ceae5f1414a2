// ColumnExpr: one column computed from the columns of a frame, row by row: a reference, a constant, or a call of a column function.
#pragma once

#include <vector>

#include "cask/compute/column/function.h"
#include "cask/expr/expr.h"

namespace cask {

class ColumnExpr;
using ColumnExprPtr = std::shared_ptr<const ColumnExpr>;

class ColumnExpr final : public Expr {
 public:
  enum class Node : uint8_t { kReference, kLiteral, kCall };

  /// Column `index` of the frame's schema.
  static ColumnExprPtr Reference(int index, DType type);
  static ColumnExprPtr Constant(Literal literal);
  /// The function of that name applied to `arguments`; the error that pandas would raise where their types do not suit it.
  static Result<ColumnExprPtr> Call(std::string_view function, std::vector<ColumnExprPtr> arguments, FunctionOptions options = {},
                                    Origin origin = nullptr);

  std::string_view name() const override;
  Node node() const { return node_; }
  const DType& type() const { return type_; }

  int index() const { return index_; }                                      // kReference
  const Literal& literal() const { return literal_; }                       // kLiteral
  const ColumnFunction& function() const { return *function_; }             // kCall
  const std::vector<ColumnExprPtr>& arguments() const { return arguments_; }  // kCall
  const FunctionOptions& options() const { return options_; }               // kCall

  /// The positions of the frame's columns that it needs, added to `needed` (one flag a column).
  void MarkNeeded(std::vector<bool>* needed) const;

  /// The same computation over a frame of another schema; types are inferred anew.
  /// `positions[i]` is where column i of the old frame is in the new one.
  Result<ColumnExprPtr> Rebind(const Schema& schema, const std::vector<int>& positions) const;
  /// The same computation with references replaced: column i becomes `replacements[i]`.
  Result<ColumnExprPtr> Substitute(const std::vector<ColumnExprPtr>& replacements) const;

  /// As a user would write it: (x + 1) > y. `schema` names the columns.
  std::string ToString(const Schema& schema) const;

 private:
  ColumnExpr(Node node, DType type, Token token, Origin origin) : Expr(token, std::move(origin)), node_(node), type_(std::move(type)) {}

  Node node_;
  DType type_;
  int index_ = -1;
  Literal literal_;
  const ColumnFunction* function_ = nullptr;
  std::vector<ColumnExprPtr> arguments_;
  FunctionOptions options_;
};

}  // namespace cask
