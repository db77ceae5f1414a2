#include "cask/base/random.h"

#include <random>

namespace cask {

uint64_t FreshSeed() {
  std::random_device device;
  return (static_cast<uint64_t>(device()) << 32) | device();
}

}  // namespace cask
