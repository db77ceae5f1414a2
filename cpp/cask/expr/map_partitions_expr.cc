#include "cask/expr/map_partitions_expr.h"

#include "cask/data/type_codec.h"
#include "cask/expr/breaker_expr.h"

namespace cask {
namespace {

Token TokenOfResult(const Projection& input, int num_passed, const PartitionFunction& function) {
  Tokenizer tokenizer("map_partitions");
  tokenizer.Add(input.token()).Add(int64_t{num_passed}).Add(function.name).Add(function.call.bytes).Add(ToBytes(function.schema));
  return tokenizer.Add(int64_t{function.has_row_ids}).Add(int64_t{function.gives_row_ids}).Add(int64_t{function.keeps_divisions}).Finish();
}

// The columns from `begin` on, up to `end`.
Schema Part(const Schema& schema, int begin, int end) {
  return Schema(std::vector<Field>(schema.fields().begin() + begin, schema.fields().begin() + end));
}

}  // namespace

Result<FramePtr> MapPartitionsExpr::Make(Projection input, PartitionFunction function, Remake remake, Origin origin, int num_passed) {
  return MakeWith(std::move(input), num_passed, std::move(function), std::move(remake), std::make_shared<Learned>(), 0, std::move(origin));
}

Result<FramePtr> MapPartitionsExpr::Over(Projection input, int num_passed) const {
  return MakeWith(std::move(input), num_passed, function_, remake_, learned_, num_known_, origin());
}

Result<FramePtr> MapPartitionsExpr::MakeWith(Projection input, int num_passed, PartitionFunction function, Remake remake,
                                             std::shared_ptr<Learned> learned, size_t num_known, Origin origin) {
  const int num_columns = static_cast<int>(input.columns.size());
  const bool can_pass = num_passed < num_columns && function.schema.size() > 0;
  if (num_passed < 0 || (num_passed > 0 && !can_pass)) {
    return InternalError("{} columns of {} cannot pass by {}", num_passed, num_columns, function.name);
  }
  const bool can_give = function.has_row_ids && function.schema.size() > 0 && function.schema.field(0).type == DType(Kind::kInt64);
  if ((function.has_row_ids && RowIdColumnOf(input) != 0) || (function.gives_row_ids && !can_give)) {
    return InternalError("{} has no row ids to count", function.name);
  }
  const Token token = TokenOfResult(input, num_passed, function);
  Schema schema = function.schema;
  for (int i = num_columns - num_passed; i < num_columns; ++i) schema.Add({input.columns[i].name, input.columns[i].value->type()});
  return FramePtr(new MapPartitionsExpr(std::move(input), num_passed, std::move(schema), std::move(function), std::move(remake), std::move(learned),
                                        num_known, token, std::move(origin)));
}

int MapPartitionsExpr::row_id_column() const {
  const int row_ids = input_.root->row_id_column();
  for (int i = 0; i < num_passed_; ++i) {
    const ColumnExpr& value = *input_.columns[num_given() + i].value;
    if (row_ids >= 0 && value.node() == ColumnExpr::Node::kReference && value.index() == row_ids) return function_.schema.size() + i;
  }
  return function_.gives_row_ids ? 0 : -1;
}

DType MapPartitionsExpr::FittingType(int column) const {
  if (column < function_.schema.size()) return schema().field(column).type;
  const ColumnExpr& value = *input_.columns[num_given() + column - function_.schema.size()].value;
  return value.node() == ColumnExpr::Node::kReference ? input_.root->FittingType(value.index()) : value.type();
}

void MapPartitionsExpr::Learn(const std::string& found) const {
  std::lock_guard lock(learned_->mutex);
  std::vector<std::string>& all = learned_->found;
  if (std::find(all.begin(), all.end(), found) == all.end()) all.push_back(found);
}

Result<FramePtr> MapPartitionsExpr::RebindInputs(Rebinder& rebinder) const {
  ARROW_ASSIGN_OR_RAISE(Projection input, rebinder.Rebind(input_));
  std::vector<std::string> found;
  {
    std::lock_guard lock(learned_->mutex);
    found = learned_->found;
  }
  if (input.token() == input_.token() && found.size() == num_known_) return std::static_pointer_cast<const FrameExpr>(shared_from_this());
  PartitionFunction function = function_;
  const Schema given = Part(input.schema(), 0, num_given());
  if (remake_ && (given != Part(input_.schema(), 0, num_given()) || found.size() != num_known_)) {
    ARROW_ASSIGN_OR_RAISE(function, remake_(given, found));
  }
  return MakeWith(std::move(input), num_passed_, std::move(function), remake_, learned_, found.size(), origin());
}

}  // namespace cask
