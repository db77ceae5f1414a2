#include "cask/plan/assemble_body.h"

#include "cask/compute/task_context.h"
#include "cask/data/batch.h"

namespace cask {
namespace {

std::shared_ptr<const Table> Join(const std::vector<std::shared_ptr<const Piece>>& pieces) {
  if (pieces.size() == 1) return std::static_pointer_cast<const Table>(pieces[0]);
  auto whole = std::make_shared<Table>();
  for (const auto& piece : pieces) {
    const auto& table = static_cast<const Table&>(*piece);
    whole->schema = table.schema;
    whole->batches.insert(whole->batches.end(), table.batches.begin(), table.batches.end());
  }
  return whole;
}

class AssembleBody final : public TaskBody {
 public:
  explicit AssembleBody(std::shared_ptr<const TableFunction> function) : function_(std::move(function)) {}

  int num_outputs() const override { return 1; }
  std::string Describe() const override { return std::string(function_->name()); }

  Result<std::vector<std::shared_ptr<const Piece>>> Run(TaskContext& context) const override {
    std::vector<std::shared_ptr<const Table>> tables;
    for (const auto& group : context.inputs()) tables.push_back(Join(group));
    ARROW_ASSIGN_OR_RAISE(Table result, function_->Apply(tables, context.pool()));
    return std::vector<std::shared_ptr<const Piece>>{std::make_shared<const Table>(std::move(result))};
  }

 private:
  std::shared_ptr<const TableFunction> function_;
};

}  // namespace

std::shared_ptr<const TaskBody> MakeAssembleBody(std::shared_ptr<const TableFunction> function) {
  return std::make_shared<AssembleBody>(std::move(function));
}

}  // namespace cask
