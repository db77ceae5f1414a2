#include "cask/compute/column/category_values.h"

#include <arrow/buffer.h>
#include <fast_float/fast_float.h>

#include <charconv>
#include <numeric>
#include <unordered_map>

#include "cask/compute/column/cast.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/text_build.h"
#include "cask/compute/column/type_rules.h"

namespace cask {
namespace {

Result<Column> TruthsOf(const Column& texts, const DType& type, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityOf(texts, Kind::kString, pool));
  ARROW_ASSIGN_OR_RAISE(auto truths, NewResult(1, texts->length, pool));
  const TextView view(*texts);
  for (int64_t i = 0; i < texts->length; ++i) truths->mutable_data()[i] = view[i] == "True";
  if (!type.has_bitmap()) validity = {};
  return MakeFixedColumn(type, texts->length, std::move(truths), std::move(validity.bitmap), validity.null_count);
}

template <typename T>
T NumberOf(std::string_view text) {
  T number{};
  if constexpr (std::is_floating_point_v<T>) {
    fast_float::from_chars(text.data(), text.data() + text.size(), number);
  } else {
    std::from_chars(text.data(), text.data() + text.size(), number);
  }
  return number;
}

// Positions in the dictionary in the order of the values.
std::vector<int32_t> SortedPositions(const Column& dictionary, const DType& values) {
  std::vector<int32_t> order(dictionary->length);
  std::iota(order.begin(), order.end(), 0);
  const TextView texts(*dictionary);
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return IsLessCategory(texts[a], texts[b], values); });
  return order;
}

// What makes categories of two types equal: numbers by value, others by text.
std::string KeyOf(std::string_view text, const DType& values) {
  if (!IsNumberLike(values) || values.is_truth()) return std::string(text);
  return fmt::format("{}", NumberOf<double>(text));
}

bool CanBeEqual(const DType& a, const DType& b) {
  if (a.is_truth() || b.is_truth()) return a.is_truth() && b.is_truth();
  return a.kind() == b.kind() || (IsNumberLike(a) && IsNumberLike(b));
}

Result<Column> Recoded(const Column& column, const std::vector<int32_t>& new_codes, std::shared_ptr<arrow::ArrayData> dictionary,
                       arrow::MemoryPool* pool) {
  const int64_t n = column->length;
  ARROW_ASSIGN_OR_RAISE(auto valid, NewResult(1, n, pool));
  ARROW_RETURN_NOT_OK(WriteValidBytes(column, Kind::kCategory, n, valid->mutable_data()));
  ARROW_ASSIGN_OR_RAISE(auto codes, NewResult(4, n, pool));
  auto* out = reinterpret_cast<int32_t*>(codes->mutable_data());
  const int32_t* in = n == 0 ? nullptr : Values<int32_t>(column);
  for (int64_t i = 0; i < n; ++i) {
    const int32_t code = valid->data()[i] ? new_codes[in[i]] : -1;
    valid->mutable_data()[i] = code >= 0;
    out[i] = std::max(code, 0);
  }
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityFromBytes(valid->data(), n, pool));
  Column result = MakeFixedColumn(Kind::kCategory, n, std::move(codes), std::move(validity.bitmap), validity.null_count);
  result->dictionary = std::move(dictionary);
  return result;
}

}  // namespace

Status CheckCategoryValues(const DType& values) {
  const bool is_held = IsText(values) || IsNumberLike(values) || values.kind() == Kind::kObjectBool ||
                       (values.kind() == Kind::kTimestamp && values.timezone().empty());
  if (is_held) return Status::OK();
  return NotImplementedError("categories of type {}; those of text, numbers, truth values and times without a time zone are supported: "
                             "use .astype('str') or .astype('int64') first", values.ToString());
}

Result<Column> CategoryValues(const Column& texts, const DType& values, arrow::MemoryPool* pool) {
  if (IsText(values)) return texts;
  if (values.is_truth()) return TruthsOf(texts, values, pool);
  return CastFromText(texts, Kind::kString, values, pool);
}

