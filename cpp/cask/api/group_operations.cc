#include <map>

#include "cask/api/align_rows.h"
#include "cask/api/frame_operations.h"
#include "cask/expr/breaker_expr.h"

namespace cask {

namespace {

// The data and all keys over one root, where they can be.
Result<GroupByRequest> Aligned(GroupByRequest request) {
  for (int round = 0; round < 2; ++round) {  // in the second all come to the root that the data came to in the first
    for (Collection& key : request.keys) {
      ARROW_ASSIGN_OR_RAISE(auto aligned, AlignRows(request.data, key));
      request.data = std::move(aligned.first);
      key = std::move(aligned.second);
    }
  }
  return request;
}

}  // namespace

Result<Collection> GroupBy(const GroupByRequest& given, const std::vector<GroupAggregate>& aggregates, bool is_series, Origin origin) {
  ARROW_ASSIGN_OR_RAISE(const GroupByRequest request, Aligned(given));
  const FramePtr& root = request.data.data.root;
  GroupBySpec spec;
  spec.sort = request.sort;
  spec.dropna = request.dropna;
  spec.observed = request.observed;
  Projection input{root, {}};
  for (const Collection& key : request.keys) {
    if (key.data.root->token() != root->token()) {
      return NotImplementedError("a group key has other rows ({}) than the frame ({})", key.data.root->Describe(), root->Describe());
    }
    spec.keys.push_back(static_cast<int>(input.columns.size()));
    input.columns.push_back(key.column(0));
  }
  const int num_keys = static_cast<int>(spec.keys.size());
  const std::vector<NamedColumn> data = request.data.value_columns();
  std::map<int, int> place_of;  // column of the data -> column of the input, which has only what is aggregated
  for (const GroupAggregate& wanted : aggregates) {
    Aggregate aggregate{wanted.kind};
    if (wanted.kind != AggregateKind::kSize) {
      const int position = request.data.Find(wanted.column);
      if (position < 0) return KeyError("Column not found: {}", PrintLabel(wanted.column));
      const auto [place, is_new] = place_of.emplace(position, static_cast<int>(input.columns.size()));
      if (is_new) input.columns.push_back(data[position]);
      aggregate.column = place->second;
    }
    aggregate.ddof = wanted.ddof;
    aggregate.min_count = wanted.min_count;
    aggregate.dropna = wanted.dropna;
    aggregate.name = wanted.label;
    spec.aggregates.push_back(std::move(aggregate));
  }
  ARROW_ASSIGN_OR_RAISE(FramePtr groups, BreakerExpr::Make(std::move(input), std::move(spec), std::move(origin)));
  const auto shape = is_series && request.as_index ? Collection::Shape::kSeries : Collection::Shape::kFrame;
  return Collection{shape, Projection::All(std::move(groups)), request.as_index ? num_keys : 0};
}

}  // namespace cask
