#include "cask/api/frame_operations.h"
#include "cask/expr/assemble_expr.h"
#include "cask/expr/breakers.h"

namespace cask {
namespace {

using Shape = Collection::Shape;

// Only the value columns, which is all that a reduction reads.
Projection ValuesOf(const Collection& collection) { return {collection.data.root, collection.value_columns()}; }

bool CountsAsNumeric(const DType& type) { return type.is_numeric() || type.is_bool(); }

Collection NumericColumns(const Collection& collection) {
  std::vector<NamedColumn> columns;
  for (const NamedColumn& column : collection.value_columns()) {
    if (CountsAsNumeric(column.value->type())) columns.push_back(column);
  }
  return collection.WithColumns(collection.shape, std::move(columns));
}

std::vector<int> Positions(int first, int count) {
  std::vector<int> positions;
  for (int i = 0; i < count; ++i) positions.push_back(first + i);
  return positions;
}

// The one-row result of `aggregates` over the value columns.
Result<FramePtr> ReduceToRow(const Projection& values, std::vector<Aggregate> aggregates, const Origin& origin) {
  GroupBySpec spec;
  spec.aggregates = std::move(aggregates);
  return BreakerExpr::Make(values, AggregateBreaker(std::move(spec)), origin);
}

Collection ScalarOf(FramePtr row) { return {Shape::kScalar, Projection::All(std::move(row)), 0}; }

// One row to a series whose index is the labels of the row's columns.
Result<Collection> SeriesOf(FramePtr row, const Origin& origin) {
  const Token token = Tokenizer("row to column").Finish();
  ARROW_ASSIGN_OR_RAISE(FramePtr column, AssembleExpr::Make({Projection::All(std::move(row))}, MakeRowToColumn(NoLabel(), NoLabel()), token, origin));
  return Collection{Shape::kSeries, Projection::All(std::move(column)), 1};
}

Result<Collection> ReduceColumns(const Collection& collection, const Aggregate& like, const Origin& origin) {
  std::vector<Aggregate> aggregates;
  for (int i = 0; i < collection.num_columns(); ++i) {
    Aggregate aggregate = like;
    aggregate.column = i;
    aggregate.name = collection.column(i).name;
    aggregates.push_back(std::move(aggregate));
  }
  ARROW_ASSIGN_OR_RAISE(FramePtr row, ReduceToRow(ValuesOf(collection), std::move(aggregates), origin));
  return collection.shape == Shape::kFrame ? SeriesOf(std::move(row), origin) : ScalarOf(std::move(row));
}

std::string PercentLabel(double quantile) { return fmt::format("{:g}%", quantile * 100); }

}  // namespace

Result<Collection> Reduce(const Collection& collection, AggregateKind kind, const FrameReduceOptions& options, Origin origin) {
  Aggregate like{kind};
  like.ddof = options.ddof;
  like.skipna = options.skipna;
  like.min_count = options.min_count;
  return ReduceColumns(options.numeric_only ? NumericColumns(collection) : collection, like, origin);
}

Result<Collection> CountRows(const Collection& collection, Origin origin) {
  Aggregate size{AggregateKind::kSize};
  size.name = "size";
  ARROW_ASSIGN_OR_RAISE(FramePtr row, ReduceToRow({collection.data.root, {}}, {size}, origin));
  return ScalarOf(std::move(row));
}

Result<Collection> CountDistinct(const Collection& collection, bool dropna, Origin origin) {
  Aggregate like{AggregateKind::kNunique};
  like.dropna = dropna;
  return ReduceColumns(collection, like, origin);
}

Result<Collection> ValueCounts(const Collection& collection, bool dropna, const ValueCountsOptions& options, Origin origin) {
  const int keys = collection.num_columns();
  ARROW_ASSIGN_OR_RAISE(FramePtr counts, BreakerExpr::Make(ValuesOf(collection), ValueCountsBreaker(Positions(0, keys), dropna, options), origin));
  Collection result{Shape::kSeries, Projection::All(std::move(counts)), keys};
  for (int i = 0; i < keys; ++i) result.data.columns[i].name = collection.column(i).name;
  return result;
}

Result<Collection> Unique(const Collection& series, Origin origin) {
  ARROW_ASSIGN_OR_RAISE(FramePtr distinct, BreakerExpr::Make(ValuesOf(series), DistinctBreaker({0}, KeepRow::kFirst), origin));
  return Collection{Shape::kSeries, Projection::All(std::move(distinct)), 0};
}

Result<Collection> Quantile(const Collection& collection, const std::vector<double>& quantiles, bool is_one, Interpolation interpolation,
                            Origin origin) {
  const std::vector<int> columns = Positions(0, collection.num_columns());
  ARROW_ASSIGN_OR_RAISE(FramePtr rows, BreakerExpr::Make(ValuesOf(collection), QuantileBreaker(columns, quantiles, interpolation), origin));
  if (is_one && collection.shape == Shape::kFrame) return SeriesOf(std::move(rows), origin);
  if (is_one) return ScalarOf(std::move(rows));
  Tokenizer token("labelled rows");
  for (double quantile : quantiles) token.Add(quantile);
  ARROW_ASSIGN_OR_RAISE(FramePtr labelled,
                        AssembleExpr::Make({Projection::All(std::move(rows))}, MakeLabelledRows(quantiles, NoLabel()), token.Finish(), origin));
  return Collection{collection.shape, Projection::All(std::move(labelled)), 1};
}

Result<Collection> DescribeColumns(const Collection& collection, const std::vector<double>& percentiles, Origin origin) {
  const Collection numeric = NumericColumns(collection);
  if (numeric.num_columns() == 0) return NotImplementedError("describe of columns that are not numeric; use value_counts or nunique for them");
  std::vector<Aggregate> aggregates;
  std::vector<std::string> labels, quantile_labels;
  for (int i = 0; i < numeric.num_columns(); ++i) {
    labels.push_back(numeric.column(i).name);
    for (AggregateKind kind : {AggregateKind::kCount, AggregateKind::kMean, AggregateKind::kStd, AggregateKind::kMin, AggregateKind::kMax}) {
      Aggregate aggregate{kind, i};
      aggregate.name = fmt::format("{} {}", AggregateName(kind), i);
      aggregates.push_back(std::move(aggregate));
    }
  }
  Tokenizer token("describe");
  for (double percentile : percentiles) {
    quantile_labels.push_back(PercentLabel(percentile));
    token.Add(percentile);
  }
  const Projection values = ValuesOf(numeric);
  const auto breaker = QuantileBreaker(Positions(0, numeric.num_columns()), percentiles, Interpolation::kLinear);
  ARROW_ASSIGN_OR_RAISE(FramePtr row, ReduceToRow(values, std::move(aggregates), origin));
  ARROW_ASSIGN_OR_RAISE(FramePtr quantiles, BreakerExpr::Make(values, breaker, origin));
  for (const std::string& label : labels) token.Add(label);
  ARROW_ASSIGN_OR_RAISE(FramePtr table, AssembleExpr::Make({Projection::All(std::move(row)), Projection::All(std::move(quantiles))},
                                                           MakeDescription(labels, quantile_labels, NoLabel()), token.Finish(), origin));
  return Collection{collection.shape, Projection::All(std::move(table)), 1};
}

}  // namespace cask
