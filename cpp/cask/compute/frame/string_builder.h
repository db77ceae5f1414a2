// StringBuilder: makes a large_string column, value by value.
#pragma once

#include <string_view>

#include "cask/compute/frame/slots.h"

namespace cask {

class StringBuilder {
 public:
  explicit StringBuilder(arrow::MemoryPool* pool) : offsets_(pool), bytes_(pool), valid_(pool) {}

  Status Append(std::string_view text) { return AppendAny(text, true); }
  Status AppendMissing() { return AppendAny({}, false); }
  /// Room for `size` bytes as one more value, to be written by the caller.
  Result<char*> AppendRoom(int64_t size);
  /// The column; the builder is empty afterwards.
  Result<Column> Finish(const DType& type);

 private:
  Status AppendAny(std::string_view text, bool is_valid);

  Slots<int64_t> offsets_;  // where values end, but for the first, 0
  Slots<char> bytes_;
  Slots<uint8_t> valid_;  // a byte a value
  int64_t length_ = 0;
  int64_t num_missing_ = 0;
};

}  // namespace cask
