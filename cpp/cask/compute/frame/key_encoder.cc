#include "cask/compute/frame/key_encoder.h"

#include <arrow/memory_pool.h>
#include <arrow/util/bit_util.h>

#include "cask/compute/frame/slots.h"
#include "cask/compute/frame/strings.h"
#include "cask/data/categories.h"

namespace cask {
namespace {

/// A column without values.
class NullKeyEncoder final : public KeyEncoder {
 public:
  Status Encode(const Column&, int64_t, int64_t num_rows, uint32_t* codes) override {
    std::fill(codes, codes + num_rows, 0);
    return Status::OK();
  }
  Result<Column> Decode(const uint32_t*, int64_t num_rows) const override {
    return arrow::ArrayData::Make(DType(Kind::kNull).arrow_type(), num_rows, {nullptr}, num_rows);
  }
  int64_t num_values() const override { return 0; }
};

/// Categories have the positions of the first dictionary seen; those of further dictionaries follow.
class CategoryKeyEncoder final : public KeyEncoder {
 public:
  explicit CategoryKeyEncoder(arrow::MemoryPool* pool)
      : pool_(pool),
        categories_(MakeStringKeyEncoder(Kind::kString, pool)),
        code_of_category_(pool),
        category_of_code_(pool) {}

  Status UseDictionary(const std::shared_ptr<arrow::ArrayData>& dictionary) {
    if (dictionary == dictionary_) return Status::OK();
    dictionary_ = dictionary;
    categories_of_dictionary_.resize(dictionary->length);
    for (int64_t i = 0; i < dictionary->length; i += kBlockRows) {
      const int64_t n = std::min(kBlockRows, dictionary->length - i);
      ARROW_RETURN_NOT_OK(categories_->Encode(dictionary, i, n, categories_of_dictionary_.data() + i));
    }
    return Status::OK();
  }

  Status Encode(const Column& column, int64_t begin, int64_t num_rows, uint32_t* codes) override {
    ARROW_RETURN_NOT_OK(UseDictionary(column->dictionary));
    ARROW_RETURN_NOT_OK(code_of_category_.Grow(categories_->num_values() + 1, 0));
    const int32_t* indices = Values<int32_t>(column) + begin;
    const ValidityReader validity(column, begin);
    for (int64_t i = 0; i < num_rows; ++i) {
      codes[i] = validity.IsValid(i) ? code_of_category_[categories_of_dictionary_[indices[i]]] : 0;
      if (codes[i] != 0 || !validity.IsValid(i)) continue;
      const uint32_t category = categories_of_dictionary_[indices[i]];
      ARROW_RETURN_NOT_OK(category_of_code_.Grow(++num_values_ + 1, 0));
      category_of_code_[num_values_] = category;
      codes[i] = code_of_category_[category] = static_cast<uint32_t>(num_values_);
    }
    return Status::OK();
  }

  Result<Column> Decode(const uint32_t* codes, int64_t num_rows) const override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> indices, arrow::AllocateBuffer(num_rows * sizeof(int32_t), pool_));
    auto* out = reinterpret_cast<int32_t*>(indices->mutable_data());
    for (int64_t i = 0; i < num_rows; ++i) out[i] = codes[i] == 0 ? 0 : static_cast<int32_t>(category_of_code_[codes[i]]) - 1;
    int64_t num_missing = 0;
    ARROW_ASSIGN_OR_RAISE(auto validity, ValidityOfCodes(codes, num_rows, pool_, &num_missing));
    Column column = arrow::ArrayData::Make(DType(Kind::kCategory).arrow_type(), num_rows, {validity, indices}, num_missing);
    std::vector<uint32_t> all(categories_->num_values());
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint32_t>(i + 1);
    ARROW_ASSIGN_OR_RAISE(column->dictionary, categories_->Decode(all.data(), static_cast<int64_t>(all.size())));
    return column;
  }

  int64_t num_values() const override { return num_values_; }

 private:
  arrow::MemoryPool* pool_;
  std::unique_ptr<KeyEncoder> categories_;
  std::shared_ptr<arrow::ArrayData> dictionary_;
  std::vector<uint32_t> categories_of_dictionary_;  // a category's number (from 1) by its position in dictionary_
  Slots<uint32_t> code_of_category_;
  Slots<uint32_t> category_of_code_;
  int64_t num_values_ = 0;
};

}  // namespace

Result<std::unique_ptr<KeyEncoder>> MakeCategoryKeyEncoder(std::shared_ptr<arrow::ArrayData> known, arrow::MemoryPool* pool) {
  auto encoder = std::make_unique<CategoryKeyEncoder>(pool);
  if (known != nullptr) ARROW_RETURN_NOT_OK(encoder->UseDictionary(known));
  return encoder;
}

Result<std::unique_ptr<KeyEncoder>> MakeKeyEncoder(const DType& type, arrow::MemoryPool* pool) {
  switch (type.kind()) {
    case Kind::kNull: return std::make_unique<NullKeyEncoder>();
    case Kind::kString:
    case Kind::kObjectInt: return MakeStringKeyEncoder(type, pool);
    case Kind::kCategory: return MakeCategoryKeyEncoder(Categories::Of(type).texts, pool);
    default: return MakeFixedKeyEncoder(type, pool);
  }
}

Result<std::shared_ptr<arrow::Buffer>> ValidityOfCodes(const uint32_t* codes, int64_t num_rows, arrow::MemoryPool* pool,
                                                       int64_t* num_missing) {
  *num_missing = std::count(codes, codes + num_rows, 0u);
  if (*num_missing == 0) return nullptr;
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bitmap, arrow::AllocateEmptyBitmap(num_rows, pool));
  for (int64_t i = 0; i < num_rows; ++i) {
    if (codes[i] != 0) arrow::bit_util::SetBit(bitmap->mutable_data(), i);
  }
  return bitmap;
}

}  // namespace cask
