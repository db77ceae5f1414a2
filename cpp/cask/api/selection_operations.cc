#include "cask/api/align_rows.h"
#include "cask/api/frame_operations.h"
#include "cask/api/row_numbers.h"
#include "cask/expr/assemble_expr.h"

namespace cask {
namespace {

using Shape = Collection::Shape;

Status SameRows(const Collection& a, const Collection& b, const char* what) {
  if (a.data.root->token() == b.data.root->token()) return Status::OK();
  return NotImplementedError("{} has other rows ({}) than the frame ({}); make it from the frame that it is used with", what,
                             b.data.root->Describe(), a.data.root->Describe());
}

// pandas' words for labels that are not there.
Status MissingLabels(const std::vector<std::string>& missing, size_t asked) {
  std::string list;
  for (const std::string& label : missing) list += (list.empty() ? "'" : ", '") + PrintLabel(label) + "'";
  if (missing.size() == asked) return KeyError("None of [{}] are in the columns", list);
  return KeyError("[{}] not in index", list);
}

}  // namespace

Result<Collection> GetColumn(const Collection& frame, const std::string& label) {
  const int position = frame.Find(label);
  if (position < 0) return KeyError("{}", PrintLabel(label));
  return frame.WithColumns(Shape::kSeries, {frame.column(position)});
}

Result<Collection> GetColumns(const Collection& frame, const std::vector<std::string>& labels) {
  std::vector<NamedColumn> columns;
  std::vector<std::string> missing;
  for (const std::string& label : labels) {
    const int position = frame.Find(label);
    if (position < 0) {
      missing.push_back(label);
    } else {
      columns.push_back(frame.column(position));
    }
  }
  if (!missing.empty()) return MissingLabels(missing, labels.size());
  return frame.WithColumns(Shape::kFrame, std::move(columns));
}

Result<Collection> DropColumns(const Collection& frame, const std::vector<std::string>& labels, bool ignore_missing) {
  std::vector<std::string> missing;
  for (const std::string& label : labels) {
    if (frame.Find(label) < 0) missing.push_back(label);
  }
  if (!missing.empty() && !ignore_missing) {
    std::string list;
    for (const std::string& label : missing) list += (list.empty() ? "'" : ", '") + PrintLabel(label) + "'";
    return KeyError("[{}] not found in axis", list);
  }
  std::vector<NamedColumn> columns;
  for (const NamedColumn& column : frame.value_columns()) {
    if (std::find(labels.begin(), labels.end(), column.name) == labels.end()) columns.push_back(column);
  }
  return frame.WithColumns(Shape::kFrame, std::move(columns));
}

Collection RenameColumns(const Collection& frame, const std::vector<std::string>& from, const std::vector<std::string>& to) {
  std::vector<NamedColumn> columns = frame.value_columns();
  for (NamedColumn& column : columns) {
    const auto found = std::find(from.begin(), from.end(), column.name);
    if (found != from.end()) column.name = to[found - from.begin()];
  }
  return frame.WithColumns(frame.shape, std::move(columns));
}

Result<Collection> SetLabels(const Collection& collection, const std::vector<std::string>& labels) {
  if (static_cast<int>(labels.size()) != collection.num_columns()) {
    return ValueError("Length mismatch: Expected axis has {} elements, new values have {} elements", collection.num_columns(), labels.size());
  }
  std::vector<NamedColumn> columns = collection.value_columns();
  for (size_t i = 0; i < labels.size(); ++i) columns[i].name = labels[i];
  return collection.WithColumns(collection.shape, std::move(columns));
}

Result<Collection> Assign(const Collection& assigned_to, const std::string& label, const ElementwiseArgument& value) {
  Collection frame = assigned_to;
  ColumnExprPtr expr;
  if (const auto* series = std::get_if<Collection>(&value)) {
    ARROW_ASSIGN_OR_RAISE(auto aligned, AlignRows(frame, *series));
    ARROW_RETURN_NOT_OK(SameRows(aligned.first, aligned.second, "the assigned series"));
    frame = std::move(aligned.first);
    expr = aligned.second.column(0).value;
  } else {
    expr = ColumnExpr::Constant(std::get<Literal>(value));
  }
  std::vector<NamedColumn> columns = frame.value_columns();
  const int position = frame.Find(label);
  if (position >= 0) {
    columns[position].value = std::move(expr);
  } else {
    columns.push_back({label, std::move(expr)});
  }
  return frame.WithColumns(Shape::kFrame, std::move(columns));
}

Result<Collection> Filter(const Collection& collection, const Collection& mask, Origin origin) {
  ARROW_ASSIGN_OR_RAISE(auto aligned, AlignRows(collection, mask));
  auto& [result, of_rows] = aligned;
  ARROW_RETURN_NOT_OK(SameRows(result, of_rows, "the mask"));
  ARROW_ASSIGN_OR_RAISE(result.data.root, FilterExpr::Make(result.data.root, of_rows.column(0).value, std::move(origin)));
  return std::move(result);
}

Result<Collection> DropMissing(const Collection& collection, const std::optional<std::vector<std::string>>& subset, bool how_all,
                               Origin origin) {
  Collection looked_at = collection;
  if (subset) {
    ARROW_ASSIGN_OR_RAISE(looked_at, GetColumns(collection, *subset));
  }
  ColumnExprPtr mask;
  for (const NamedColumn& column : looked_at.value_columns()) {
    ARROW_ASSIGN_OR_RAISE(ColumnExprPtr is_there, ColumnExpr::Call("notna", {column.value}, {}, origin));
    if (mask == nullptr) {
      mask = std::move(is_there);
    } else {
      ARROW_ASSIGN_OR_RAISE(mask, ColumnExpr::Call(how_all ? "or" : "and", {mask, is_there}, {}, origin));
    }
  }
  if (mask == nullptr) return collection;
  Collection result = collection;
  ARROW_ASSIGN_OR_RAISE(result.data.root, FilterExpr::Make(collection.data.root, std::move(mask), std::move(origin)));
  return result;
}

Result<Collection> SetIndex(const Collection& frame, const std::vector<std::string>& labels, const std::vector<std::string>& names, bool drop,
                            bool append) {
  ARROW_ASSIGN_OR_RAISE(Collection keys, GetColumns(frame, labels));
  ARROW_ASSIGN_OR_RAISE(keys, SetLabels(keys, names));
  Collection result = frame;
  if (drop) {
    ARROW_ASSIGN_OR_RAISE(result, DropColumns(frame, labels, false));
  }
  std::vector<NamedColumn> columns;
  if (append) columns = frame.index_columns();
  for (const NamedColumn& key : keys.value_columns()) columns.push_back(key);
  const int num_index = static_cast<int>(columns.size());
  for (const NamedColumn& column : result.value_columns()) columns.push_back(column);
  return Collection{Shape::kFrame, {frame.data.root, std::move(columns)}, num_index};
}

Result<Collection> IndexOf(const Collection& collection, Origin origin) {
  Collection result{Shape::kIndex, {collection.data.root, collection.index_columns()}, collection.num_index};
  for (NamedColumn column : collection.index_columns()) {
    if (IsRowIds(collection.data.root, *column.value)) {
      ARROW_ASSIGN_OR_RAISE(column.value, RowNumbersOf(collection.data.root, column.value, origin));
    }
    result.data.columns.push_back(std::move(column));
  }
  return result;
}

Collection ToFrame(const Collection& series, const std::optional<std::string>& label) {
  std::vector<NamedColumn> columns = series.value_columns();
  if (label) {
    columns[0].name = *label;
  } else if (IsNoLabel(columns[0].name)) {
    columns[0].name = IntegerLabel(0);
  }
  return series.WithColumns(Shape::kFrame, std::move(columns));
}

namespace {

// Rows that have no index are numbered by one more step at the end, if one task has all of them.
Result<Collection> NumberRows(const Collection& collection, const Origin& origin) {
  if (collection.num_partitions() != 1) {
    return NotImplementedError("reset_index of rows that reset_index(drop=True) has numbered already; make the frame without the first one");
  }
  ARROW_ASSIGN_OR_RAISE(FramePtr numbered, AssembleExpr::Make({collection.data}, NumberedRowsSpec{NoLabel()}, origin));
  return Collection{collection.shape, Projection::All(std::move(numbered)), 1};
}

}  // namespace

Result<Collection> ResetIndex(const Collection& given, bool drop, const std::optional<std::string>& series_label, Origin origin) {
  Collection collection = given;
  if (given.num_index == 0 && !drop) {
    ARROW_ASSIGN_OR_RAISE(collection, NumberRows(given, origin));
  }
  std::vector<NamedColumn> columns;
  std::vector<NamedColumn> index = collection.index_columns();
  for (size_t level = 0; level < index.size() && !drop; ++level) {
    NamedColumn column = index[level];
    if (IsRowIds(collection.data.root, *column.value)) {
      ARROW_ASSIGN_OR_RAISE(column.value, RowNumbersOf(collection.data.root, column.value, origin));
    }
    // pandas calls an index without a name "index", or "level_0" where a column is called so.
    if (IsNoLabel(column.name)) {
      column.name = index.size() == 1 && collection.Find("index") < 0 ? "index" : fmt::format("level_{}", level);
    }
    columns.push_back(std::move(column));
  }
  for (NamedColumn column : collection.value_columns()) {
    if (series_label) column.name = *series_label;
    if (IsNoLabel(column.name)) column.name = IntegerLabel(0);
    columns.push_back(std::move(column));
  }
  Collection result{drop && collection.shape == Shape::kSeries ? Shape::kSeries : Shape::kFrame, {collection.data.root, {}}, 0};
  result.data.columns = std::move(columns);  // no index columns: the default index
  return result;
}

}  // namespace cask
