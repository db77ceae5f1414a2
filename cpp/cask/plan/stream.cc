#include "cask/plan/stream.h"

#include "cask/plan/compile_program.h"

namespace cask {
namespace {

// Which of the base's columns a batch holds, as it passes the operators.
struct BatchLayout {
  const Schema& base;
  std::vector<int> columns;  // the base's columns, in the order of the batch

  Schema schema() const {
    Schema schema;
    for (int column : columns) schema.Add(base.field(column));
    return schema;
  }
  std::vector<int> positions() const {
    std::vector<int> positions(base.size(), -1);
    for (size_t i = 0; i < columns.size(); ++i) positions[columns[i]] = static_cast<int>(i);
    return positions;
  }
};

bool IsIdentity(const Program& program) {
  if (program.outputs.size() != static_cast<size_t>(program.input.size())) return false;
  for (size_t i = 0; i < program.outputs.size(); ++i) {
    if (program.outputs[i] != Operand{Operand::From::kInput, static_cast<int>(i)}) return false;
  }
  return true;
}

}  // namespace

Stream Stream::Of(const Projection& projection) {
  Stream stream{projection.root, {}, projection.columns};
  while (stream.base->node() == FrameExpr::Node::kFilter) {
    auto filter = std::static_pointer_cast<const FilterExpr>(stream.base);
    stream.base = filter->input();
    stream.filters.insert(stream.filters.begin(), std::move(filter));
  }
  return stream;
}

std::vector<bool> Stream::NeededColumns() const {
  std::vector<bool> needed(base->schema().size(), false);
  for (const NamedColumn& column : columns) column.value->MarkNeeded(&needed);
  for (const auto& filter : filters) filter->predicate()->MarkNeeded(&needed);
  return needed;
}

std::vector<std::shared_ptr<const Transform>> Stream::MakeTransforms(const std::vector<int>& read) const {
  std::vector<std::shared_ptr<const Transform>> transforms;
  BatchLayout layout{base->schema(), read};
  for (size_t i = 0; i < filters.size(); ++i) {
    std::vector<bool> still_needed(base->schema().size(), false);
    for (const NamedColumn& column : columns) column.value->MarkNeeded(&still_needed);
    for (size_t later = i + 1; later < filters.size(); ++later) filters[later]->predicate()->MarkNeeded(&still_needed);
    std::vector<int> keep, kept_columns;
    for (size_t position = 0; position < layout.columns.size(); ++position) {
      if (!still_needed[layout.columns[position]]) continue;
      keep.push_back(static_cast<int>(position));
      kept_columns.push_back(layout.columns[position]);
    }
    transforms.push_back(MakeFilter(CompileProgram({{"", filters[i]->predicate()}}, layout.schema(), layout.positions()), keep));
    layout.columns = std::move(kept_columns);
  }
  Program project = CompileProgram(columns, layout.schema(), layout.positions());
  if (!IsIdentity(project)) transforms.push_back(MakeProject(std::move(project)));
  return transforms;
}

}  // namespace cask
