#include "cask/expr/breaker_expr.h"

#include "cask/expr/breakers.h"

namespace cask {

int RowIdColumnOf(const Projection& projection) {
  const int row_ids = projection.root->row_id_column();
  if (row_ids < 0) return -1;
  for (size_t i = 0; i < projection.columns.size(); ++i) {
    const ColumnExpr& value = *projection.columns[i].value;
    if (value.node() == ColumnExpr::Node::kReference && value.index() == row_ids) return static_cast<int>(i);
  }
  return -1;
}

Result<FramePtr> BreakerExpr::Make(Projection input, const BreakerSpec& spec, Origin origin) {
  const Schema schema = input.schema();
  ARROW_RETURN_NOT_OK(CheckSpec(spec, schema));
  std::shared_ptr<const Breaker> breaker = MakeBreaker(spec);
  ARROW_ASSIGN_OR_RAISE(BreakerSinks sinks, breaker->MakeSinks(schema));
  const Token token = Tokenizer("breaker").Add(input.token()).Add(ToBytes(spec)).Finish();
  const int row_id_column = breaker->RowIdColumn(RowIdColumnOf(input));
  return FramePtr(new BreakerExpr(std::move(input), std::move(breaker), std::move(sinks), row_id_column, token, std::move(origin)));
}

DType BreakerExpr::FittingType(int column) const {
  if (breaker_->keeps_rows()) {
    const ColumnExpr& value = *input_.columns[column].value;
    return value.node() == ColumnExpr::Node::kReference ? input_.root->FittingType(value.index()) : value.type();
  }
  return breaker_->FittingType(input_.schema(), column).value_or(schema().field(column).type);
}

Result<FramePtr> BreakerExpr::RebindInputs(Rebinder& rebinder) const {
  ARROW_ASSIGN_OR_RAISE(Projection input, rebinder.Rebind(input_));
  if (input.token() == input_.token()) return std::static_pointer_cast<const FrameExpr>(shared_from_this());
  return Make(std::move(input), breaker_->spec(), origin());
}

}  // namespace cask
