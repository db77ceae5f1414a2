// SharedBuffer: memory that processes give to each other by its descriptor, without a copy: a sealed memory file (memfd), mapped read-only.
//
// Sealed means that nobody can write to the file any more or change its size. So its bytes stay what they are, whoever else has it, and reading them
// cannot fault. Immutable, thread-safe.
#pragma once

#include <arrow/buffer.h>

#include <memory>

#include "cask/base/descriptor.h"
#include "cask/base/error.h"

namespace cask {

class SharedBuffer final : public arrow::Buffer {
 public:
  /// Takes the file over, also where it is refused: if it is not sealed, not of `size` bytes or not all in memory. `size` is at least 1.
  static Result<std::shared_ptr<SharedBuffer>> Map(std::unique_ptr<Descriptor> file, int64_t size);
  ~SharedBuffer() override;

  int fd() const { return file_->get(); }
  /// The one that `buffer` is, or is a part of; null: none.
  static const SharedBuffer* Of(const arrow::Buffer& buffer);

 private:
  SharedBuffer(std::unique_ptr<Descriptor> file, const uint8_t* data, int64_t size) : Buffer(data, size), file_(std::move(file)) {}

  const std::unique_ptr<Descriptor> file_;
};

/// An empty memory file, to be written and then sealed.
Result<std::unique_ptr<Descriptor>> MakeMemoryFile();
Status WriteMemoryFile(const Descriptor& file, int64_t offset, const void* data, int64_t size);
Status SealMemoryFile(const Descriptor& file);

}  // namespace cask
