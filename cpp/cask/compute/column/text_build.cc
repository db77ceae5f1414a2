#include "cask/compute/column/text_build.h"

#include "cask/base/check.h"
#include "cask/compute/column/loop_input.h"

namespace cask {

Result<TextBuilder> TextBuilder::Make(int64_t num_rows, arrow::MemoryPool* pool) {
  TextBuilder builder;
  ARROW_ASSIGN_OR_RAISE(builder.offsets_, NewResult(8, num_rows + 1, pool));
  ARROW_ASSIGN_OR_RAISE(builder.characters_, arrow::AllocateResizableBuffer(num_rows * 8, pool));
  builder.offsets()[0] = 0;
  return builder;
}

Status TextBuilder::Grow(int64_t at_least) { return characters_->Resize(std::max(at_least, 2 * characters_->size()), /*shrink_to_fit=*/false); }

Result<Column> TextBuilder::Finish(const DType& type, std::shared_ptr<arrow::Buffer> validity, int64_t null_count) {
  CASK_CHECK_EQ(offsets_->size(), static_cast<int64_t>(8 * (rows_ + 1)));
  ARROW_RETURN_NOT_OK(characters_->Resize(size_, /*shrink_to_fit=*/true));
  return arrow::ArrayData::Make(type.arrow_type(), rows_, {std::move(validity), std::move(offsets_), std::move(characters_)}, null_count);
}

}  // namespace cask
