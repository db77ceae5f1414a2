// Expr: an immutable node of a lazy computation, whether of frames, columns or arrays. Nodes are shared, never changed:
// a rewrite makes new ones. Safe to read from any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cask/base/origin.h"
#include "cask/base/token.h"

namespace cask {

class Expr : public std::enable_shared_from_this<Expr> {
 public:
  virtual ~Expr() = default;
  Expr(const Expr&) = delete;
  Expr& operator=(const Expr&) = delete;

  /// What the node does, as users know it: "read_csv", "filter", "add".
  virtual std::string_view name() const = 0;
  /// Names the node's result; equal tokens mean equal results.
  const Token& token() const { return token_; }
  /// The user's line that made it; null where unknown.
  const Origin& origin() const { return origin_; }

 protected:
  Expr(Token token, Origin origin) : token_(token), origin_(std::move(origin)) {}

 private:
  Token token_;
  Origin origin_;
};

using ExprPtr = std::shared_ptr<const Expr>;

}  // namespace cask
