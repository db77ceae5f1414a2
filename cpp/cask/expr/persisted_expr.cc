#include "cask/expr/persisted_expr.h"

#include "cask/base/check.h"
#include "cask/expr/breaker_expr.h"

namespace cask {

FramePtr PersistedExpr::Make(Projection input, std::shared_ptr<PersistedData> data, Origin origin) {
  const auto identity = data->identity();
  const int64_t which = identity ? Number(identity->collection) : reinterpret_cast<int64_t>(data.get());
  const Token token = Tokenizer("persisted").Add(input.token()).Add(which).Finish();
  return FramePtr(new PersistedExpr(std::move(input), std::move(data), token, std::move(origin)));
}

int PersistedExpr::row_id_column() const { return RowIdColumnOf(input_); }

Result<std::shared_ptr<const Source>> PersistedExpr::MakeSource(const std::vector<int>& columns, int64_t first_partition) const {
  return data_->MakeSource(input_, columns, first_partition);
}

const SourceExpr& PersistedExpr::base() const {
  const FrameExpr* frame = input_.root.get();
  while (frame->node() == Node::kFilter) frame = static_cast<const FilterExpr*>(frame)->input().get();
  CASK_CHECK(frame->node() == Node::kSource);
  return static_cast<const SourceExpr&>(*frame);
}

Result<bool> PersistedExpr::Learn(const std::vector<std::shared_ptr<const Evidence>>& evidence) const {
  ARROW_ASSIGN_OR_RAISE(const bool is_borne_out, base().Learn(evidence));
  if (!is_borne_out) data_->OnContradiction();
  return is_borne_out;
}

std::vector<int64_t> PersistedExpr::KnownPartitionRows() const { return base().KnownPartitionRows(); }

Result<FramePtr> PersistedExpr::RebindInputs(Rebinder& rebinder) const {
  ARROW_ASSIGN_OR_RAISE(Projection input, rebinder.Rebind(input_));
  if (input.token() == input_.token()) return std::static_pointer_cast<const FrameExpr>(shared_from_this());
  return Make(std::move(input), data_, origin());
}

}  // namespace cask
