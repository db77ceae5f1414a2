// Slots: a growing array of one value a group or a key, in counted memory, that becomes a column without a copy.
#pragma once

#include <arrow/buffer.h>
#include <arrow/memory_pool.h>

#include <algorithm>
#include <memory>

#include "cask/data/batch.h"

namespace cask {

template <typename T>
class Slots {
 public:
  explicit Slots(arrow::MemoryPool* pool) : pool_(pool) {}

  /// Makes room for `size` values; new ones are `fill`, which must be the same in every call.
  Status Grow(int64_t size, T fill) {
    if (size > capacity_) ARROW_RETURN_NOT_OK(Enlarge(size, fill));
    size_ = std::max(size_, size);
    return Status::OK();
  }

  int64_t size() const { return size_; }
  arrow::MemoryPool* pool() const { return pool_; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](int64_t i) { return data_[i]; }
  const T& operator[](int64_t i) const { return data_[i]; }

  /// The values from `begin` on, as a column; the slots are empty afterwards.
  Column Release(const DType& type, int64_t begin) {
    const int64_t size = size_;
    Column column = MakeFixedColumn(type, size, ReleaseBuffer());
    return SliceColumn(column, begin, size - begin);
  }

  /// The memory of the values, null if there are none; the slots are empty afterwards.
  std::shared_ptr<arrow::Buffer> ReleaseBuffer() {
    size_ = capacity_ = 0;
    data_ = nullptr;
    return std::move(buffer_);
  }

 private:
  Status Enlarge(int64_t size, T fill) {
    const int64_t capacity = std::max<int64_t>({size, capacity_ * 2, 64});
    if (buffer_ == nullptr) {
      ARROW_ASSIGN_OR_RAISE(buffer_, arrow::AllocateResizableBuffer(0, pool_));
    }
    ARROW_RETURN_NOT_OK(buffer_->Resize(capacity * sizeof(T), /*shrink_to_fit=*/false));
    data_ = reinterpret_cast<T*>(buffer_->mutable_data());
    std::fill(data_ + capacity_, data_ + capacity, fill);
    capacity_ = capacity;
    return Status::OK();
  }

  arrow::MemoryPool* pool_;
  std::unique_ptr<arrow::ResizableBuffer> buffer_;
  T* data_ = nullptr;
  int64_t size_ = 0;
  int64_t capacity_ = 0;
};

}  // namespace cask
