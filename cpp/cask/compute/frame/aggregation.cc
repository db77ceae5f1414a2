#include "cask/compute/frame/aggregation.h"

#include "cask/base/check.h"
#include "cask/compute/frame/gather.h"

namespace cask {
namespace {

/// All values of a key: a category's categories, and a missing one if it was met, or the values that were met.
Result<Column> AllLevels(const GroupIds& groups, int k, const DType& type) {
  ARROW_ASSIGN_OR_RAISE(Column levels, groups.Levels(k));
  if (type.kind() != Kind::kCategory) return levels;
  const int64_t n = levels->dictionary->length;
  ARROW_ASSIGN_OR_RAISE(const auto keys, groups.Keys());
  const bool with_missing = keys[k]->GetNullCount() > 0;
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> indices, arrow::AllocateBuffer((n + 1) * sizeof(int32_t)));
  auto* out = reinterpret_cast<int32_t*>(indices->mutable_data());
  for (int64_t i = 0; i <= n; ++i) out[i] = static_cast<int32_t>(i);
  std::shared_ptr<arrow::Buffer> validity;
  if (with_missing) {
    ARROW_ASSIGN_OR_RAISE(validity, arrow::AllocateEmptyBitmap(n + 1));
    for (int64_t i = 0; i < n; ++i) arrow::bit_util::SetBit(validity->mutable_data(), i);
  }
  Column all = MakeFixedColumn(type, n + with_missing, std::move(indices), std::move(validity), with_missing);
  all->dictionary = levels->dictionary;
  return all;
}

}  // namespace

Result<std::unique_ptr<Aggregation>> Aggregation::Make(std::shared_ptr<const GroupBySpec> spec,
                                                       std::shared_ptr<const AggregatePlan> plan, arrow::MemoryPool* pool) {
  std::unique_ptr<Aggregation> aggregation(new Aggregation(std::move(spec), std::move(plan), pool));
  std::vector<DType> key_types;
  for (int key : aggregation->spec_->keys) key_types.push_back(aggregation->spec_->input.field(key).type);
  ARROW_ASSIGN_OR_RAISE(aggregation->groups_, GroupIds::Make(std::move(key_types), aggregation->spec_->dropna, pool));
  auto& blocks = aggregation->blocks_;
  for (const StateUse& use : aggregation->plan_->states) {
    const DType type = InputTypeOf(*aggregation->spec_, use);
    ARROW_ASSIGN_OR_RAISE(auto state, MakeState(use.kind, type, pool));
    aggregation->states_.push_back(std::move(state));
    auto block = std::find_if(blocks.begin(), blocks.end(), [&](const auto& entry) { return entry.first == use.column; });
    if (block == blocks.end()) block = blocks.insert(block, {use.column, std::make_unique<BlockValues>(type)});
    aggregation->block_of_state_.push_back(static_cast<int>(block - blocks.begin()));
  }
  ARROW_RETURN_NOT_OK(aggregation->GrowStates());
  return aggregation;
}

Status Aggregation::GrowStates() {
  for (auto& state : states_) ARROW_RETURN_NOT_OK(state->Grow(groups_->num_groups()));
  return Status::OK();
}

Status Aggregation::AddRows(const Batch& batch) {
  std::vector<Column> keys;
  for (int key : spec_->keys) keys.push_back(batch.columns[key]);
  static const Column kNoColumn;
  uint32_t ids[kBlockRows];
  for (int64_t begin = 0; begin < batch.num_rows; begin += kBlockRows) {
    const int64_t n = std::min(kBlockRows, batch.num_rows - begin);
    if (groups_->has_keys()) {
      ARROW_RETURN_NOT_OK(groups_->Assign(keys, begin, n, ids));
      ARROW_RETURN_NOT_OK(GrowStates());
    }
    for (auto& [column, block] : blocks_) {
      block->Reset(column < 0 ? kNoColumn : batch.columns[column], begin, n, groups_->has_keys() ? ids : nullptr);
    }
    for (size_t s = 0; s < states_.size(); ++s) ARROW_RETURN_NOT_OK(states_[s]->Update(*blocks_[block_of_state_[s]].second));
  }
  return Status::OK();
}

