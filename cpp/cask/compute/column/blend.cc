#include "cask/compute/column/blend.h"

#include <arrow/buffer.h>

#include "cask/compute/column/category_values.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/temporal.h"
#include "cask/compute/column/text_build.h"
#include "cask/compute/column/type_rules.h"
#include "cask/compute/loops/loops.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

std::string PlainText(const Literal& literal) {
  const auto* text = std::get_if<std::string>(&literal.value());
  return text != nullptr ? *text : literal.ToString();
}

Status Refuse(const ArgumentType& a, const ArgumentType& b) {
  if (a.type.kind() == Kind::kCategory) {
    if (b.literal == nullptr) return TypeError("Cannot setitem on a Categorical with a new category, set the categories first");
    return TypeError("Cannot setitem on a Categorical with a new category ({}), set the categories first", PlainText(*b.literal));
  }
  if (a.type.nullable() && !IsText(a.type)) {
    return TypeError("Invalid value '{}' for dtype '{}'", b.literal != nullptr ? PlainText(*b.literal) : b.type.ToString(), a.type.ToString());
  }
  return NotImplementedError("values of type {} in a column of type {}: pandas makes an object column of both, which is not supported. "
                             "Convert one of them with .astype first", b.literal ? PythonTypeName(*b.literal) : b.type.ToString(), a.type.ToString());
}

Result<DType> BlendNumbers(const ArgumentType& a, const ArgumentType& b) {
  const bool mixes_bools = a.type.is_bool() != b.type.is_bool();
  if (a.type.nullable()) {
    const bool suits = !mixes_bools && (a.type.is_float() || !b.type.is_float() || b.type.nullable());
    if (!suits) return Refuse(a, b);
    return a.type;
  }
  if (mixes_bools) return Refuse(a, b);
  if (b.literal == nullptr || !b.literal->is_weak()) return WithNullable(CommonKind(a, b), b.type.nullable());
  if (a.type.is_float() || a.type.is_bool()) return a.type;
  if (b.type.is_float()) {
    const auto* value = std::get_if<double>(&b.literal->value());
    const bool is_whole = value != nullptr && *value == static_cast<double>(static_cast<int64_t>(*value));
    return is_whole ? a.type : DType(Kind::kFloat64);
  }
  // An integer that does not fit takes the smallest type that holds both.
  if (CheckFits(b, a.type.kind()).ok()) return a.type;
  for (Kind kind : {Kind::kInt8, Kind::kUInt8, Kind::kInt16, Kind::kUInt16, Kind::kInt32, Kind::kUInt32, Kind::kInt64, Kind::kUInt64}) {
    if (CheckFits(b, kind).ok() && PromoteKinds(a.type.kind(), kind) == kind) return DType(kind);
  }
  return DType(Kind::kFloat64);
}

Result<Column> BlendFixed(const uint8_t* mask, const Argument& a, const DType& a_type, const Argument& b, const DType& b_type,
                          const DType& type, int64_t num_rows, arrow::MemoryPool* pool) {
  // Ticks of another unit are converted first.
  const auto in_unit = [&](const Argument& argument, const DType& from) -> Result<Argument> {
    if (!type.is_temporal()) return argument;
    if (const Literal* literal = LiteralOf(argument)) {
      const auto* ticks = std::get_if<Ticks>(&literal->value());
      if (ticks == nullptr) return Argument(Literal(Ticks{kNaT}, type));
      ARROW_ASSIGN_OR_RAISE(const int64_t value, ConvertTick(ticks->value, from.unit(), type.unit()));
      return Argument(Literal(Ticks{value}, type));
    }
    if (from.kind() == Kind::kNull) return Argument(Literal(Ticks{kNaT}, type));
    if (from.unit() == type.unit()) return argument;
    ARROW_ASSIGN_OR_RAISE(auto ticks, ConvertTicks(std::get<Column>(argument), from, type.unit(), pool));
    return Argument(MakeFixedColumn(type, num_rows, std::move(ticks)));
  };
  ARROW_ASSIGN_OR_RAISE(const Argument first, in_unit(a, a_type));
  ARROW_ASSIGN_OR_RAISE(const Argument second, in_unit(b, b_type));
  const Kind kind = StorageKind(type);
  LoopInput x, y;
  ARROW_RETURN_NOT_OK(x.Prepare(first, type.is_temporal() ? type : a_type, kind, num_rows, pool));
  ARROW_RETURN_NOT_OK(y.Prepare(second, type.is_temporal() ? type : b_type, kind, num_rows, pool));
  ARROW_ASSIGN_OR_RAISE(auto out, NewResult(type.width(), num_rows, pool));
  FindSelectLoop(type.width())(mask, x.values(), x.stride(), y.values(), y.stride(), out->mutable_data(), num_rows);
  return MakeFixedColumn(type, num_rows, std::move(out));
}

