#include <arrow/array/data.h>
#include <arrow/type.h>

#include <deque>

#include "cask/io/csv/converter.h"
#include "cask/io/csv/known_categories.h"
#include "cask/io/csv/utf8.h"
#include "cask/io/csv/value_buffer.h"

namespace cask {
namespace {

// Codes count categories in the order of their first appearance in the partition; the dictionary of a batch holds those seen so far. Where
// the caller gives the categories, they are the dictionary, and other values are missing.
class CategoryConverter final : public CsvConverter {
 public:
  CategoryConverter(const CsvColumnRules& rules, int64_t rows_per_batch, arrow::MemoryPool* pool)
      : rules_(rules), pool_(pool), codes_(rows_per_batch, pool), validity_(pool) {
    const Categories& categories = Categories::Of(*rules.dtype);
    if (categories.texts == nullptr) return;
    known_.emplace(rules, categories);
    dictionary_ = categories.texts;
  }

  Result<int64_t> Append(const CsvFieldColumn& fields, int64_t num_rows) override {
    ARROW_RETURN_NOT_OK(codes_.Reserve(num_rows));
    int32_t* out = codes_.end();
    for (int64_t row = 0; row < num_rows; ++row) {
      const std::string_view text = fields[row];
      int32_t code = kNone;
      if (!rules_.missing.Contains(text)) {
        ARROW_ASSIGN_OR_RAISE(code, CodeOf(text));
      }
      if (code == kNone) ARROW_RETURN_NOT_OK(validity_.SetMissing(codes_.size() + row));
      out[row] = std::max(code, 0);
    }
    codes_.Advance(num_rows);
    return num_rows;
  }

  Result<Column> Finish() override {
    const int64_t length = codes_.size();
    const int64_t null_count = validity_.null_count();
    if (!known_ && (dictionary_ == nullptr || dictionary_->length != static_cast<int64_t>(texts_.size()))) {
      ARROW_ASSIGN_OR_RAISE(dictionary_, MakeDictionary());
    }
    ARROW_ASSIGN_OR_RAISE(auto validity, validity_.Finish(length));
    ARROW_ASSIGN_OR_RAISE(auto codes, codes_.Finish());
    auto column = arrow::ArrayData::Make(DType(Kind::kCategory).arrow_type(), length, {std::move(validity), std::move(codes)}, null_count);
    column->dictionary = dictionary_;
    return column;
  }

  CsvColumnEvidence seen() const override { return {}; }

 private:
  Result<int32_t> CodeOf(std::string_view text) {
    const auto found = code_of_.find(text);
    if (found != code_of_.end()) return found->second;
    std::string value(text);
    if (rules_.check_utf8 && FindInvalidUtf8(value) >= 0) {
      return UnicodeError("'utf-8' codec can't decode a value of column '{}'", rules_.name);
    }
    // Keys stay as they are in the file; categories are UTF-8.
    keys_.push_back(value);
    if (rules_.is_latin1) value = Utf8FromLatin1(value);
    const int32_t code = known_ ? known_->Find(value) : static_cast<int32_t>(texts_.size());
    code_of_.emplace(keys_.back(), code);
    if (!known_) texts_.push_back(std::move(value));
    return code;
  }

  Result<std::shared_ptr<arrow::ArrayData>> MakeDictionary() const {
    CsvValueBuffer<int64_t> offsets(static_cast<int64_t>(texts_.size()) + 1, pool_);
    CsvValueBuffer<char> text(64, pool_);
    ARROW_RETURN_NOT_OK(offsets.Reserve(static_cast<int64_t>(texts_.size()) + 1));
    *offsets.end() = 0;
    offsets.Advance(1);
    for (const std::string& value : texts_) {
      ARROW_RETURN_NOT_OK(text.Reserve(static_cast<int64_t>(value.size())));
      std::memcpy(text.end(), value.data(), value.size());
      text.Advance(static_cast<int64_t>(value.size()));
      *offsets.end() = text.size();
      offsets.Advance(1);
    }
    ARROW_ASSIGN_OR_RAISE(auto offset_buffer, offsets.Finish());
    ARROW_ASSIGN_OR_RAISE(auto text_buffer, text.Finish());
    return arrow::ArrayData::Make(DType(Kind::kString).arrow_type(), static_cast<int64_t>(texts_.size()),
                                  {nullptr, std::move(offset_buffer), std::move(text_buffer)}, 0);
  }

  static constexpr int32_t kNone = -1;

  const CsvColumnRules& rules_;
  arrow::MemoryPool* pool_;
  std::optional<CsvKnownCategories> known_;
  std::deque<std::string> keys_;
  std::deque<std::string> texts_;  // of the categories that were seen, unless they are known
  std::unordered_map<std::string_view, int32_t> code_of_;
  std::shared_ptr<arrow::ArrayData> dictionary_;
  CsvValueBuffer<int32_t> codes_;
  CsvValidity validity_;
};

}  // namespace

std::unique_ptr<CsvConverter> MakeCategoryConverter(const CsvColumnRules& rules, int64_t rows_per_batch, arrow::MemoryPool* pool) {
  return std::make_unique<CategoryConverter>(rules, rows_per_batch, pool);
}

}  // namespace cask
