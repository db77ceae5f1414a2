#include "cask/base/clock.h"

#include <chrono>

namespace cask {
namespace {

template <typename ChronoClock>
int64_t NanosecondsOf() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(ChronoClock::now().time_since_epoch()).count();
}

class RealClock final : public Clock {
 public:
  int64_t MonotonicNanoseconds() override { return NanosecondsOf<std::chrono::steady_clock>(); }
  int64_t UnixNanoseconds() override { return NanosecondsOf<std::chrono::system_clock>(); }
};

}  // namespace

Clock& SystemClock() {
  static RealClock clock;
  return clock;
}

}  // namespace cask
