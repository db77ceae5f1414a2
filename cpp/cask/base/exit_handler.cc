#include "cask/base/exit_handler.h"

#include <atomic>
#include <cstdlib>

namespace cask {
namespace {

std::atomic<void (*)()> handler{nullptr};

void CallOnce() {
  if (auto* stop = handler.exchange(nullptr)) stop();
}

}  // namespace

void SetExitHandler(void (*stop)()) {
  handler.store(stop);
  std::atexit(CallOnce);
}

void RenewExitHandler() {
  if (handler.load() != nullptr) std::atexit(CallOnce);
}

}  // namespace cask
