#include "cask/data/literal.h"

namespace cask {

std::string Literal::ToString() const {
  struct Printer {
    const DType& type;
    std::string operator()(std::monostate) const { return type.is_temporal() ? "NaT" : "NaN"; }
    std::string operator()(bool value) const { return value ? "True" : "False"; }
    std::string operator()(int64_t value) const { return std::to_string(value); }
    std::string operator()(uint64_t value) const { return std::to_string(value); }
    std::string operator()(double value) const { return fmt::format("{}", value); }
    std::string operator()(const std::string& value) const { return "'" + value + "'"; }
    std::string operator()(Ticks value) const {
      return value.value == kNaT ? "NaT" : fmt::format("{}({})", type.ToString(), value.value);
    }
  };
  return std::visit(Printer{type_}, value_);
}

}  // namespace cask
