// Collection: a lazy frame, series, scalar or index: columns over one root, of which the first few are the index.
// A value: immutable, cheap to copy. The operations on collections are in frame_operations.h; what users hold wraps one.
#pragma once

#include <string>
#include <vector>

#include "cask/data/label.h"
#include "cask/expr/frame_expr.h"

namespace cask {

struct Collection {
  enum class Shape : uint8_t {
    kFrame,
    kSeries,  // one value column
    kScalar,  // one value column, no index, one row
    kIndex,   // the value columns are the index itself
  };

  Shape shape = Shape::kFrame;
  Projection data;    // index columns, then value columns; names are labels (data/label.h)
  int num_index = 0;

  int num_columns() const { return static_cast<int>(data.columns.size()) - num_index; }
  const NamedColumn& column(int i) const { return data.columns[num_index + i]; }
  /// The position of a value column among the value columns, or -1.
  int Find(std::string_view label) const;
  /// The name of a series, scalar or one-level index.
  const std::string& name() const { return data.columns[num_index].name; }
  std::vector<NamedColumn> index_columns() const { return {data.columns.begin(), data.columns.begin() + num_index}; }
  std::vector<NamedColumn> value_columns() const { return {data.columns.begin() + num_index, data.columns.end()}; }

  /// The same rows and index with other value columns.
  Collection WithColumns(Shape shape, std::vector<NamedColumn> columns) const;
  /// The same over what sources have learned meanwhile: the types as they are known now.
  Result<Collection> Rebound() const;

  int64_t num_partitions() const { return data.root->num_partitions(); }
  /// The index's bounds, if they are known.
  std::vector<Literal> divisions() const;
};

/// How many operations a projection is made of, calls and the frames below included.
int64_t CountExpressions(const Projection& projection);

/// The source that the rows of `frame` come from through filters and breakers that keep whole rows; null if there is no single one.
const FrameExpr* SourceOfRows(const FrameExpr& frame);

}  // namespace cask
