#include "cask/api/frame_operations.h"
#include "cask/api/reduce_to_row.h"
#include "cask/expr/assemble_expr.h"
#include "cask/expr/breaker_expr.h"

namespace cask {
namespace {

using Shape = Collection::Shape;

Collection ScalarOf(FramePtr row) { return {Shape::kScalar, Projection::All(std::move(row)), 0}; }

// One row to a series whose index is the labels of the row's columns.
Result<Collection> SeriesOf(FramePtr row, const Origin& origin) {
  ARROW_ASSIGN_OR_RAISE(FramePtr column, AssembleExpr::Make({Projection::All(std::move(row))}, RowToColumnSpec{NoLabel(), NoLabel()}, origin));
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
  if (collection.shape != Shape::kFrame) return ScalarOf(std::move(row));
  if (!CommonTypeOf(row->schema())) return Collection{Shape::kFrame, Projection::All(std::move(row)), 0};
  return SeriesOf(std::move(row), origin);
}

}  // namespace

Projection ValuesOf(const Collection& collection) { return {collection.data.root, collection.value_columns()}; }

Collection NumbersAndBools(const Collection& collection) {
  std::vector<NamedColumn> columns;
  for (const NamedColumn& column : collection.value_columns()) {
    const DType& type = column.value->type();
    if (type.is_numeric() || type.is_bool()) columns.push_back(column);
  }
  return collection.WithColumns(collection.shape, std::move(columns));
}

std::vector<int> Positions(int first, int count) {
  std::vector<int> positions;
  for (int i = 0; i < count; ++i) positions.push_back(first + i);
  return positions;
}

Result<FramePtr> ReduceToRow(const Projection& values, std::vector<Aggregate> aggregates, const Origin& origin) {
  GroupBySpec spec;
  spec.aggregates = std::move(aggregates);
  return BreakerExpr::Make(values, std::move(spec), origin);
}

Result<Projection> PutSideBySide(std::vector<Projection> parts, const Origin& origin) {
  ARROW_ASSIGN_OR_RAISE(FramePtr table, AssembleExpr::Make(std::move(parts), SideBySideSpec(), origin));
  return Projection::All(std::move(table));
}

Result<Collection> Reduce(const Collection& collection, AggregateKind kind, const FrameReduceOptions& options, Origin origin) {
  Aggregate like{kind};
  like.ddof = options.ddof;
  like.skipna = options.skipna;
  like.min_count = options.min_count;
  return ReduceColumns(options.numeric_only ? NumbersAndBools(collection) : collection, like, origin);
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
  ARROW_ASSIGN_OR_RAISE(FramePtr counts, BreakerExpr::Make(ValuesOf(collection), CountingSpec{Positions(0, keys), dropna, options}, origin));
  Collection result{Shape::kSeries, Projection::All(std::move(counts)), keys};
  for (int i = 0; i < keys; ++i) result.data.columns[i].name = collection.column(i).name;
  return result;
}

Result<Collection> Unique(const Collection& series, Origin origin) {
  ARROW_ASSIGN_OR_RAISE(FramePtr distinct, BreakerExpr::Make(ValuesOf(series), DistinctSpec{{0}}, origin));
  return Collection{Shape::kSeries, Projection::All(std::move(distinct)), 0};
}

Result<Collection> Mode(const Collection& collection, bool dropna, bool numeric_only, Origin origin) {
  const Collection values = numeric_only ? NumbersAndBools(collection) : collection;
  if (values.num_columns() == 0) return Head(values, 0, 1, std::move(origin));
  std::vector<Projection> modes;
  for (int i = 0; i < values.num_columns(); ++i) {
    ARROW_ASSIGN_OR_RAISE(FramePtr mode, BreakerExpr::Make({values.data.root, {values.column(i)}}, CountingSpec{{0}, dropna, {}}, origin));
    modes.push_back(Projection::All(std::move(mode)));
  }
  if (values.shape != Shape::kFrame) return Collection{Shape::kSeries, std::move(modes[0]), 0};
  ARROW_ASSIGN_OR_RAISE(Projection table, PutSideBySide(std::move(modes), origin));
  return Collection{Shape::kFrame, std::move(table), 0};
}

Result<Collection> Quantile(const Collection& collection, const std::vector<double>& quantiles, bool is_one, Interpolation interpolation,
                            Origin origin) {
  const QuantileSpec spec{.columns = Positions(0, collection.num_columns()), .quantiles = quantiles, .interpolation = interpolation};
  ARROW_ASSIGN_OR_RAISE(FramePtr rows, BreakerExpr::Make(ValuesOf(collection), spec, origin));
  if (is_one && collection.shape == Shape::kFrame) return SeriesOf(std::move(rows), origin);
  if (is_one) return ScalarOf(std::move(rows));
  ARROW_ASSIGN_OR_RAISE(FramePtr labelled,
                        AssembleExpr::Make({Projection::All(std::move(rows))}, LabelledRowsSpec{quantiles, NoLabel()}, origin));
  return Collection{collection.shape, Projection::All(std::move(labelled)), 1};
}

}  // namespace cask
