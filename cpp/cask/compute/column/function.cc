#include "cask/compute/column/function.h"

#include <map>

#include "cask/compute/column/registry.h"

namespace cask {
namespace {

using Registry = std::map<std::string_view, const ColumnFunction*>;

const Registry& Functions() {
  static const Registry* functions = [] {
    auto* all = new Registry();
    for (const FunctionList& family : {ArithmeticFunctions(), ComparisonFunctions(), LogicalFunctions(), UnaryFunctions(), MissingFunctions(),
                                       MembershipFunctions(), BinFunctions(), PositionFunctions(), CastFunctions(), DateFunctions(), StringFunctions()}) {
      for (const ColumnFunction* function : family) all->emplace(function->name(), function);
    }
    return all;
  }();
  return *functions;
}

}  // namespace

const ColumnFunction* FindColumnFunction(std::string_view name) {
  const auto found = Functions().find(name);
  return found == Functions().end() ? nullptr : found->second;
}

std::vector<std::string_view> ColumnFunctionNames() {
  std::vector<std::string_view> names;
  for (const auto& [name, function] : Functions()) names.push_back(name);
  return names;
}

}  // namespace cask
