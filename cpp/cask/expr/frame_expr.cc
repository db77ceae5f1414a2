#include "cask/expr/frame_expr.h"

#include <numeric>

namespace cask {
namespace {

std::vector<int> Identity(int n) {
  std::vector<int> positions(n);
  std::iota(positions.begin(), positions.end(), 0);
  return positions;
}

}  // namespace

Schema Projection::schema() const {
  Schema schema;
  for (const NamedColumn& column : columns) schema.Add({column.name, column.value->type()});
  return schema;
}

Token Projection::token() const {
  Tokenizer tokenizer("projection");
  tokenizer.Add(root->token());
  for (const NamedColumn& column : columns) tokenizer.Add(column.name).Add(column.value->token());
  return tokenizer.Finish();
}

Projection Projection::All(FramePtr root) {
  Projection projection{root, {}};
  for (int i = 0; i < root->schema().size(); ++i) {
    const Field& field = root->schema().field(i);
    projection.columns.push_back({field.name, ColumnExpr::Reference(i, field.type)});
  }
  return projection;
}

Result<FramePtr> Rebinder::Rebind(const FramePtr& frame) {
  const auto found = done_.find(frame.get());
  if (found != done_.end()) return found->second;
  ARROW_ASSIGN_OR_RAISE(FramePtr rebound, frame->RebindInputs(*this));
  done_.emplace(frame.get(), rebound);
  return rebound;
}

Result<Projection> Rebinder::Rebind(const Projection& projection) {
  ARROW_ASSIGN_OR_RAISE(FramePtr root, Rebind(projection.root));
  const bool is_outdated = std::any_of(projection.columns.begin(), projection.columns.end(),
                                       [this](const NamedColumn& column) { return IsOutdated(*column.value); });
  if (root == projection.root && !is_outdated) return projection;
  // A root whose columns depend on their types (the numeric ones of a description) may have others now: follow them by name.
  const Schema& old_schema = projection.root->schema();
  std::vector<int> positions = Identity(old_schema.size());
  if (root->schema().size() != old_schema.size()) {
    for (int i = 0; i < old_schema.size(); ++i) positions[i] = root->schema().Find(old_schema.field(i).name);
  }
  Projection rebound{root, {}};
  for (const NamedColumn& column : projection.columns) {
    std::vector<bool> needed(old_schema.size(), false);
    column.value->MarkNeeded(&needed);
    bool is_gone = false;
    for (int i = 0; i < old_schema.size(); ++i) is_gone |= needed[i] && positions[i] < 0;
    if (is_gone) continue;
    ARROW_ASSIGN_OR_RAISE(ColumnExprPtr value, Rebind(*column.value, root->schema(), positions));
    rebound.columns.push_back({column.name, std::move(value)});
  }
  return rebound;
}

Result<ColumnExprPtr> Rebinder::Rebind(const ColumnExpr& column, const Schema& schema, const std::vector<int>& positions) {
  ARROW_ASSIGN_OR_RAISE(ColumnExprPtr rebound, column.Rebind(schema, positions));
  return values_.empty() ? rebound : rebound->ReplaceResults(values_);
}

namespace {

bool HasResult(const ColumnExpr& column) {
  if (column.node() == ColumnExpr::Node::kResult) return true;
  return std::any_of(column.arguments().begin(), column.arguments().end(), [](const ColumnExprPtr& argument) { return HasResult(*argument); });
}

}  // namespace

bool Rebinder::IsOutdated(const ColumnExpr& column) const { return column.is_outdated() || (!values_.empty() && HasResult(column)); }

Result<FramePtr> FilterExpr::Make(FramePtr input, ColumnExprPtr predicate, Origin origin) {
  if (!predicate->type().is_bool() && predicate->type().kind() != Kind::kObjectBool) {
    return TypeError("a filter needs a column of booleans, but {} is {}", predicate->ToString(input->schema()),
                     predicate->type().ToString());
  }
  const Token token = Tokenizer("filter").Add(input->token()).Add(predicate->token()).Finish();
  return FramePtr(new FilterExpr(std::move(input), std::move(predicate), token, std::move(origin)));
}

std::string FilterExpr::Describe() const { return "filter: " + predicate_->ToString(schema()); }

Result<FramePtr> FilterExpr::RebindInputs(Rebinder& rebinder) const {
  ARROW_ASSIGN_OR_RAISE(FramePtr input, rebinder.Rebind(input_));
  if (input == input_ && !rebinder.IsOutdated(*predicate_)) return std::static_pointer_cast<const FrameExpr>(shared_from_this());
  ARROW_ASSIGN_OR_RAISE(ColumnExprPtr predicate, rebinder.Rebind(*predicate_, input->schema(), Identity(schema().size())));
  return Make(std::move(input), std::move(predicate), origin());
}

}  // namespace cask
