#include "cask/compute/frame/aggregate_plan.h"

#include "cask/base/check.h"

namespace cask {
namespace {

bool MayBeMissing(const DType& type) {
  return type.is_float() || type.is_temporal() || type.has_bitmap() || type.kind() == Kind::kNull;
}

StateKind PositionKind(const Aggregate& aggregate) {
  if (aggregate.kind == AggregateKind::kFirst) return aggregate.skipna ? StateKind::kFirst : StateKind::kFirstRow;
  return aggregate.skipna ? StateKind::kLast : StateKind::kLastRow;
}

/// The state that holds the aggregate itself; the counts that tell whether it is missing come on top.
StateKind MainState(const Aggregate& aggregate, const DType& type) {
  const bool is_float = type.is_float();
  switch (aggregate.kind) {
    case AggregateKind::kSize: return StateKind::kRows;
    case AggregateKind::kCount: return StateKind::kCount;
    case AggregateKind::kSum:
      if (IsHeldAsText(type)) return StateKind::kConcatenation;
      return is_float ? StateKind::kFloatSum : StateKind::kIntSum;
    case AggregateKind::kProd: return is_float ? StateKind::kFloatProduct : StateKind::kIntProduct;
    case AggregateKind::kMin: return IsHeldAsText(type) ? StateKind::kTextMin : is_float ? StateKind::kFloatMin : StateKind::kIntMin;
    case AggregateKind::kMax: return IsHeldAsText(type) ? StateKind::kTextMax : is_float ? StateKind::kFloatMax : StateKind::kIntMax;
    case AggregateKind::kMean: return type.is_temporal() ? StateKind::kTickSum : StateKind::kFloatSum;
    case AggregateKind::kVar:
    case AggregateKind::kStd:
    case AggregateKind::kSem: return StateKind::kMoments;
    case AggregateKind::kMedian: return StateKind::kValues;
    case AggregateKind::kNunique: return StateKind::kDistinct;
    case AggregateKind::kFirst:
    case AggregateKind::kLast: return PositionKind(aggregate);
    case AggregateKind::kAny: return StateKind::kAny;
    case AggregateKind::kAll: return StateKind::kAll;
  }
  return StateKind::kRows;
}

bool NeedsCount(const GroupBySpec& spec, const Aggregate& aggregate, const DType& type) {
  switch (aggregate.kind) {
    case AggregateKind::kSize:
    case AggregateKind::kCount: return false;
    case AggregateKind::kMean: return true;
    case AggregateKind::kNunique: return !aggregate.dropna;
    case AggregateKind::kMin:
    case AggregateKind::kMax:
      if (!type.is_float() && !IsHeldAsText(type) && (MayBeMissing(type) || spec.keys.empty() || !spec.observed)) return true;
      break;
    case AggregateKind::kFirst:
    case AggregateKind::kLast: return aggregate.min_count > 0;
    default: break;
  }
  return aggregate.min_count > 0 || (!aggregate.skipna && MayBeMissing(type));
}

bool NeedsRows(const Aggregate& aggregate, const DType& type) {
  switch (aggregate.kind) {
    case AggregateKind::kSize:
    case AggregateKind::kCount:
    case AggregateKind::kFirst:
    case AggregateKind::kLast: return false;
    case AggregateKind::kNunique: return !aggregate.dropna;
    default: return !aggregate.skipna && MayBeMissing(type);
  }
}

int UseState(const StateUse& use, std::vector<StateUse>* states) {
  for (size_t i = 0; i < states->size(); ++i) {
    if ((*states)[i] == use) return static_cast<int>(i);
  }
  states->push_back(use);
  return static_cast<int>(states->size()) - 1;
}

}  // namespace

DType InputTypeOf(const GroupBySpec& spec, const StateUse& use) {
  return use.column < 0 ? DType(Kind::kInt64) : spec.input.field(use.column).type;
}

size_t MainStateWidth(const Aggregate& aggregate, const DType& input) {
  return StateTypes(MainState(aggregate, input), input).size();
}

Result<AggregatePlan> PlanAggregates(const GroupBySpec& spec) {
  AggregatePlan plan;
  ARROW_ASSIGN_OR_RAISE(plan.result_schema, AggregateSchema(spec));
  for (const Aggregate& aggregate : spec.aggregates) {
    const DType type = InputTypeOf(spec, {StateKind::kRows, aggregate.column});
    const StateKind main = MainState(aggregate, type);
    std::vector<int> uses = {UseState({main, main == StateKind::kRows ? -1 : aggregate.column}, &plan.states)};
    // FinishAggregate knows these two by their place: the count second, the rows last.
    if (NeedsCount(spec, aggregate, type)) uses.push_back(UseState({StateKind::kCount, aggregate.column}, &plan.states));
    if (NeedsRows(aggregate, type)) {
      if (uses.size() == 1) uses.push_back(UseState({StateKind::kCount, aggregate.column}, &plan.states));
      uses.push_back(UseState({StateKind::kRows, -1}, &plan.states));
    }
    plan.aggregates.push_back(std::move(uses));
  }
  for (int key : spec.keys) plan.state_schema.Add(spec.input.field(key));
  for (const StateUse& use : plan.states) {
    for (const DType& type : StateTypes(use.kind, InputTypeOf(spec, use))) plan.state_schema.Add({"", type});
  }
  return plan;
}

}  // namespace cask
