#include "cask/api/frame_operations.h"
#include "cask/expr/breaker_expr.h"

namespace cask {
namespace {

// A breaker that keeps whole rows, index and all, gives a collection of the same columns.
Result<Collection> OverWholeRows(const Collection& collection, const BreakerSpec& spec, Origin origin) {
  ARROW_ASSIGN_OR_RAISE(FramePtr root, BreakerExpr::Make(collection.data, spec, std::move(origin)));
  Collection result = collection;
  result.data = Projection::All(std::move(root));
  return result;
}

// Where the columns `labels` are among the index and value columns.
Result<std::vector<int>> PositionsOf(const Collection& collection, const std::vector<std::string>& labels) {
  std::vector<int> positions;
  for (const std::string& label : labels) {
    const int position = collection.Find(label);
    if (position < 0) return KeyError("{}", PrintLabel(label));
    positions.push_back(collection.num_index + position);
  }
  return positions;
}

// All value columns where no labels are given.
Result<std::vector<int>> PositionsOrAll(const Collection& collection, const std::vector<std::string>& labels) {
  if (!labels.empty()) return PositionsOf(collection, labels);
  std::vector<int> positions;
  for (int i = 0; i < collection.num_columns(); ++i) positions.push_back(collection.num_index + i);
  return positions;
}

}  // namespace

Result<Collection> Head(const Collection& collection, int64_t n, int64_t partitions, Origin origin) {
  return OverWholeRows(collection, LimitSpec{std::max<int64_t>(n, 0), {partitions}}, std::move(origin));
}

Result<Collection> Tail(const Collection& collection, int64_t n, Origin origin) {
  return OverWholeRows(collection, LimitSpec{std::max<int64_t>(n, 0), {1, /*from_end=*/true}}, std::move(origin));
}

Result<Collection> SortValues(const Collection& collection, const std::vector<std::string>& by, const std::vector<bool>& ascending,
                              bool missing_first, Origin origin) {
  ARROW_ASSIGN_OR_RAISE(std::vector<int> keys, PositionsOrAll(collection, by));
  std::vector<bool> directions = ascending;
  if (directions.size() == 1) directions.assign(keys.size(), directions[0]);
  if (directions.size() != keys.size()) {
    return ValueError("Length of ascending ({}) != length of by ({})", directions.size(), keys.size());
  }
  const auto missing = missing_first ? MissingPosition::kFirst : MissingPosition::kLast;
  const SortSpec spec{.keys = std::move(keys), .ascending = std::move(directions), .missing = missing};
  return OverWholeRows(collection, spec, std::move(origin));
}

Result<Collection> LargestRows(const Collection& collection, int64_t n, const std::vector<std::string>& columns, bool largest,
                               KeepTies keep, Origin origin) {
  ARROW_ASSIGN_OR_RAISE(std::vector<int> positions, PositionsOrAll(collection, columns));
  const TopKSpec spec{.columns = std::move(positions), .n = std::max<int64_t>(n, 0), .largest = largest, .keep = keep};
  return OverWholeRows(collection, spec, std::move(origin));
}

Result<Collection> DropDuplicates(const Collection& collection, const std::optional<std::vector<std::string>>& subset, KeepRow keep,
                                  Origin origin) {
  ARROW_ASSIGN_OR_RAISE(std::vector<int> keys, PositionsOrAll(collection, subset.value_or(std::vector<std::string>())));
  return OverWholeRows(collection, DistinctSpec{std::move(keys), keep}, std::move(origin));
}

}  // namespace cask
