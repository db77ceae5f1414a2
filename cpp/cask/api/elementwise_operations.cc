#include "cask/api/frame_operations.h"

namespace cask {
namespace {

const Collection* AsCollection(const ElementwiseArgument& argument) { return std::get_if<Collection>(&argument); }

// The rows that all collections share, or the error that says that they do not.
Result<const Collection*> CommonRows(const std::vector<ElementwiseArgument>& arguments) {
  const Collection* first = nullptr;
  for (const ElementwiseArgument& argument : arguments) {
    const Collection* collection = AsCollection(argument);
    if (collection == nullptr) continue;
    if (first == nullptr) {
      first = collection;
    } else if (first->data.root->token() != collection->data.root->token()) {
      return NotImplementedError(
          "the operands have different rows: one comes from {} and the other from {}; filter both with the same mask, or compute one of them first",
          first->data.root->Describe(), collection->data.root->Describe());
    }
  }
  if (first == nullptr) return InternalError("an elementwise operation needs a collection");
  return first;
}

// The label of a series made of others: their common one, or none.
std::string CommonLabel(const std::vector<ElementwiseArgument>& arguments) {
  std::optional<std::string> label;
  for (const ElementwiseArgument& argument : arguments) {
    const Collection* collection = AsCollection(argument);
    if (collection == nullptr) continue;
    if (!label) label = collection->name();
    if (*label != collection->name()) return NoLabel();
  }
  return *label;
}

Result<ColumnExprPtr> ColumnOf(const ElementwiseArgument& argument, const std::string& label) {
  const Collection* collection = AsCollection(argument);
  if (collection == nullptr) return ColumnExpr::Constant(std::get<Literal>(argument));
  if (collection->shape != Collection::Shape::kFrame) return collection->column(0).value;
  const int position = collection->Find(label);
  if (position < 0) return ValueError("the frames have different columns: one has no '{}'", PrintLabel(label));
  return collection->column(position).value;
}

Result<NamedColumn> CallFor(std::string_view function, const std::vector<ElementwiseArgument>& arguments, const FunctionOptions& options,
                            const std::string& label, const Origin& origin) {
  std::vector<ColumnExprPtr> values;
  for (const ElementwiseArgument& argument : arguments) {
    ARROW_ASSIGN_OR_RAISE(ColumnExprPtr value, ColumnOf(argument, label));
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

Result<Collection> Elementwise(std::string_view function, const std::vector<ElementwiseArgument>& arguments,
                               const FunctionOptions& options, Origin origin) {
  ARROW_ASSIGN_OR_RAISE(const Collection* rows, CommonRows(arguments));
  const Collection* frame = FirstFrame(arguments);
  std::vector<NamedColumn> columns;
  if (frame == nullptr) {
    ARROW_ASSIGN_OR_RAISE(NamedColumn column, CallFor(function, arguments, options, CommonLabel(arguments), origin));
    columns.push_back(std::move(column));
    return rows->WithColumns(rows->shape, std::move(columns));
  }
  for (int i = 0; i < frame->num_columns(); ++i) {
    ARROW_ASSIGN_OR_RAISE(NamedColumn column, CallFor(function, arguments, options, frame->column(i).name, origin));
    columns.push_back(std::move(column));
  }
  return frame->WithColumns(Collection::Shape::kFrame, std::move(columns));
}

}  // namespace cask
