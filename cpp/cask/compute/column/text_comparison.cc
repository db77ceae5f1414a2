// Comparisons of text. UTF-8 bytes sort as their code points do, so bytes are compared.
#include <arrow/buffer.h>

#include "cask/compute/column/comparison.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/text_build.h"
#include "cask/compute/column/type_rules.h"

namespace cask {
namespace {

template <typename Left, typename Right>
void CompareRows(Operation operation, const Left& left, const Right& right, int64_t n, uint8_t* out) {
  switch (operation) {
    case Operation::kEqual: for (int64_t i = 0; i < n; ++i) out[i] = left(i) == right(i); break;
    case Operation::kNotEqual: for (int64_t i = 0; i < n; ++i) out[i] = left(i) != right(i); break;
    case Operation::kLess: for (int64_t i = 0; i < n; ++i) out[i] = left(i) < right(i); break;
    case Operation::kLessEqual: for (int64_t i = 0; i < n; ++i) out[i] = left(i) <= right(i); break;
    case Operation::kGreater: for (int64_t i = 0; i < n; ++i) out[i] = left(i) > right(i); break;
    default: for (int64_t i = 0; i < n; ++i) out[i] = left(i) >= right(i); break;
  }
}

// A column of text, or of categories with their texts.
class Texts {
 public:
  explicit Texts(const Column& column)
      : view_(column->dictionary ? *column->dictionary : *column),
        codes_(column->dictionary ? Values<int32_t>(column) : nullptr),
        num_categories_(column->dictionary ? column->dictionary->length : 0) {}
  std::string_view operator()(int64_t i) const {
    if (codes_ == nullptr) return view_[i];
    const bool is_there = codes_[i] >= 0 && codes_[i] < num_categories_;  // any code may stand where a row is missing
    return is_there ? view_[codes_[i]] : std::string_view();
  }

 private:
  TextView view_;
  const int32_t* codes_;
  int64_t num_categories_;
};

// Each category is compared once.
Result<TruthBytes> CompareCategories(Operation operation, const Column& column, std::string_view text, int64_t num_rows, arrow::MemoryPool* pool) {
  const int64_t num_categories = column->dictionary->length;
  const TextView categories(*column->dictionary);
  std::vector<uint8_t> of_category(num_categories + 1);
  CompareRows(operation, [&](int64_t i) { return categories[i]; }, [&](int64_t) { return text; }, num_categories, of_category.data());
  ARROW_ASSIGN_OR_RAISE(auto bytes, NewResult(1, num_rows, pool));
  const int32_t* codes = Values<int32_t>(column);
  for (int64_t i = 0; i < num_rows; ++i) bytes->mutable_data()[i] = codes[i] < 0 || codes[i] > num_categories ? 0 : of_category[codes[i]];
  return bytes;
}

// Where one is missing only != holds.
Status ApplyMissing(Operation operation, const std::vector<Argument>& arguments, int64_t num_rows, arrow::MemoryPool* pool, uint8_t* truth) {
  ARROW_ASSIGN_OR_RAISE(auto validity, CombineBitmaps(arguments, num_rows, pool));
  if (!validity.bitmap) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(auto valid, NewResult(1, num_rows, pool));
  UnpackBits(validity.bitmap->data(), 0, num_rows, valid->mutable_data());
  const uint8_t of_missing = operation == Operation::kNotEqual;
  for (int64_t i = 0; i < num_rows; ++i) truth[i] = valid->data()[i] ? truth[i] : of_missing;
  return Status::OK();
}

}  // namespace

Result<TruthBytes> CompareTexts(Operation operation, const std::vector<Argument>& arguments, const std::vector<DType>& types, int64_t num_rows,
                                arrow::MemoryPool* pool) {
  const int column_at = LiteralOf(arguments[0]) != nullptr ? 1 : 0;
  const Column& column = std::get<Column>(arguments[column_at]);
  if (column_at == 1) operation = Exchanged(operation);
  TruthBytes bytes;
  if (const Literal* literal = LiteralOf(arguments[1 - column_at])) {
    const std::string_view text = std::get<std::string>(literal->value());
    if (column->dictionary) {
      ARROW_ASSIGN_OR_RAISE(bytes, CompareCategories(operation, column, text, num_rows, pool));
    } else {
      ARROW_ASSIGN_OR_RAISE(bytes, NewResult(1, num_rows, pool));
      CompareRows(operation, Texts(column), [&](int64_t) { return text; }, num_rows, bytes->mutable_data());
    }
  } else {
    ARROW_ASSIGN_OR_RAISE(bytes, NewResult(1, num_rows, pool));
    CompareRows(operation, Texts(column), Texts(std::get<Column>(arguments[1 - column_at])), num_rows, bytes->mutable_data());
  }
  ARROW_RETURN_NOT_OK(ApplyMissing(operation, arguments, num_rows, pool, bytes->mutable_data()));
  return bytes;
}

}  // namespace cask
