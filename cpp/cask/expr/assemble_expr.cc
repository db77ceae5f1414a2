#include "cask/expr/assemble_expr.h"

namespace cask {

Result<FramePtr> AssembleExpr::Make(std::vector<Projection> inputs, const TableFunctionSpec& spec, Origin origin) {
  std::vector<Schema> schemas;
  Tokenizer tokenizer("assemble");
  tokenizer.Add(ToBytes(spec));
  for (const Projection& input : inputs) {
    schemas.push_back(input.schema());
    tokenizer.Add(input.token());
  }
  std::shared_ptr<const TableFunction> function = MakeTableFunction(spec);
  ARROW_ASSIGN_OR_RAISE(Schema schema, function->InferSchema(schemas));
  return FramePtr(new AssembleExpr(std::move(inputs), std::move(function), std::move(schema), tokenizer.Finish(), std::move(origin)));
}

Result<FramePtr> AssembleExpr::RebindInputs(Rebinder& rebinder) const {
  std::vector<Projection> inputs;
  bool is_same = true;
  for (const Projection& input : inputs_) {
    ARROW_ASSIGN_OR_RAISE(Projection rebound, rebinder.Rebind(input));
    is_same &= rebound.token() == input.token();
    inputs.push_back(std::move(rebound));
  }
  if (is_same) return std::static_pointer_cast<const FrameExpr>(shared_from_this());
  return Make(std::move(inputs), function_->spec(), origin());
}

}  // namespace cask
