#include <nanobind/nanobind.h>

namespace cask {
void BindArray(nanobind::module_& module);
}  // namespace cask

NB_MODULE(_core, module) {
  module.doc() = "Cask's C++ library, as the package's Python modules use it.";
  cask::BindArray(module);
}
