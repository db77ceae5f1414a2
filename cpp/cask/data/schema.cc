#include "cask/data/schema.h"

namespace cask {

int Schema::Find(std::string_view name) const {
  for (int i = 0; i < size(); ++i) {
    if (fields_[i].name == name) return i;
  }
  return -1;
}

}  // namespace cask
