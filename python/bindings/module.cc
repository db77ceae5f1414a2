#include <nanobind/nanobind.h>

namespace cask {
void BindArray(nanobind::module_& module);
void BindColumns(nanobind::module_& module);
void BindFrame(nanobind::module_& module);
void BindWriteCsv(nanobind::module_& module);
}  // namespace cask

NB_MODULE(_core, module) {
  module.doc() = "Cask's C++ library, as the package's Python modules use it.";
  cask::BindArray(module);
  cask::BindColumns(module);
  cask::BindFrame(module);
  cask::BindWriteCsv(module);
}
