#include "cask/api/align_rows.h"
#include "cask/api/frame_operations.h"

namespace cask {
namespace {

const Collection* AsCollection(const ElementwiseArgument& argument) { return std::get_if<Collection>(&argument); }

bool IsScalar(const Collection& collection) { return collection.shape == Collection::Shape::kScalar; }

// A scalar of other rows stands for its value, which is the same for every row.
bool IsValue(const Collection& collection, const Collection& rows) {
  return IsScalar(collection) && collection.data.root->token() != rows.data.root->token();
}

// The collection whose rows the result has, or the error that there is none.
Result<const Collection*> CommonRows(const std::vector<ElementwiseArgument>& arguments) {
  const Collection* rows = nullptr;
  for (const ElementwiseArgument& argument : arguments) {
    const Collection* collection = AsCollection(argument);
    if (collection != nullptr && (rows == nullptr || (IsScalar(*rows) && !IsScalar(*collection)))) rows = collection;
  }
  if (rows == nullptr) return InternalError("an elementwise operation needs a collection");
  for (const ElementwiseArgument& argument : arguments) {
    const Collection* collection = AsCollection(argument);
    if (collection == nullptr || IsValue(*collection, *rows) || collection->data.root->token() == rows->data.root->token()) continue;
    return NotImplementedError(
        "the operands have different rows: one comes from {} and the other from {}; filter both with the same mask, or compute one of them first",
        rows->data.root->Describe(), collection->data.root->Describe());
  }
  return rows;
}

// The collections among the arguments over one root, where they can be.
Result<std::vector<ElementwiseArgument>> Aligned(std::vector<ElementwiseArgument> arguments) {
  Collection* last = nullptr;
  bool is_one = true;
  for (int round = 0; round < 2; ++round) {  // in the second all come to the root that the last one came to in the first
    for (ElementwiseArgument& argument : arguments) {
      auto* collection = std::get_if<Collection>(&argument);
      if (collection == nullptr || IsScalar(*collection)) continue;
      if (last != nullptr && last->data.root->token() != collection->data.root->token()) {
        ARROW_ASSIGN_OR_RAISE(auto aligned, AlignRows(*last, *collection));
        *last = std::move(aligned.first);
        *collection = std::move(aligned.second);
        is_one = false;
      }
      last = collection;
    }
    if (is_one) break;
  }
  return arguments;
}

// What changes some values of its first argument keeps that one's label.
bool KeepsLabel(std::string_view function) {
  return function == "where" || function == "mask" || function == "fillna" || function == "clip" || function == "between";
}

// The label of a series made of others: their common one, or none.
std::string CommonLabel(std::string_view function, const std::vector<ElementwiseArgument>& arguments, const Collection& rows) {
  if (const Collection* first = AsCollection(arguments[0]); KeepsLabel(function) && first != nullptr) return first->name();
  std::optional<std::string> label;
  for (const ElementwiseArgument& argument : arguments) {
    const Collection* collection = AsCollection(argument);
    if (collection == nullptr || IsValue(*collection, rows)) continue;
    if (!label) label = collection->name();
    if (*label != collection->name()) return NoLabel();
  }
  return *label;
}

Result<ColumnExprPtr> ColumnOf(const ElementwiseArgument& argument, const std::string& label, const Collection& rows) {
  const Collection* collection = AsCollection(argument);
  if (collection == nullptr) return ColumnExpr::Constant(std::get<Literal>(argument));
  if (IsValue(*collection, rows)) return ColumnExpr::ResultOf(collection->data);
  if (collection->shape != Collection::Shape::kFrame) return collection->column(0).value;
  const int position = collection->Find(label);
  if (position < 0) return ValueError("the frames have different columns: one has no '{}'", PrintLabel(label));
  return collection->column(position).value;
}

Result<NamedColumn> CallFor(std::string_view function, const std::vector<ElementwiseArgument>& arguments, const FunctionOptions& options,
                            const std::string& label, const Collection& rows, const Origin& origin) {
  std::vector<ColumnExprPtr> values;
  for (const ElementwiseArgument& argument : arguments) {
    ARROW_ASSIGN_OR_RAISE(ColumnExprPtr value, ColumnOf(argument, label, rows));
    values.push_back(std::move(value));
  }
  ARROW_ASSIGN_OR_RAISE(ColumnExprPtr call, ColumnExpr::Call(function, std::move(values), options, origin));
  return NamedColumn{label, std::move(call)};
}

const Collection* FirstFrame(const std::vector<ElementwiseArgument>& arguments) {
  for (const ElementwiseArgument& argument : arguments) {
    const Collection* collection = AsCollection(argument);
    if (collection != nullptr && collection->shape == Collection::Shape::kFrame) return collection;
  }
  return nullptr;
}

}  // namespace

Result<Collection> Elementwise(std::string_view function, const std::vector<ElementwiseArgument>& given, const FunctionOptions& options,
                               Origin origin) {
  ARROW_ASSIGN_OR_RAISE(const auto arguments, Aligned(given));
  ARROW_ASSIGN_OR_RAISE(const Collection* rows, CommonRows(arguments));
  const Collection* frame = FirstFrame(arguments);
  std::vector<NamedColumn> columns;
  if (frame == nullptr) {
    ARROW_ASSIGN_OR_RAISE(NamedColumn column, CallFor(function, arguments, options, CommonLabel(function, arguments, *rows), *rows, origin));
    columns.push_back(std::move(column));
    return rows->WithColumns(rows->shape, std::move(columns));
  }
  for (int i = 0; i < frame->num_columns(); ++i) {
    ARROW_ASSIGN_OR_RAISE(NamedColumn column, CallFor(function, arguments, options, frame->column(i).name, *rows, origin));
    columns.push_back(std::move(column));
  }
  return frame->WithColumns(Collection::Shape::kFrame, std::move(columns));
}

}  // namespace cask
