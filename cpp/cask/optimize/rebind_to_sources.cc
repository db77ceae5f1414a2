#include "cask/optimize/optimize.h"

namespace cask {

Result<std::vector<Projection>> RebindToSources(std::vector<Projection> outputs) {
  Rebinder rebinder;  // one for all, so that what they share stays shared
  for (Projection& output : outputs) {
    ARROW_ASSIGN_OR_RAISE(output, rebinder.Rebind(output));
  }
  return outputs;
}

}  // namespace cask
