// ByteReader: the bytes of one input from some offset on, as a window that moves forward only.
//
// Used by one thread at a time. Invariants:
//   1. [data(), data() + size()) are the input's bytes from begin() on; begin() and the end of the window never go back.
//   2. kPadding bytes before and after the window can be read too; what they hold is undefined.
//   3. at_end() says that nothing follows the window.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cask/base/error.h"

namespace arrow::io {
class InputStream;
}
namespace arrow {
class MemoryPool;
}

namespace cask {

class ByteReader {
 public:
  static constexpr int64_t kPadding = 64;

  virtual ~ByteReader() = default;

  const char* data() const { return data_; }
  int64_t begin() const { return begin_; }
  int64_t size() const { return size_; }
  int64_t end() const { return begin_ + size_; }
  bool at_end() const { return at_end_; }

  /// Makes the window start at `from` (at or after begin()) and hold `size` bytes, or all that are left. Pointers into the old window are
  /// no longer valid.
  virtual Status Fetch(int64_t from, int64_t size) = 0;

  /// Fails if bytes that the window has shown turned out to be unreadable. To be asked before results are relied on.
  virtual Status Check() { return Status::OK(); }

 protected:
  const char* data_ = nullptr;
  int64_t begin_ = 0;
  int64_t size_ = 0;
  bool at_end_ = false;
};

/// Reads a local file through a memory mapping. Fails if its size is not `expected_size`.
Result<std::unique_ptr<ByteReader>> MakeMappedReader(const std::string& path, int64_t expected_size, int64_t begin);

/// Reads a stream whose first byte is at offset `begin`, at least `read_bytes` at a time.
std::unique_ptr<ByteReader> MakeStreamReader(std::shared_ptr<arrow::io::InputStream> stream, int64_t begin, int64_t read_bytes,
                                             arrow::MemoryPool* pool);

}  // namespace cask
