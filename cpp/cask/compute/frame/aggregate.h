// Aggregation: reductions and group-by as three sinks, so that they run over many partitions:
//
//   rows ── partial ──► groups of one partition ── merge (a tree) ──► ... ── final ──► keys and results
//
// What partial and merge give is a table of states: the keys, then the state columns, a row a group, groups in order of first
// appearance. It is one batch of plain Arrow data, so it can be kept, spilled and sent. Some states hold bytes in a kString column.
//
// Threads: sinks are immutable; each task opens its own state.
// Invariants: 1. Merge and final take their batches in partition order; then groups appear as in the whole of the rows.
//             2. A result depends on the rows and on how they are cut into batches and partitions, never on threads or time.
//             3. Integers are exact; sums of floats are compensated, so that they are at least as accurate as pandas'.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cask/base/codec.h"
#include "cask/compute/pipeline.h"

namespace cask {

enum class AggregateKind : uint8_t {
  kSize,     // rows, missing or not; `column` is not read
  kCount,    // values that are not missing
  kSum,
  kProd,
  kMin,
  kMax,
  kMean,
  kVar,
  kStd,
  kSem,
  kMedian,
  kNunique,
  kFirst,    // the first value that is not missing; with skipna=false the first row's
  kLast,
  kAny,
  kAll,
};
template <>
inline constexpr int64_t kNumEnumerators<AggregateKind> = static_cast<int64_t>(AggregateKind::kAll) + 1;

/// pandas' name of it: "sum".
std::string_view AggregateName(AggregateKind kind);
/// KeyError where there is none of that name.
Result<AggregateKind> ParseAggregateKind(std::string_view name);

struct Aggregate {
  AggregateKind kind;
  int column = -1;        // of the input
  int ddof = 1;           // var, std, sem
  bool skipna = true;     // false: a missing value makes the result missing
  int64_t min_count = 0;  // sum, prod, min, max, first, last: fewer values than this make the result missing
  bool dropna = true;     // nunique: false counts missing as one value
  std::string name;       // of the result's column
  bool operator==(const Aggregate&) const = default;
};
constexpr auto FieldsOf(std::type_identity<Aggregate>) {
  return std::tuple(&Aggregate::kind, &Aggregate::column, &Aggregate::ddof, &Aggregate::skipna, &Aggregate::min_count, &Aggregate::dropna,
                    &Aggregate::name);
}

/// What is aggregated: a group-by, or a reduction to one row where there are no keys.
struct GroupBySpec {
  Schema input;
  std::vector<int> keys;  // columns of the input
  std::vector<Aggregate> aggregates;
  bool sort = true;       // by key; otherwise groups stay in order of first appearance
  bool dropna = true;     // rows with a missing key are left out; otherwise missing is a key, sorted last
  bool observed = true;   // false: all combinations of categories of kCategory keys are groups
};
/// Without the input, which is the schema of whatever rows it is applied to. (So it is with the other specifications.)
constexpr auto FieldsOf(std::type_identity<GroupBySpec>) {
  return std::tuple(&GroupBySpec::keys, &GroupBySpec::aggregates, &GroupBySpec::sort, &GroupBySpec::dropna, &GroupBySpec::observed);
}

/// The type of a result, or the error that pandas raises: of a Series' method, or of a group-by's where `grouped`. Sums and products of
/// integers and bools have 64 bits; pandas' group-by casts them back to a narrower type where all of them happen to fit.
Result<DType> AggregateType(AggregateKind kind, const DType& type, bool grouped);

/// The schema of the final result: the keys, then the aggregates by their names.
Result<Schema> AggregateSchema(const GroupBySpec& spec);

/// Rows to states. All of these fail where AggregateSchema does.
Result<std::shared_ptr<const Sink>> MakePartialAggregate(const GroupBySpec& spec);
/// States to states.
Result<std::shared_ptr<const Sink>> MakeMergeAggregate(const GroupBySpec& spec);
/// States to results. A missing result in a type that has no mark for it (the minimum of no integers) is an Arrow null: the column then
/// has a validity bitmap whatever its type; pandas would have made it float64 with NaN.
Result<std::shared_ptr<const Sink>> MakeFinalAggregate(const GroupBySpec& spec);
/// What partial and merge give, and merge and final take (for MakeInputSource).
Result<Schema> AggregateStateSchema(const GroupBySpec& spec);

}  // namespace cask
