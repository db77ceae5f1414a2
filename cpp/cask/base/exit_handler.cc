#include "cask/base/exit_handler.h"

#include <atomic>
#include <cstdlib>

namespace cask {
namespace {

std::atomic<void (*)()> handler{nullptr};

}  // namespace

void SetExitHandler(void (*stop)()) {
  handler.store(stop);
  std::atexit(stop);
}

void RenewExitHandler() {
  if (auto* stop = handler.load()) std::atexit(stop);
}

}  // namespace cask