// Whether each row of an argument is there, a byte a row.
Status WriteArgumentValid(const Argument& argument, const DType& type, int64_t num_rows, uint8_t* out) {
  if (const Literal* literal = LiteralOf(argument)) {
    std::memset(out, !literal->is_missing(), num_rows);
    return Status::OK();
  }
  return WriteValidBytes(std::get<Column>(argument), type, num_rows, out);
}

Result<Validity> BlendValidity(const uint8_t* mask, const Argument& a, const DType& a_type, const Argument& b, const DType& b_type,
                               int64_t num_rows, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(auto bytes, NewResult(1, 2 * num_rows, pool));
  uint8_t* valid = bytes->mutable_data();
  ARROW_RETURN_NOT_OK(WriteArgumentValid(a, a_type, num_rows, valid));
  ARROW_RETURN_NOT_OK(WriteArgumentValid(b, b_type, num_rows, valid + num_rows));
  FindSelectLoop(1)(mask, valid, 1, valid + num_rows, 1, valid, num_rows);
  return ValidityFromBytes(valid, num_rows, pool);
}

Result<Column> BlendTexts(const uint8_t* mask, const Argument& a, const Argument& b, const Validity& validity, const DType& type,
                          int64_t num_rows, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(const Column x, AsColumn(a, type, num_rows, pool));
  ARROW_ASSIGN_OR_RAISE(const Column y, AsColumn(b, type, num_rows, pool));
  const auto rows_of = [](const Column& column) { return column->buffers.size() == 3 ? std::optional<TextView>(*column) : std::nullopt; };
  const auto first = rows_of(x), second = rows_of(y);
  ARROW_ASSIGN_OR_RAISE(auto builder, TextBuilder::Make(num_rows, pool));
  for (int64_t i = 0; i < num_rows; ++i) {
    const auto& rows = mask[i] ? first : second;
    ARROW_RETURN_NOT_OK(builder.Append(rows ? (*rows)[i] : std::string_view()));
  }
  return builder.Finish(type, validity.bitmap, validity.null_count);
}

// Codes are chosen between; a text has to be a category already, and two columns need the same categories.
Result<Column> BlendCategories(const uint8_t* mask, const Argument& a, const Argument& b, const DType& b_type, const Validity& validity,
                               const DType& type, int64_t num_rows, arrow::MemoryPool* pool) {
  const Column& column = std::get<Column>(a);
  const ArgumentType self{type}, other{b_type, LiteralOf(b)};
  int32_t one = 0;
  const void* codes = &one;
  if (other.literal == nullptr) {
    const Column& second = std::get<Column>(b);
    if (second->dictionary != column->dictionary) {
      if (Categories::Of(type).texts == nullptr) return NotImplementedError("mixing columns of different categories; convert both to 'str' first");
      ARROW_ASSIGN_OR_RAISE(const Column first_in_order, WithCategoriesInOrder(column, type, pool));
      ARROW_ASSIGN_OR_RAISE(const Column second_in_order, WithCategoriesInOrder(second, type, pool));
      return BlendCategories(mask, first_in_order, second_in_order, b_type, validity, type, num_rows, pool);
    }
    codes = Values<int32_t>(second);
  } else if (!other.literal->is_missing()) {
    ARROW_ASSIGN_OR_RAISE(one, FindCategory(column->dictionary, type, *other.literal, pool));
    if (one < 0) return Refuse(self, other);
  }
  ARROW_ASSIGN_OR_RAISE(auto out, NewResult(4, num_rows, pool));
  FindSelectLoop(4)(mask, Values<int32_t>(column), 1, codes, other.literal == nullptr ? 1 : 0, out->mutable_data(), num_rows);
  auto result = arrow::ArrayData::Make(column->type, num_rows, {validity.bitmap, std::move(out)}, validity.null_count);
  result->dictionary = column->dictionary;
  return result;
}

}  // namespace

