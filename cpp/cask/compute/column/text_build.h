// TextBuilder: a large_string column written row by row; TextView: one read row by row.
#pragma once

#include <arrow/buffer.h>

#include <string_view>

#include "cask/compute/column/function.h"

namespace cask {

/// The rows of a large_string column. Missing ones read as empty text; ask IsMissing. The column must outlive it.
class TextView {
 public:
  explicit TextView(const arrow::ArrayData& column)
      : offsets_(column.buffers[1] ? column.GetValues<int64_t>(1) : nullptr),
        characters_(column.buffers[2] ? reinterpret_cast<const char*>(column.buffers[2]->data()) : nullptr) {}
  std::string_view operator[](int64_t i) const { return {characters_ + offsets_[i], static_cast<size_t>(offsets_[i + 1] - offsets_[i])}; }

 private:
  const int64_t* offsets_;
  const char* characters_;
};

/// Rows are appended in order; `Finish` takes the validity that the caller found.
class TextBuilder {
 public:
  static Result<TextBuilder> Make(int64_t num_rows, arrow::MemoryPool* pool);

  Status Append(std::string_view text) {
    if (size_ + static_cast<int64_t>(text.size()) > characters_->size()) ARROW_RETURN_NOT_OK(Grow(size_ + text.size()));
    if (!text.empty()) std::memcpy(characters_->mutable_data() + size_, text.data(), text.size());
    size_ += static_cast<int64_t>(text.size());
    offsets()[++rows_] = size_;
    return Status::OK();
  }
  Result<Column> Finish(const DType& type, std::shared_ptr<arrow::Buffer> validity, int64_t null_count);

 private:
  TextBuilder() = default;
  int64_t* offsets() { return reinterpret_cast<int64_t*>(offsets_->mutable_data()); }
  Status Grow(int64_t at_least);

  std::shared_ptr<arrow::Buffer> offsets_;
  std::shared_ptr<arrow::ResizableBuffer> characters_;
  int64_t rows_ = 0;
  int64_t size_ = 0;
};

}  // namespace cask
