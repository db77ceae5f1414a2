// MappingGuard: keeps the process alive when a mapped file shrinks. Reading a page that the file no longer has raises SIGBUS; while a
// guard covers the address, the page is replaced by zeroes and the guard remembers, so that the reader can fail with an error.
//
// Guards are made and destroyed by any thread; the signal handler takes no lock. Faults outside all guards go to the handler
// that was installed before.
#pragma once

#include <atomic>
#include <cstdint>

namespace cask {

class MappingGuard {
 public:
  MappingGuard(void* begin, int64_t size);
  ~MappingGuard();
  MappingGuard(const MappingGuard&) = delete;
  MappingGuard& operator=(const MappingGuard&) = delete;

  bool has_faulted() const;

 private:
  int slot_;
};

}  // namespace cask
