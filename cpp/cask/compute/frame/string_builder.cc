#include "cask/compute/frame/string_builder.h"

#include <arrow/util/bit_util.h>

namespace cask {

Result<char*> StringBuilder::AppendRoom(int64_t size) {
  const int64_t begin = bytes_.size();
  ARROW_RETURN_NOT_OK(bytes_.Grow(begin + size, 0));
  ARROW_RETURN_NOT_OK(valid_.Grow(length_ + 1, 1));
  valid_[length_++] = 1;
  ARROW_RETURN_NOT_OK(offsets_.Grow(length_ + 1, 0));
  offsets_[length_] = begin + size;
  return bytes_.data() + begin;
}

Status StringBuilder::AppendAny(std::string_view text, bool is_valid) {
  ARROW_ASSIGN_OR_RAISE(char* room, AppendRoom(static_cast<int64_t>(text.size())));
  if (!text.empty()) std::memcpy(room, text.data(), text.size());
  valid_[length_ - 1] = is_valid;
  num_missing_ += !is_valid;
  return Status::OK();
}

Result<Column> StringBuilder::Finish(const DType& type) {
  ARROW_RETURN_NOT_OK(offsets_.Grow(1, 0));
  ARROW_RETURN_NOT_OK(bytes_.Grow(0, 0));
  std::shared_ptr<arrow::Buffer> validity;
  if (num_missing_ > 0) {
    ARROW_ASSIGN_OR_RAISE(validity, arrow::AllocateEmptyBitmap(length_, valid_.pool()));
    for (int64_t i = 0; i < length_; ++i) arrow::bit_util::SetBitTo(validity->mutable_data(), i, valid_[i] != 0);
  }
  Column column = arrow::ArrayData::Make(type.arrow_type(), length_, {validity, offsets_.ReleaseBuffer(), bytes_.ReleaseBuffer()}, num_missing_);
  *this = StringBuilder(valid_.pool());
  return column;
}

}  // namespace cask
