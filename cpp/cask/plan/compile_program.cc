#include "cask/plan/compile_program.h"

#include "cask/base/check.h"

namespace cask {
namespace {

class Compiler {
 public:
  Compiler(const Schema& batch, const std::vector<int>& positions) : positions_(positions) { program_.input = batch; }

  void AddOutput(const NamedColumn& column) {
    program_.outputs.push_back(Compile(*column.value));
    program_.output.Add({column.name, column.value->type()});
  }
  Program Take() { return std::move(program_); }

 private:
  Operand Compile(const ColumnExpr& expr) {
    if (expr.node() == ColumnExpr::Node::kReference) {
      CASK_CHECK_GE(positions_[expr.index()], 0);
      return {Operand::From::kInput, positions_[expr.index()]};
    }
    const auto found = compiled_.find(expr.token());
    if (found != compiled_.end()) return found->second;
    const Operand operand = expr.node() == ColumnExpr::Node::kLiteral ? AddLiteral(expr) : AddCall(expr);
    compiled_.emplace(expr.token(), operand);
    return operand;
  }

  Operand AddLiteral(const ColumnExpr& expr) {
    program_.literals.push_back(expr.literal());
    return {Operand::From::kLiteral, static_cast<int>(program_.literals.size()) - 1};
  }

  Operand AddCall(const ColumnExpr& expr) {
    Call call{&expr.function(), {}, {}, expr.options(), expr.type(), expr.origin(), expr.widened()};
    for (const ColumnExprPtr& argument : expr.arguments()) {
      call.arguments.push_back(Compile(*argument));
      call.argument_types.push_back(argument->type());
    }
    program_.calls.push_back(std::move(call));
    return {Operand::From::kCall, static_cast<int>(program_.calls.size()) - 1};
  }

  const std::vector<int>& positions_;
  Program program_;
  std::unordered_map<Token, Operand, TokenHash> compiled_;
};

}  // namespace

Program CompileProgram(const std::vector<NamedColumn>& columns, const Schema& batch, const std::vector<int>& positions) {
  Compiler compiler(batch, positions);
  for (const NamedColumn& column : columns) compiler.AddOutput(column);
  return compiler.Take();
}

}  // namespace cask
