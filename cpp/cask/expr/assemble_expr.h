// AssembleExpr: a table put together from whole results of other computations, in one task.
#pragma once

#include "cask/compute/frame/table_function.h"
#include "cask/expr/frame_expr.h"

namespace cask {

class AssembleExpr final : public FrameExpr {
 public:
  static Result<FramePtr> Make(std::vector<Projection> inputs, const TableFunctionSpec& function, Origin origin);

  std::string_view name() const override { return function_->name(); }
  std::string Describe() const override { return std::string(function_->name()); }
  const std::vector<Projection>& inputs() const { return inputs_; }
  const std::shared_ptr<const TableFunction>& function() const { return function_; }

 private:
  AssembleExpr(std::vector<Projection> inputs, std::shared_ptr<const TableFunction> function, Schema schema, Token token, Origin origin)
      : FrameExpr(Node::kAssemble, std::move(schema), 1, token, std::move(origin)), inputs_(std::move(inputs)), function_(std::move(function)) {}
  Result<FramePtr> RebindInputs(Rebinder& rebinder) const override;

  std::vector<Projection> inputs_;
  std::shared_ptr<const TableFunction> function_;
};

}  // namespace cask
