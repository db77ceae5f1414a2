#include "cask/api/lazy_access.h"

namespace cask {

namespace {

// The columns that are not keys, and the keys' values.
GroupByRequest RequestFor(const DataFrame& frame, const std::vector<GroupKey>& keys, const GroupByArguments& arguments) {
  GroupByRequest request;
  request.sort = arguments.sort;
  request.dropna = arguments.dropna;
  std::vector<std::string> key_columns;
  for (const GroupKey& key : keys) {
    const auto& value = LazyAccess::KeyOf(key);
    if (const auto* name = std::get_if<std::string>(&value)) {
      request.keys.push_back(ValueOrRaise(GetColumn(LazyAccess::Of(frame), *name)));
      key_columns.push_back(*name);
    } else {
      request.keys.push_back(LazyAccess::Of(std::get<Series>(value)));
    }
  }
  if (keys.empty()) RaiseIfNotOk(ValueError("No group keys passed!"));
  request.data = ValueOrRaise(DropColumns(LazyAccess::Of(frame), key_columns, true));
  return request;
}

void CheckLabelsDiffer(const std::vector<GroupAggregate>& aggregates) {
  for (size_t i = 0; i < aggregates.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (aggregates[i].label != aggregates[j].label) continue;
      RaiseIfNotOk(ValueError("two aggregations would be called '{}'; give one a name", PrintLabel(aggregates[i].label)));
    }
  }
}

}  // namespace

SeriesGroupBy DataFrameGroupBy::operator[](const std::string& column) const {
  ValueOrRaise(GetColumn(LazyAccess::Of(frame_), column));
  return SeriesGroupBy(*this, column);
}

DataFrame DataFrameGroupBy::Agg(const std::vector<Aggregation>& aggregations, CallSite site) const {
  GroupByRequest request = RequestFor(frame_, keys_, arguments_);
  request.data = LazyAccess::Of(frame_);  // a key can be aggregated, too, where it is asked for
  std::vector<GroupAggregate> aggregates;
  for (const Aggregation& wanted : aggregations) {
    const AggregateKind kind = ValueOrRaise(ParseAggregateKind(wanted.function));
    aggregates.push_back({kind, wanted.column, wanted.name.empty() ? wanted.column : wanted.name});
  }
  CheckLabelsDiffer(aggregates);
  return LazyAccess::Wrap<DataFrame>(cask::GroupBy(request, aggregates, false, LazyAccess::OriginOf(site)));
}

Series DataFrameGroupBy::Size(CallSite site) const {
  const GroupByRequest request = RequestFor(frame_, keys_, arguments_);
  return LazyAccess::Wrap<Series>(cask::GroupBy(request, {{AggregateKind::kSize, "", NoLabel()}}, true, LazyAccess::OriginOf(site)));
}

DataFrame DataFrameGroupBy::Reduce(const std::string& name, CallSite site) const {
  const GroupByRequest request = RequestFor(frame_, keys_, arguments_);
  const AggregateKind kind = ValueOrRaise(ParseAggregateKind(name));
  std::vector<GroupAggregate> aggregates;
  for (const NamedColumn& column : request.data.value_columns()) aggregates.push_back({kind, column.name, column.name});
  return LazyAccess::Wrap<DataFrame>(cask::GroupBy(request, aggregates, false, LazyAccess::OriginOf(site)));
}

Series SeriesGroupBy::Reduce(const std::string& name, CallSite site) const {
  GroupByRequest request = RequestFor(groups_.frame_, groups_.keys_, groups_.arguments_);
  request.data = LazyAccess::Of(groups_.frame_);
  const AggregateKind kind = ValueOrRaise(ParseAggregateKind(name));
  return LazyAccess::Wrap<Series>(cask::GroupBy(request, {{kind, column_, column_}}, true, LazyAccess::OriginOf(site)));
}

DataFrame SeriesGroupBy::Agg(const std::vector<std::string>& functions, CallSite site) const {
  std::vector<Aggregation> aggregations;
  for (const std::string& function : functions) aggregations.push_back({column_, function, function});
  return groups_.Agg(aggregations, site);
}

}  // namespace cask
