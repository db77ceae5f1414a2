// Aggregation: the groups and states of one running aggregation, fed with rows or with states.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <vector>

#include "cask/compute/frame/aggregate_plan.h"
#include "cask/compute/frame/group_ids.h"

namespace cask {

class Aggregation {
 public:
  static Result<std::unique_ptr<Aggregation>> Make(std::shared_ptr<const GroupBySpec> spec, std::shared_ptr<const AggregatePlan> plan,
                                                   arrow::MemoryPool* pool);

  /// A batch of the input.
  Status AddRows(const Batch& batch);
  /// A batch of the state schema.
  Status AddStates(const Batch& batch);
  /// Makes a group of every combination of keys, where a kCategory key's values are all of its categories.
  Status AddUnobserved();

  /// The keys and states of the groups; ends the aggregation.
  Result<Batch> FinishStates();
  /// The keys and results of the groups, by the plan's result schema; ends the aggregation.
  Result<Batch> FinishResults();

 private:
  Aggregation(std::shared_ptr<const GroupBySpec> spec, std::shared_ptr<const AggregatePlan> plan, arrow::MemoryPool* pool)
      : spec_(std::move(spec)), plan_(std::move(plan)), pool_(pool) {}
  Status GrowStates();
  Result<std::vector<std::vector<Column>>> FinishAllStates();

  std::shared_ptr<const GroupBySpec> spec_;
  std::shared_ptr<const AggregatePlan> plan_;
  arrow::MemoryPool* pool_;
  std::unique_ptr<GroupIds> groups_;
  std::vector<std::unique_ptr<AggregateState>> states_;
  std::vector<int> block_of_state_;  // which of blocks_ each state reads
  std::vector<std::pair<int, std::unique_ptr<BlockValues>>> blocks_;  // one an input column, with its number
};

}  // namespace cask
