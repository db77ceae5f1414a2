#include "cask/api/frame_operations.h"
#include "cask/expr/csv_source_expr.h"
#include "cask/expr/table_source_expr.h"

namespace cask {

Result<Collection> ReadCsv(const ReadCsvRequest& request, Origin origin) {
  ARROW_ASSIGN_OR_RAISE(auto files, FileSet::Find(request.paths, request.storage));
  ARROW_ASSIGN_OR_RAISE(auto dataset, CsvDataset::Open(std::move(files), request.options));
  FramePtr root = CsvSourceExpr::Make(dataset, std::move(origin));
  Collection frame{Collection::Shape::kFrame, {root, {}}, 0};
  const std::vector<int>& index = dataset->index_columns();
  for (int column : index) {
    const Field& field = root->schema().field(column);
    // pandas gives an index column without a name in the file none, though others would be called by their place.
    frame.data.columns.push_back({dataset->is_unnamed(column) ? NoLabel() : field.name, ColumnExpr::Reference(column, field.type)});
  }
  if (index.empty()) frame.data.columns.push_back({NoLabel(), ColumnExpr::Reference(root->row_id_column(), Kind::kInt64)});
  frame.num_index = static_cast<int>(frame.data.columns.size());
  for (int column = 0; column < dataset->num_columns(); ++column) {
    if (std::find(index.begin(), index.end(), column) != index.end()) continue;
    const Field& field = root->schema().field(column);
    frame.data.columns.push_back({field.name, ColumnExpr::Reference(column, field.type)});
  }
  return frame;
}

Result<Collection> FromTable(std::shared_ptr<const Table> table, int num_index, Collection::Shape shape, std::vector<int64_t> bounds,
                             std::vector<Literal> divisions, Origin origin) {
  // A table has no identity but its place in memory, which it keeps as long as anything refers to it; the count tells apart tables
  // that come to lie at the same place.
  static std::atomic<int64_t> count{0};
  const Token identity = Tokenizer("in memory").Add(reinterpret_cast<int64_t>(table.get())).Add(count++).Finish();
  ARROW_ASSIGN_OR_RAISE(FramePtr root, TableSourceExpr::Make(std::move(table), std::move(bounds), std::move(divisions), identity, std::move(origin)));
  return Collection{shape, Projection::All(root), num_index};
}

}  // namespace cask
