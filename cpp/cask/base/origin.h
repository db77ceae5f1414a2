// Origin: the line of the user's program that made an expression, named in the errors of the tasks that come of it.
#pragma once

#include <memory>
#include <string>

namespace cask {

struct OriginLine {
  std::string file;
  int line = 0;
};

/// Null where the line is not known.
using Origin = std::shared_ptr<const OriginLine>;

inline std::string DescribeOrigin(const Origin& origin) {
  return origin ? origin->file + ":" + std::to_string(origin->line) : std::string();
}

}  // namespace cask
