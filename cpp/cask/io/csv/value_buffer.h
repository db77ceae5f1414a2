// Growing buffers that become a column's buffers: values of one width, and validity bits that exist only once one is needed.
#pragma once

#include <arrow/buffer.h>
#include <arrow/memory_pool.h>
#include <arrow/result.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "cask/base/error.h"

namespace cask {

/// Room for values of type T in an Arrow buffer, which it gives away when asked.
template <typename T>
class CsvValueBuffer {
 public:
  CsvValueBuffer(int64_t usual_capacity, arrow::MemoryPool* pool) : usual_capacity_(usual_capacity), pool_(pool) {}

  /// Makes room for `more` values after the `size()` that are there.
  Status Reserve(int64_t more) {
    const int64_t needed = size_ + more;
    if (buffer_ != nullptr && needed <= capacity_) return Status::OK();
    const int64_t capacity = std::max(buffer_ == nullptr ? usual_capacity_ : capacity_ * 2, needed);
    if (buffer_ == nullptr) {
      ARROW_ASSIGN_OR_RAISE(buffer_, arrow::AllocateResizableBuffer(capacity * sizeof(T), pool_));
    } else {
      ARROW_RETURN_NOT_OK(buffer_->Resize(capacity * sizeof(T), /*shrink_to_fit=*/false));
    }
    capacity_ = capacity;
    return Status::OK();
  }

  T* data() { return reinterpret_cast<T*>(buffer_->mutable_data()); }
  T* end() { return data() + size_; }
  int64_t size() const { return size_; }
  int64_t room() const { return capacity_ - size_; }
  void Advance(int64_t count) { size_ += count; }

  /// The values, in a buffer of no more than about twice their size.
  Result<std::shared_ptr<arrow::Buffer>> Finish() {
    ARROW_RETURN_NOT_OK(Reserve(0));
    const int64_t bytes = size_ * sizeof(T);
    ARROW_RETURN_NOT_OK(buffer_->Resize(bytes, /*shrink_to_fit=*/bytes * 2 < buffer_->capacity()));
    std::shared_ptr<arrow::Buffer> result = std::move(buffer_);
    buffer_ = nullptr;
    size_ = 0;
    capacity_ = 0;
    return result;
  }

 private:
  int64_t usual_capacity_;
  arrow::MemoryPool* pool_;
  std::unique_ptr<arrow::ResizableBuffer> buffer_;
  int64_t size_ = 0;
  int64_t capacity_ = 0;
};

/// Validity bits of the rows appended so far; no buffer as long as all are valid.
class CsvValidity {
 public:
  explicit CsvValidity(arrow::MemoryPool* pool) : bits_(0, pool) {}

  /// Marks row `row`, counted from the last Finish, as missing.
  Status SetMissing(int64_t row) {
    const int64_t needed = row / 8 + 1;
    if (needed > bits_.size()) {
      const int64_t grown = std::max<int64_t>(needed, 2 * bits_.size() + 64);
      const int64_t more = grown - bits_.size();
      ARROW_RETURN_NOT_OK(bits_.Reserve(more));
      std::memset(bits_.end(), 0xFF, more);
      bits_.Advance(more);
    }
    uint8_t& byte = bits_.data()[row / 8];
    const uint8_t bit = static_cast<uint8_t>(1u << (row % 8));
    null_count_ += (byte & bit) != 0;
    byte &= static_cast<uint8_t>(~bit);
    return Status::OK();
  }

  int64_t null_count() const { return null_count_; }

  /// Null if no row is missing.
  Result<std::shared_ptr<arrow::Buffer>> Finish(int64_t num_rows) {
    if (null_count_ == 0) return std::shared_ptr<arrow::Buffer>();
    if (num_rows > 0) ARROW_RETURN_NOT_OK(Cover(num_rows));
    null_count_ = 0;
    return bits_.Finish();
  }

 private:
  Status Cover(int64_t num_rows) {
    const int64_t more = (num_rows + 7) / 8 - bits_.size();
    if (more <= 0) return Status::OK();
    ARROW_RETURN_NOT_OK(bits_.Reserve(more));
    std::memset(bits_.end(), 0xFF, more);
    bits_.Advance(more);
    return Status::OK();
  }

  CsvValueBuffer<uint8_t> bits_;
  int64_t null_count_ = 0;
};

}  // namespace cask
