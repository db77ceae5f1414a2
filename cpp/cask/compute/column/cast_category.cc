// Text and categories.
#include <arrow/buffer.h>

#include "cask/compute/column/cast.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/text_build.h"

namespace cask {

Result<Column> TextToCategories(const Column& column, const DType& to, arrow::MemoryPool* pool) {
  const int64_t n = column->length;
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityOf(column, Kind::kString, pool));
  ARROW_ASSIGN_OR_RAISE(auto valid, NewResult(1, n, pool));
  ARROW_RETURN_NOT_OK(WriteValidBytes(column, Kind::kString, n, valid->mutable_data()));
  ARROW_ASSIGN_OR_RAISE(auto buffer, NewResult(4, n, pool));
  auto* codes = reinterpret_cast<int32_t*>(buffer->mutable_data());
  const TextView texts(*column);
  std::unordered_map<std::string_view, int32_t> known;
  std::vector<std::string_view> categories;
  for (int64_t i = 0; i < n; ++i) {
    codes[i] = 0;
    if (!valid->data()[i]) continue;
    const auto [entry, is_new] = known.try_emplace(texts[i], static_cast<int32_t>(categories.size()));
    if (is_new) categories.push_back(texts[i]);
    codes[i] = entry->second;
  }
  ARROW_ASSIGN_OR_RAISE(auto builder, TextBuilder::Make(static_cast<int64_t>(categories.size()), pool));
  for (std::string_view category : categories) ARROW_RETURN_NOT_OK(builder.Append(category));
  ARROW_ASSIGN_OR_RAISE(auto dictionary, builder.Finish(Kind::kString, nullptr, 0));
  auto result = arrow::ArrayData::Make(to.arrow_type(), n, {std::move(validity.bitmap), std::move(buffer)}, validity.null_count);
  result->dictionary = std::move(dictionary);
  return result;
}

Result<Column> CategoriesToText(const Column& column, const DType& to, arrow::MemoryPool* pool) {
  const int64_t n = column->length;
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityOf(column, Kind::kCategory, pool));
  const int32_t* codes = Values<int32_t>(column);
  const TextView categories(*column->dictionary);
  const int64_t num_categories = column->dictionary->length;
  ARROW_ASSIGN_OR_RAISE(auto builder, TextBuilder::Make(n, pool));
  for (int64_t i = 0; i < n; ++i) {
    const bool is_there = codes[i] >= 0 && codes[i] < num_categories;
    ARROW_RETURN_NOT_OK(builder.Append(is_there ? categories[codes[i]] : std::string_view()));
  }
  return builder.Finish(to, std::move(validity.bitmap), validity.null_count);
}

}  // namespace cask
