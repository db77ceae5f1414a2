#include "cask/expr/column_expr.h"

#include "cask/base/check.h"
#include "cask/data/label.h"
#include "cask/expr/frame_expr.h"

namespace cask {
namespace {

void AddLiteral(Tokenizer* tokenizer, const Literal& literal) {
  tokenizer->Add(literal.type().ToToken()).Add(literal.ToString()).Add(int64_t{literal.is_weak()});
}

Token CallToken(const ColumnFunction& function, const std::vector<ColumnExprPtr>& arguments, const FunctionOptions& options) {
  Tokenizer tokenizer("call");
  tokenizer.Add(function.name());
  for (const ColumnExprPtr& argument : arguments) tokenizer.Add(argument->token());
  tokenizer.Add(options.type.ToToken()).Add(options.text).Add(options.number);
  for (const Literal& value : options.values) AddLiteral(&tokenizer, value);
  return tokenizer.Finish();
}

// Functions that users write as operators.
std::string_view OperatorOf(std::string_view function) {
  static const std::unordered_map<std::string_view, std::string_view> kOperators = {
      {"add", "+"},     {"subtract", "-"}, {"multiply", "*"},   {"divide", "/"},     {"floordiv", "//"},   {"mod", "%"},
      {"pow", "**"},    {"eq", "=="},      {"ne", "!="},        {"lt", "<"},         {"le", "<="},         {"gt", ">"},
      {"ge", ">="},     {"and", "&"},      {"or", "|"},         {"xor", "^"}};
  const auto found = kOperators.find(function);
  return found == kOperators.end() ? std::string_view() : found->second;
}

}  // namespace

ColumnExprPtr ColumnExpr::Reference(int index, DType type) {
  Tokenizer tokenizer("reference");
  tokenizer.Add(int64_t{index}).Add(type.ToToken());
  auto* expr = new ColumnExpr(Node::kReference, std::move(type), tokenizer.Finish(), nullptr);
  expr->index_ = index;
  return ColumnExprPtr(expr);
}

ColumnExprPtr ColumnExpr::Constant(Literal literal) {
  Tokenizer tokenizer("constant");
  AddLiteral(&tokenizer, literal);
  auto* expr = new ColumnExpr(Node::kLiteral, literal.type(), tokenizer.Finish(), nullptr);
  expr->literal_ = std::move(literal);
  return ColumnExprPtr(expr);
}

Result<ColumnExprPtr> ColumnExpr::Call(std::string_view name, std::vector<ColumnExprPtr> arguments, FunctionOptions options,
                                       Origin origin, WidenedFlag widened) {
  const ColumnFunction* function = FindColumnFunction(name);
  if (function == nullptr) return InternalError("there is no column function named {}", name);
  if (static_cast<int>(arguments.size()) < function->min_arguments()) {
    return InternalError("{} takes {} arguments but {} were given", name, function->min_arguments(), arguments.size());
  }
  if (widened == nullptr) widened = std::make_shared<std::atomic<bool>>(false);
  if (*widened) options.number = kWidened;
  std::vector<ArgumentType> types;
  for (const ColumnExprPtr& argument : arguments) {
    types.push_back({argument->type(), argument->node() == Node::kLiteral ? &argument->literal() : nullptr});
  }
  auto type = function->InferType(types, options);
  if (!type.ok()) return WithNote(type.status(), origin ? "in line " + DescribeOrigin(origin) : std::string(name));
  const Token token = CallToken(*function, arguments, options);
  auto* expr = new ColumnExpr(Node::kCall, *type, token, std::move(origin));
  expr->function_ = function;
  expr->arguments_ = std::move(arguments);
  expr->options_ = std::move(options);
  expr->widened_ = std::move(widened);
  return ColumnExprPtr(expr);
}

ColumnExprPtr ColumnExpr::ResultOf(Projection projection) {
  const Token token = Tokenizer("result").Add(projection.token()).Finish();
  auto* expr = new ColumnExpr(Node::kResult, projection.columns[0].value->type(), token, projection.root->origin());
  expr->result_ = std::make_shared<const Projection>(std::move(projection));
  return ColumnExprPtr(expr);
}

std::string_view ColumnExpr::name() const {
  switch (node_) {
    case Node::kReference: return "column";
    case Node::kLiteral: return "constant";
    case Node::kCall: return function_->name();
    case Node::kResult: return "result";
  }
  return "";
}

void ColumnExpr::MarkNeeded(std::vector<bool>* needed) const {
  if (node_ == Node::kReference) (*needed)[index_] = true;
  for (const ColumnExprPtr& argument : arguments_) argument->MarkNeeded(needed);
}

Result<ColumnExprPtr> ColumnExpr::Rebind(const Schema& schema, const std::vector<int>& positions) const {
  std::vector<ColumnExprPtr> references;
  for (int position : positions) {
    references.push_back(position < 0 ? nullptr : Reference(position, schema.field(position).type));
  }
  return Substitute(references);
}

Result<ColumnExprPtr> ColumnExpr::Substitute(const std::vector<ColumnExprPtr>& replacements) const {
  if (node_ == Node::kReference) {
    CASK_CHECK(replacements[index_] != nullptr);
    return replacements[index_];
  }
  if (node_ != Node::kCall) return std::static_pointer_cast<const ColumnExpr>(shared_from_this());
  std::vector<ColumnExprPtr> arguments;
  for (const ColumnExprPtr& argument : arguments_) {
    ARROW_ASSIGN_OR_RAISE(auto replaced, argument->Substitute(replacements));
    arguments.push_back(std::move(replaced));
  }
  return Call(function_->name(), std::move(arguments), options_, origin(), widened_);
}

bool ColumnExpr::is_outdated() const {
  if (node_ == Node::kCall && *widened_ && options_.number != kWidened) return true;
  return std::any_of(arguments_.begin(), arguments_.end(), [](const ColumnExprPtr& argument) { return argument->is_outdated(); });
}

Result<ColumnExprPtr> ColumnExpr::ReplaceResults(const std::unordered_map<Token, Literal, TokenHash>& values) const {
  if (node_ == Node::kResult) {
    const auto found = values.find(token());
    if (found != values.end()) return Constant(found->second);
  }
  if (node_ != Node::kCall) return std::static_pointer_cast<const ColumnExpr>(shared_from_this());
  std::vector<ColumnExprPtr> arguments;
  for (const ColumnExprPtr& argument : arguments_) {
    ARROW_ASSIGN_OR_RAISE(auto replaced, argument->ReplaceResults(values));
    arguments.push_back(std::move(replaced));
  }
  return Call(function_->name(), std::move(arguments), options_, origin(), widened_);
}

std::string ColumnExpr::ToString(const Schema& schema) const {
  if (node_ == Node::kReference) return PrintLabel(schema.field(index_).name);
  if (node_ == Node::kLiteral) return literal_.ToString();
  if (node_ == Node::kResult) return fmt::format("({})", result_->root->Describe());
  const std::string_view sign = OperatorOf(function_->name());
  if (!sign.empty() && arguments_.size() == 2) {
    return fmt::format("({} {} {})", arguments_[0]->ToString(schema), sign, arguments_[1]->ToString(schema));
  }
  std::string text = std::string(function_->name()) + "(";
  for (size_t i = 0; i < arguments_.size(); ++i) text += (i > 0 ? ", " : "") + arguments_[i]->ToString(schema);
  if (function_->name() == "cast") text += ", " + options_.type.ToString();
  if (!options_.values.empty()) text += fmt::format(", {} values", options_.values.size());
  return text + ")";
}

}  // namespace cask