bool CanBeMissing(const DType& type) { return type.has_bitmap() || type.is_float() || type.is_temporal() || type.kind() == Kind::kNull; }

Result<DType> BlendType(const ArgumentType& a, const ArgumentType& b) {
  const bool b_missing = b.type.kind() == Kind::kNull || (b.literal != nullptr && b.literal->is_missing());
  if (b_missing) {
    if (CanBeMissing(a.type)) return a.type;
    return a.type.is_bool() ? DType(Kind::kObjectBool) : DType(Kind::kFloat64);
  }
  if (a.type.kind() == Kind::kNull) return b.type;
  if (IsText(a.type) && IsText(b.type)) return a.type;
  if (a.type.kind() == Kind::kCategory) {
    if (b.literal == nullptr) return a.type == b.type ? Result<DType>(a.type) : Refuse(a, b);
    const Categories& categories = Categories::Of(a.type);
    if (categories.texts == nullptr) return a.type;  // what the categories are is seen later
    ARROW_ASSIGN_OR_RAISE(const int32_t found, FindCategory(categories.texts, a.type, *b.literal, arrow::default_memory_pool()));
    return found >= 0 ? Result<DType>(a.type) : Refuse(a, b);
  }
  if (a.type.kind() == Kind::kObjectBool) {
    if (!b.type.is_bool() && b.type.kind() != Kind::kObjectBool) return Refuse(a, b);
    return a.type;
  }
  if (a.type.is_bool() && b.type.kind() == Kind::kObjectBool) return b.type;
  if (IsNumberLike(a.type) && IsNumberLike(b.type)) return BlendNumbers(a, b);
  if (a.type.is_temporal() && a.type.kind() == b.type.kind() && a.type.timezone().empty() == b.type.timezone().empty()) {
    DType type = a.type.kind() == Kind::kDuration ? DType::Duration(FinerUnit(a.type.unit(), b.type.unit()))
                                                  : DType::Timestamp(FinerUnit(a.type.unit(), b.type.unit()), a.type.timezone());
    const auto* ticks = b.literal != nullptr ? std::get_if<Ticks>(&b.literal->value()) : nullptr;
    if (ticks != nullptr && b.type.unit() > a.type.unit() && ticks->value % UnitRatio(a.type.unit(), b.type.unit()) == 0) return a.type;
    return type;
  }
  return Refuse(a, b);
}

Result<Column> Blend(const uint8_t* mask, const Argument& a, const DType& a_type, const Argument& b, const DType& b_type,
                     const DType& result_type, int64_t num_rows, arrow::MemoryPool* pool) {
  Validity validity;
  if (result_type.has_bitmap()) {
    ARROW_ASSIGN_OR_RAISE(validity, BlendValidity(mask, a, a_type, b, b_type, num_rows, pool));
  }
  if (result_type.kind() == Kind::kCategory) return BlendCategories(mask, a, b, b_type, validity, result_type, num_rows, pool);
  if (!result_type.is_fixed_width()) {
    if (result_type.kind() == Kind::kNull) return RepeatLiteral(Literal(), result_type, num_rows, pool);
    return BlendTexts(mask, a, b, validity, result_type, num_rows, pool);
  }
  ARROW_ASSIGN_OR_RAISE(auto column, BlendFixed(mask, a, a_type, b, b_type, result_type, num_rows, pool));
  column->buffers[0] = std::move(validity.bitmap);
  column->null_count = validity.null_count;
  return column;
}

}  // namespace cask
