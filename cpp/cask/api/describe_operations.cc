// describe().
#include "cask/api/frame_operations.h"
#include "cask/api/reduce_to_row.h"
#include "cask/expr/assemble_expr.h"
#include "cask/expr/breaker_expr.h"

namespace cask {
namespace {

Collection NumericColumns(const Collection& collection) {
  std::vector<NamedColumn> columns;
  for (const NamedColumn& column : collection.value_columns()) {
    if (column.value->type().is_numeric()) columns.push_back(column);
  }
  return collection.WithColumns(collection.shape, std::move(columns));
}

bool HasQuantiles(const DType& type) { return type.is_numeric() || type.is_temporal(); }

// pandas' describe() of points in time tells no standard deviation.
std::vector<AggregateKind> StatisticsOf(const DType& type) {
  if (!HasQuantiles(type)) return {AggregateKind::kCount, AggregateKind::kNunique};
  std::vector<AggregateKind> kinds = {AggregateKind::kCount, AggregateKind::kMean, AggregateKind::kMin, AggregateKind::kMax};
  if (type.kind() != Kind::kTimestamp) kinds.push_back(AggregateKind::kStd);
  return kinds;
}

std::string StatisticName(AggregateKind kind, int column) {
  return fmt::format("{} {}", kind == AggregateKind::kNunique ? "unique" : AggregateName(kind), column);
}

// The value that occurs most often and how often it does: one row, or none.
Result<Projection> MostFrequent(const Collection& collection, int i, const Origin& origin) {
  const Projection values{collection.data.root, {collection.column(i)}};
  ARROW_ASSIGN_OR_RAISE(FramePtr counts, BreakerExpr::Make(values, CountingSpec{{0}, /*dropna=*/true, ValueCountsOptions()}, origin));
  ARROW_ASSIGN_OR_RAISE(FramePtr first, BreakerExpr::Make(Projection::All(std::move(counts)), LimitSpec{1, {}}, origin));
  Projection top = Projection::All(std::move(first));
  top.columns[0].name = fmt::format("top {}", i);
  top.columns[1].name = fmt::format("freq {}", i);
  return top;
}

// The quantiles of the columns that have them; nothing where none has.
Result<std::optional<Projection>> Percentiles(const Collection& collection, const std::vector<double>& percentiles, const Origin& origin) {
  Projection values{collection.data.root, {}};
  for (int i = 0; i < collection.num_columns(); ++i) {
    if (HasQuantiles(collection.column(i).value->type())) values.columns.push_back({fmt::format("percentiles {}", i), collection.column(i).value});
  }
  if (values.columns.empty() || percentiles.empty()) return std::nullopt;
  const QuantileSpec spec{.columns = Positions(0, static_cast<int>(values.columns.size())), .quantiles = percentiles};
  ARROW_ASSIGN_OR_RAISE(FramePtr quantiles, BreakerExpr::Make(std::move(values), spec, origin));
  return Projection::All(std::move(quantiles));
}

}  // namespace

Result<Collection> DescribeColumns(const Collection& collection, const std::vector<double>& percentiles, std::vector<std::string> quantile_labels,
                                   Origin origin) {
  const Collection numeric = NumericColumns(collection);
  if (numeric.num_columns() == 0) return NotImplementedError("describe of columns that are not numeric; use ValueCounts or NUnique for them");
  std::vector<Aggregate> aggregates;
  std::vector<std::string> labels;
  for (int i = 0; i < numeric.num_columns(); ++i) {
    labels.push_back(numeric.column(i).name);
    for (AggregateKind kind : {AggregateKind::kCount, AggregateKind::kMean, AggregateKind::kStd, AggregateKind::kMin, AggregateKind::kMax}) {
      Aggregate aggregate{kind, i};
      aggregate.name = fmt::format("{} {}", AggregateName(kind), i);
      aggregates.push_back(std::move(aggregate));
    }
  }
  if (quantile_labels.empty()) {
    for (double percentile : percentiles) quantile_labels.push_back(fmt::format("{:g}%", percentile * 100));
  }
  const Projection values = ValuesOf(numeric);
  const QuantileSpec spec{.columns = Positions(0, numeric.num_columns()), .quantiles = percentiles};
  ARROW_ASSIGN_OR_RAISE(FramePtr row, ReduceToRow(values, std::move(aggregates), origin));
  ARROW_ASSIGN_OR_RAISE(FramePtr quantiles, BreakerExpr::Make(values, spec, origin));
  ARROW_ASSIGN_OR_RAISE(FramePtr table, AssembleExpr::Make({Projection::All(std::move(row)), Projection::All(std::move(quantiles))},
                                                           DescriptionSpec{labels, quantile_labels, NoLabel()}, origin));
  return Collection{collection.shape, Projection::All(std::move(table)), 1};
}

Result<Collection> DescribeAnyColumns(const Collection& collection, const std::vector<double>& percentiles, Origin origin) {
  std::vector<Aggregate> aggregates;
  std::vector<Projection> parts;
  for (int i = 0; i < collection.num_columns(); ++i) {
    const DType& type = collection.column(i).value->type();
    for (AggregateKind kind : StatisticsOf(type)) {
      aggregates.push_back({kind, i});
      aggregates.back().name = StatisticName(kind, i);
    }
    if (HasQuantiles(type)) continue;
    ARROW_ASSIGN_OR_RAISE(Projection top, MostFrequent(collection, i, origin));
    parts.push_back(std::move(top));
  }
  ARROW_ASSIGN_OR_RAISE(FramePtr row, ReduceToRow(ValuesOf(collection), std::move(aggregates), origin));
  parts.push_back(Projection::All(std::move(row)));
  ARROW_ASSIGN_OR_RAISE(std::optional<Projection> quantiles, Percentiles(collection, percentiles, origin));
  if (quantiles) parts.push_back(std::move(*quantiles));
  ARROW_ASSIGN_OR_RAISE(Projection table, PutSideBySide(std::move(parts), origin));
  return Collection{Collection::Shape::kFrame, std::move(table), 0};
}

}  // namespace cask
