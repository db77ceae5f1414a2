#include "cask/child/shared_buffer.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "cask/io/os_error.h"

namespace cask {
namespace {

constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
constexpr int64_t kMaxWriteBytes = int64_t{1} << 30;  // the system writes less than 2 GiB at a time
constexpr int64_t kBlockBytes = 512;                  // of st_blocks

// A file with holes, or of huge pages, could fail to be read: its pages are looked for when they are first touched.
Status CheckMemoryFile(int fd, int64_t size) {
  const int seals = ::fcntl(fd, F_GET_SEALS);
  if (seals < 0 || (seals & kSeals) != kSeals) return ValueError("a memory file is not sealed");
  struct stat status {};
  struct statfs system {};
  if (::fstat(fd, &status) != 0 || ::fstatfs(fd, &system) != 0) return ErrorOfOS(errno, "cannot look at", "a memory file");
  if (status.st_size != size) return ValueError("a memory file has {} bytes where {} were said", status.st_size, size);
  if (system.f_type != TMPFS_MAGIC || status.st_blocks * kBlockBytes < size) return ValueError("a memory file is not all in memory");
  return Status::OK();
}

}  // namespace

Result<std::shared_ptr<SharedBuffer>> SharedBuffer::Map(std::unique_ptr<Descriptor> file, int64_t size) {
  ARROW_RETURN_NOT_OK(CheckMemoryFile(file->get(), size));
  // Private, because a shared mapping of a file sealed against writing is refused before Linux 6.7; the pages are the same.
  void* data = ::mmap(nullptr, static_cast<size_t>(size), PROT_READ, MAP_PRIVATE, file->get(), 0);
  if (data == MAP_FAILED) return ErrorOfOS(errno, "cannot map", "a memory file");
  return std::shared_ptr<SharedBuffer>(new SharedBuffer(std::move(file), static_cast<const uint8_t*>(data), size));
}

SharedBuffer::~SharedBuffer() { ::munmap(const_cast<uint8_t*>(data_), static_cast<size_t>(size_)); }

const SharedBuffer* SharedBuffer::Of(const arrow::Buffer& buffer) {
  for (const arrow::Buffer* at = &buffer; at != nullptr; at = at->parent().get()) {
    const auto* shared = dynamic_cast<const SharedBuffer*>(at);
    if (shared == nullptr) continue;
    // A buffer may have another's memory for its parent without lying in it.
    const bool lies_within = buffer.data() >= shared->data() && buffer.data() + buffer.size() <= shared->data() + shared->size();
    return lies_within ? shared : nullptr;
  }
  return nullptr;
}

Result<std::unique_ptr<Descriptor>> MakeMemoryFile() {
  auto file = std::make_unique<Descriptor>(::memfd_create("cask", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (file->get() < 0) return ErrorOfOS(errno, "cannot make", "a memory file");
  return file;
}

Status WriteMemoryFile(const Descriptor& file, int64_t offset, const void* data, int64_t size) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::pwrite(file.get(), bytes, static_cast<size_t>(std::min(size, kMaxWriteBytes)), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrorOfOS(errno, "cannot write to", "a memory file");
    bytes += written;
    offset += written;
    size -= written;
  }
  return Status::OK();
}

Status SealMemoryFile(const Descriptor& file) {
  if (::fcntl(file.get(), F_ADD_SEALS, kSeals) != 0) return ErrorOfOS(errno, "cannot seal", "a memory file");
  return Status::OK();
}

}  // namespace cask
