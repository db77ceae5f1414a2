// Views of columns' raw parts: strings and validity bitmaps.
#pragma once

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/util/bit_util.h>

#include <string_view>

#include "cask/data/batch.h"

namespace cask {

/// Reads the validity bitmap of a column from row `begin` on.
class ValidityReader {
 public:
  explicit ValidityReader(const Column& column, int64_t begin = 0)
      : bitmap_(column->GetNullCount() != 0 && column->buffers[0] ? column->buffers[0]->data() : nullptr),
        offset_(column->offset + begin) {}

  bool all_valid() const { return bitmap_ == nullptr; }
  bool IsValid(int64_t i) const { return bitmap_ == nullptr || arrow::bit_util::GetBit(bitmap_, offset_ + i); }

 private:
  const uint8_t* bitmap_;
  int64_t offset_;
};

/// Reads the values of a large_string column from row `begin` on.
class StringReader {
 public:
  explicit StringReader(const Column& column, int64_t begin = 0)
      : offsets_(Values<int64_t>(column) + begin),
        bytes_(column->buffers[2] ? reinterpret_cast<const char*>(column->buffers[2]->data()) : "") {}

  std::string_view operator[](int64_t i) const {
    return {bytes_ + offsets_[i], static_cast<size_t>(offsets_[i + 1] - offsets_[i])};
  }
  const int64_t* offsets() const { return offsets_; }
  const char* bytes() const { return bytes_; }

 private:
  const int64_t* offsets_;
  const char* bytes_;
};

}  // namespace cask
