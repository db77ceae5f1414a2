// ColumnExpr: one column computed from the columns of a frame, row by row: a reference, a constant, a call of a column function, or the
// one value of another computation (as in `x - x.mean()`), which is computed first and becomes a constant.
#pragma once

#include <atomic>
#include <vector>

#include "cask/compute/column/function.h"
#include "cask/expr/expr.h"

namespace cask {

class ColumnExpr;
struct Projection;
using ColumnExprPtr = std::shared_ptr<const ColumnExpr>;

class ColumnExpr final : public Expr {
 public:
  enum class Node : uint8_t { kReference, kLiteral, kCall, kResult };

  /// Column `index` of the frame's schema.
  static ColumnExprPtr Reference(int index, DType type);
  static ColumnExprPtr Constant(Literal literal);
  /// Set once the values of a call have needed a wider type than was inferred (kWidened in function.h). Shared by all expressions
  /// made over one call, so that rebinding makes them anew with the wider type.
  using WidenedFlag = std::shared_ptr<std::atomic<bool>>;

  /// The function of that name applied to `arguments`; the error that pandas would raise where their types do not suit it.
  static Result<ColumnExprPtr> Call(std::string_view function, std::vector<ColumnExprPtr> arguments, FunctionOptions options = {},
                                    Origin origin = nullptr, WidenedFlag widened = nullptr);

  /// The value of a projection of one column and one row.
  static ColumnExprPtr ResultOf(Projection projection);

  std::string_view name() const override;
  Node node() const { return node_; }
  const DType& type() const { return type_; }

  int index() const { return index_; }                                      // kReference
  const Literal& literal() const { return literal_; }                       // kLiteral
  const ColumnFunction& function() const { return *function_; }             // kCall
  const std::vector<ColumnExprPtr>& arguments() const { return arguments_; }  // kCall
  const FunctionOptions& options() const { return options_; }               // kCall

  const WidenedFlag& widened() const { return widened_; }                   // kCall
  const Projection& result() const { return *result_; }                     // kResult
  /// Whether a call in it has turned out to need a wider type than it was made with.
  bool is_outdated() const;

  /// The positions of the frame's columns that it needs, added to `needed` (one flag a column).
  void MarkNeeded(std::vector<bool>* needed) const;

  /// The same computation over a frame of another schema; types are inferred anew.
  /// `positions[i]` is where column i of the old frame is in the new one.
  Result<ColumnExprPtr> Rebind(const Schema& schema, const std::vector<int>& positions) const;
  /// The same computation with references replaced: column i becomes `replacements[i]`.
  Result<ColumnExprPtr> Substitute(const std::vector<ColumnExprPtr>& replacements) const;

  /// The same computation with the results whose tokens are in `values` replaced by constants.
  Result<ColumnExprPtr> ReplaceResults(const std::unordered_map<Token, Literal, TokenHash>& values) const;

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
  WidenedFlag widened_;
  std::shared_ptr<const Projection> result_;
};

}  // namespace cask
