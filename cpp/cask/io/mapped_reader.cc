#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "cask/io/byte_reader.h"
#include "cask/io/mapping_guard.h"
#include "cask/io/os_error.h"

namespace cask {
namespace {

constexpr int64_t kPage = 4096;
constexpr int64_t kHugePage = 2 << 20;
constexpr int64_t kReleaseBytes = 16 << 20;  // consumed pages leave the resident set in steps of this size

int64_t RoundDown(int64_t value, int64_t unit) { return value / unit * unit; }
int64_t RoundUp(int64_t value, int64_t unit) { return RoundDown(value + unit - 1, unit); }

class MappedReader final : public ByteReader {
 public:
  ~MappedReader() override {
    guard_.reset();
    if (region_ != nullptr) ::munmap(region_, region_size_);
  }

  Status Open(const std::string& path, int64_t expected_size, int64_t begin) {
    path_ = path;
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return ErrorOfOS(errno, "cannot open", path);
    struct stat facts;
    Status status = ::fstat(descriptor, &facts) != 0 ? ErrorOfOS(errno, "cannot look at", path) : CheckSize(facts.st_size, expected_size);
    if (status.ok() && facts.st_size > 0) status = Map(descriptor, facts.st_size);
    ::close(descriptor);
    ARROW_RETURN_NOT_OK(status);
    released_ = RoundDown(begin, kHugePage);
    return Fetch(begin, 0);
  }

  Status Fetch(int64_t from, int64_t size) override {
    begin_ = std::min(from, file_size_);
    data_ = text_ + begin_;
    size_ = file_size_ - begin_;
    at_end_ = true;
    const int64_t consumed = RoundDown(begin_ - 1, kHugePage);
    if (consumed - released_ >= kReleaseBytes) {
      ::madvise(text_ + released_, consumed - released_, MADV_DONTNEED);
      released_ = consumed;
    }
    return Status::OK();
  }

  Status Check() override {
    if (guard_ != nullptr && guard_->has_faulted()) {
      return OSError("the file shrank while it was read: {}", path_);
    }
    return Status::OK();
  }

 private:
  Status CheckSize(int64_t size, int64_t expected_size) const {
    if (size == expected_size) return Status::OK();
    return OSError("the file changed after it was found: it had {} bytes and now has {}: {}", expected_size, size, path_);
  }

  // The mapping lies between two anonymous pages, so that reading a little beyond either end of the file does no harm. It begins where a huge
  // page can: the kernel then maps what it caches in large folios by one entry each, which saves most faults and address look-ups.
  Status Map(int descriptor, int64_t size) {
    const int64_t mapped_size = RoundUp(size, kPage);
    region_size_ = mapped_size + 2 * kPage + kHugePage;
    void* region = ::mmap(nullptr, region_size_, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (region == MAP_FAILED) return ErrorOfOS(errno, "cannot reserve addresses for", path_);
    region_ = region;
    text_ = reinterpret_cast<char*>(RoundUp(reinterpret_cast<int64_t>(region) + kPage, kHugePage));
    if (::mmap(text_, size, PROT_READ, MAP_SHARED | MAP_FIXED, descriptor, 0) == MAP_FAILED) {
      return ErrorOfOS(errno, "cannot map", path_);
    }
    ::madvise(text_, size, MADV_SEQUENTIAL);
    ::madvise(text_, size, MADV_HUGEPAGE);
    file_size_ = size;
    guard_ = std::make_unique<MappingGuard>(text_, mapped_size);
    return Status::OK();
  }

  std::string path_;
  void* region_ = nullptr;
  int64_t region_size_ = 0;
  char* text_ = nullptr;
  int64_t file_size_ = 0;
  int64_t released_ = 0;
  std::unique_ptr<MappingGuard> guard_;
};

}  // namespace

Result<std::unique_ptr<ByteReader>> MakeMappedReader(const std::string& path, int64_t expected_size, int64_t begin) {
  auto reader = std::make_unique<MappedReader>();
  ARROW_RETURN_NOT_OK(reader->Open(path, expected_size, begin));
  return reader;
}

}  // namespace cask
