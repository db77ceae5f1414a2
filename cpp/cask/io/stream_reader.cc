#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>

#include "cask/io/byte_reader.h"

namespace cask {
namespace {

class StreamReader final : public ByteReader {
 public:
  StreamReader(std::shared_ptr<arrow::io::InputStream> stream, int64_t begin, int64_t read_bytes, arrow::MemoryPool* pool)
      : stream_(std::move(stream)), read_bytes_(read_bytes), pool_(pool != nullptr ? pool : arrow::default_memory_pool()) {
    begin_ = begin;
  }

  Status Fetch(int64_t from, int64_t size) override {
    Discard(from - begin_);
    while (begin_ < from && !at_end_) {
      ARROW_RETURN_NOT_OK(ReadMore(read_bytes_));
      Discard(from - begin_);
    }
    while (size_ < size && !at_end_) ARROW_RETURN_NOT_OK(ReadMore(std::max(size - size_, read_bytes_)));
    return Status::OK();
  }

 private:
  void Discard(int64_t count) {
    count = std::min(count, size_);
    data_ += count;
    begin_ += count;
    size_ -= count;
  }

  Status ReadMore(int64_t want) {
    ARROW_RETURN_NOT_OK(MakeRoom(want));
    ARROW_ASSIGN_OR_RAISE(int64_t got, stream_->Read(want, const_cast<char*>(data_) + size_));
    at_end_ = got == 0;
    size_ += got;
    return Status::OK();
  }

  // Moves the window to the front of a buffer that has room for `want` more bytes.
  Status MakeRoom(int64_t want) {
    const int64_t need = kPadding + size_ + want + kPadding;
    if (buffer_ != nullptr && data_ + size_ + want + kPadding <= Front() - kPadding + buffer_->size()) return Status::OK();
    if (buffer_ != nullptr && need <= buffer_->size()) {
      std::memmove(Front(), data_, size_);
    } else {
      ARROW_ASSIGN_OR_RAISE(std::unique_ptr<arrow::Buffer> larger, arrow::AllocateBuffer(need + size_, pool_));
      std::memset(larger->mutable_data(), 0, kPadding);
      if (size_ > 0) std::memcpy(larger->mutable_data() + kPadding, data_, size_);
      buffer_ = std::move(larger);
    }
    data_ = Front();
    return Status::OK();
  }

  char* Front() const { return reinterpret_cast<char*>(buffer_->mutable_data()) + kPadding; }

  std::shared_ptr<arrow::io::InputStream> stream_;
  int64_t read_bytes_;
  arrow::MemoryPool* pool_;
  std::unique_ptr<arrow::Buffer> buffer_;
};

}  // namespace

std::unique_ptr<ByteReader> MakeStreamReader(std::shared_ptr<arrow::io::InputStream> stream, int64_t begin, int64_t read_bytes,
                                             arrow::MemoryPool* pool) {
  return std::make_unique<StreamReader>(std::move(stream), begin, read_bytes, pool);
}

}  // namespace cask
