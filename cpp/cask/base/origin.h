// Origin: the line of the user's program that made an expression, named in the errors of the tasks that come of it.
#pragma once

#include <compare>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>

namespace cask {

struct OriginLine {
  std::string file;
  int line = 0;
  auto operator<=>(const OriginLine&) const = default;
};
constexpr auto FieldsOf(std::type_identity<OriginLine>) { return std::tuple(&OriginLine::file, &OriginLine::line); }

/// Null where the line is not known.
using Origin = std::shared_ptr<const OriginLine>;

inline std::string DescribeOrigin(const Origin& origin) {
  return origin ? origin->file + ":" + std::to_string(origin->line) : std::string();
}

}  // namespace cask