Status Aggregation::AddStates(const Batch& batch) {
  const size_t num_keys = spec_->keys.size();
  const std::vector<Column> keys(batch.columns.begin(), batch.columns.begin() + num_keys);
  uint32_t ids[kBlockRows];
  for (int64_t begin = 0; begin < batch.num_rows; begin += kBlockRows) {
    const int64_t n = std::min(kBlockRows, batch.num_rows - begin);
    ARROW_RETURN_NOT_OK(groups_->Assign(keys, begin, n, ids));
    ARROW_RETURN_NOT_OK(GrowStates());
    const Column* columns = batch.columns.data() + num_keys;
    for (size_t s = 0; s < states_.size(); ++s) {
      ARROW_RETURN_NOT_OK(states_[s]->Merge(columns, begin, n, ids));
      columns += StateTypes(plan_->states[s].kind, InputTypeOf(*spec_, plan_->states[s])).size();
    }
  }
  return Status::OK();
}

Status Aggregation::AddUnobserved() {
  const auto is_category = [&](int key) { return spec_->input.field(key).type.kind() == Kind::kCategory; };
  if (std::none_of(spec_->keys.begin(), spec_->keys.end(), is_category)) return Status::OK();
  std::vector<Column> levels;
  int64_t num_combinations = 1;
  for (size_t k = 0; k < spec_->keys.size(); ++k) {
    ARROW_ASSIGN_OR_RAISE(Column level, AllLevels(*groups_, static_cast<int>(k), spec_->input.field(spec_->keys[k]).type));
    num_combinations *= level->length;
    if (num_combinations > (int64_t{1} << 28)) {
      return ValueError("observed=False makes more than {} groups of the keys' categories", int64_t{1} << 28);
    }
    levels.push_back(std::move(level));
  }
  std::vector<Column> keys;
  int64_t repeat = num_combinations;  // consecutive combinations with one value of the key
  for (size_t k = 0; k < levels.size(); ++k) {
    repeat /= std::max<int64_t>(levels[k]->length, 1);
    std::vector<uint32_t> rows(num_combinations);
    for (int64_t i = 0; i < num_combinations; ++i) rows[i] = static_cast<uint32_t>(i / std::max<int64_t>(repeat, 1) % levels[k]->length);
    ARROW_ASSIGN_OR_RAISE(Column key, GatherColumn(levels[k], spec_->input.field(spec_->keys[k]).type, rows, pool_));
    keys.push_back(std::move(key));
  }
  uint32_t ids[kBlockRows];
  for (int64_t begin = 0; begin < num_combinations; begin += kBlockRows) {
    ARROW_RETURN_NOT_OK(groups_->Assign(keys, begin, std::min(kBlockRows, num_combinations - begin), ids));
  }
  return GrowStates();
}

Result<std::vector<std::vector<Column>>> Aggregation::FinishAllStates() {
  std::vector<std::vector<Column>> columns;
  for (auto& state : states_) {
    ARROW_ASSIGN_OR_RAISE(auto finished, state->Finish());
    columns.push_back(std::move(finished));
  }
  return columns;
}

Result<Batch> Aggregation::FinishStates() {
  Batch batch;
  batch.num_rows = groups_->num_groups();
  ARROW_ASSIGN_OR_RAISE(batch.columns, groups_->Keys());
  ARROW_ASSIGN_OR_RAISE(auto states, FinishAllStates());
  for (auto& columns : states) batch.columns.insert(batch.columns.end(), columns.begin(), columns.end());
  return batch;
}

Result<Batch> Aggregation::FinishResults() {
  Batch batch;
  batch.num_rows = groups_->num_groups();
  ARROW_ASSIGN_OR_RAISE(batch.columns, groups_->Keys());
  const int num_keys = static_cast<int>(spec_->keys.size());
  ARROW_ASSIGN_OR_RAISE(const auto states, FinishAllStates());
  for (size_t a = 0; a < spec_->aggregates.size(); ++a) {
    const Aggregate& aggregate = spec_->aggregates[a];
    std::vector<Column> columns;
    for (int s : plan_->aggregates[a]) columns.insert(columns.end(), states[s].begin(), states[s].end());
    const Field& planned = plan_->result_schema.field(num_keys + static_cast<int>(a));
    const DType input = InputTypeOf(*spec_, {StateKind::kRows, aggregate.column});
    ARROW_ASSIGN_OR_RAISE(Column finished, FinishAggregate(aggregate, input, planned.type, columns, batch.num_rows, pool_));
    batch.columns.push_back(std::move(finished));
  }
  return batch;
}

}  // namespace cask
