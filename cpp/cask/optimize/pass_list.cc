#include "cask/optimize/optimize.h"

namespace cask {

Result<std::vector<Projection>> Optimize(std::vector<Projection> outputs) {
  // First, because every other rewrite may look at types.
  return RebindToSources(std::move(outputs));
}

}  // namespace cask
