// AggregatePlan: which states (state.h) an aggregation keeps, and how its results come of them.
#pragma once

#include <vector>

#include "cask/compute/frame/aggregate.h"
#include "cask/compute/frame/state.h"

namespace cask {

struct StateUse {
  StateKind kind;
  int column;  // of the input; -1: none is read
  bool operator==(const StateUse&) const = default;
};

struct AggregatePlan {
  std::vector<StateUse> states;              // each once
  std::vector<std::vector<int>> aggregates;  // of each aggregate: which of `states` it reads, as FinishAggregate wants them
  Schema state_schema;                       // the keys, then all states' columns
  Schema result_schema;
};

Result<AggregatePlan> PlanAggregates(const GroupBySpec& spec);

/// The type of the values that a state is fed with.
DType InputTypeOf(const GroupBySpec& spec, const StateUse& use);

/// How many columns the first state of an aggregate has; a count and the number of rows may follow.
size_t MainStateWidth(const Aggregate& aggregate, const DType& input);

/// The result of one aggregate. `states` are the columns of the states that it reads, one after the other.
Result<Column> FinishAggregate(const Aggregate& aggregate, const DType& input, const DType& result, const std::vector<Column>& states,
                               int64_t num_groups, arrow::MemoryPool* pool);

}  // namespace cask
