#include "cask/compute/loops/operation.h"

#include <iterator>
#include <utility>

namespace cask {
namespace {

constexpr std::string_view kNames[] = {
#define CASK_NAME(symbol, name) name,
    CASK_BINARY_OPERATIONS(CASK_NAME) CASK_UNARY_OPERATIONS(CASK_NAME)
#undef CASK_NAME
};

constexpr std::pair<std::string_view, std::string_view> kSecondNames[] = {
    {"true_divide", "divide"}, {"mod", "remainder"},     {"abs", "absolute"},        {"pow", "power"},
    {"asin", "arcsin"},        {"acos", "arccos"},       {"atan", "arctan"},         {"atan2", "arctan2"},
    {"asinh", "arcsinh"},      {"acosh", "arccosh"},     {"atanh", "arctanh"},       {"radians", "deg2rad"},
    {"degrees", "rad2deg"},    {"bitwise_not", "invert"}, {"bitwise_invert", "invert"}, {"bitwise_left_shift", "left_shift"},
    {"bitwise_right_shift", "right_shift"},
};

}  // namespace

std::string_view OperationName(Operation operation) { return kNames[static_cast<int>(operation)]; }

std::optional<Operation> FindOperation(std::string_view name) {
  for (const auto& [second, first] : kSecondNames) {
    if (second == name) name = first;
  }
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name) return static_cast<Operation>(i);
  }
  return std::nullopt;
}

bool IsBinary(Operation operation) { return operation < Operation::kNegative; }

}  // namespace cask
