// Clock: the only source of time, so that a simulation can own it.
#pragma once

#include <cstdint>

namespace cask {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Nanoseconds that never go back, since an arbitrary moment.
  virtual int64_t MonotonicNanoseconds() = 0;
  /// Nanoseconds since 1970 in UTC.
  virtual int64_t UnixNanoseconds() = 0;
};

/// Of a length of time.
constexpr int64_t Nanoseconds(double seconds) { return static_cast<int64_t>(seconds * 1e9); }

/// The system's clock. Thread-safe.
Clock& SystemClock();

}  // namespace cask