// The texts of times and truth values sort as the values do.
bool IsLessCategory(std::string_view a, std::string_view b, const DType& values) {
  if (values.is_float()) return NumberOf<double>(a) < NumberOf<double>(b);
  if (values.is_unsigned()) return NumberOf<uint64_t>(a) < NumberOf<uint64_t>(b);
  if (values.is_integer()) return NumberOf<int64_t>(a) < NumberOf<int64_t>(b);
  return a < b;
}

std::vector<int32_t> CategoryRanks(const Column& column, const DType& type) {
  const Categories& categories = Categories::Of(type);
  const Column& dictionary = column->dictionary;
  std::vector<int32_t> ranks(dictionary->length);
  std::iota(ranks.begin(), ranks.end(), 0);
  if (dictionary == categories.texts) return ranks;
  if (categories.texts == nullptr) {
    const std::vector<int32_t> order = SortedPositions(dictionary, categories.values);
    for (size_t i = 0; i < order.size(); ++i) ranks[order[i]] = static_cast<int32_t>(i);
    return ranks;
  }
  std::unordered_map<std::string_view, int32_t> place_of;
  const TextView known(*categories.texts), texts(*dictionary);
  for (int64_t i = 0; i < categories.texts->length; ++i) place_of.emplace(known[i], static_cast<int32_t>(i));
  for (int64_t i = 0; i < dictionary->length; ++i) {
    const auto place = place_of.find(texts[i]);
    ranks[i] = place == place_of.end() ? -1 : place->second;
  }
  return ranks;
}

Result<Column> WithCategoriesInOrder(const Column& column, const DType& type, arrow::MemoryPool* pool) {
  const Categories& categories = Categories::Of(type);
  const Column& dictionary = column->dictionary;
  if (dictionary == categories.texts) return column;
  const std::vector<int32_t> ranks = CategoryRanks(column, type);
  if (categories.texts != nullptr) return Recoded(column, ranks, categories.texts, pool);
  if (std::is_sorted(ranks.begin(), ranks.end())) return column;
  std::vector<int32_t> position_of(ranks.size());
  for (size_t i = 0; i < ranks.size(); ++i) position_of[ranks[i]] = static_cast<int32_t>(i);
  const TextView texts(*dictionary);
  ARROW_ASSIGN_OR_RAISE(auto builder, TextBuilder::Make(dictionary->length, pool));
  for (int32_t position : position_of) ARROW_RETURN_NOT_OK(builder.Append(texts[position]));
  ARROW_ASSIGN_OR_RAISE(auto sorted, builder.Finish(Kind::kString, nullptr, 0));
  return Recoded(column, ranks, std::move(sorted), pool);
}

Result<Column> ChangeCategories(const Column& column, const DType& from, const DType& to, arrow::MemoryPool* pool) {
  const Categories &old_ones = Categories::Of(from), &new_ones = Categories::Of(to);
  std::unordered_map<std::string, int32_t> code_of;
  const TextView known(*new_ones.texts), texts(*column->dictionary);
  if (CanBeEqual(old_ones.values, new_ones.values)) {
    for (int64_t i = 0; i < new_ones.texts->length; ++i) code_of.emplace(KeyOf(known[i], new_ones.values), static_cast<int32_t>(i));
  }
  std::vector<int32_t> codes(column->dictionary->length, -1);
  for (size_t i = 0; i < codes.size(); ++i) {
    const auto code = code_of.find(KeyOf(texts[i], old_ones.values));
    if (code != code_of.end()) codes[i] = code->second;
  }
  return Recoded(column, codes, new_ones.texts, pool);
}

Result<int32_t> FindCategory(const Column& dictionary, const DType& type, const Literal& literal, arrow::MemoryPool* pool) {
  const DType& values = Categories::Of(type).values;
  ARROW_ASSIGN_OR_RAISE(Column column, CategoryValues(dictionary, values, pool));
  const ColumnFunction& equal = *FindColumnFunction("eq");
  const DType truth = WithNullable(Kind::kBool, values.nullable());
  ARROW_ASSIGN_OR_RAISE(const Column is_equal, equal.Execute({column, literal}, {values, literal.type()}, truth, {}, dictionary->length, pool));
  for (int64_t i = 0; i < dictionary->length; ++i) {
    if (Values<uint8_t>(is_equal)[i] != 0) return static_cast<int32_t>(i);
  }
  return -1;
}

}  // namespace cask
