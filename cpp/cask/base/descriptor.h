// Descriptor: an open file, closed at the end. Not thread-safe.
#pragma once

#include <unistd.h>

#include <utility>

namespace cask {

class Descriptor {
 public:
  /// What ::open gave; -1: none is open.
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  /// Whether what was written has arrived as far as closing tells; errno says why not.
  bool Close() {
    const int fd = std::exchange(fd_, -1);
    return fd < 0 || ::close(fd) == 0;
  }

 private:
  int fd_;
};

}  // namespace cask
