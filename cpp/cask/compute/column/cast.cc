#include "cask/compute/column/cast.h"

#include <arrow/buffer.h>

#include "cask/compute/column/category_values.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/registry.h"
#include "cask/compute/column/temporal.h"
#include "cask/compute/column/type_rules.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

std::string_view ArrayName(const DType& type) { return type.kind() == Kind::kTimestamp ? "DatetimeArray" : "TimedeltaArray"; }

// What pandas refuses whatever the values are.
Status CheckTemporalCast(const DType& from, const DType& to) {
  if (from.is_temporal() && to.is_temporal()) {
    if (from.kind() != to.kind()) return TypeError("Cannot cast {} to dtype {}", ArrayName(from), to.ToString());
    if (from.timezone().empty() && !to.timezone().empty()) {
      return TypeError("Cannot use .astype to convert from timezone-naive dtype to timezone-aware dtype. Use obj.tz_localize instead or "
                       "series.dt.tz_localize instead");
    }
    if (!from.timezone().empty() && to.timezone().empty()) {
      return TypeError("Cannot use .astype to convert from timezone-aware dtype to timezone-naive dtype. Use obj.tz_localize(None) or "
                       "obj.tz_convert('UTC').tz_localize(None) instead.");
    }
    return Status::OK();
  }
  if (!from.is_temporal() || IsText(to) || to == DType(Kind::kInt64) || to == DType(Kind::kBool)) return Status::OK();
  if (to.nullable()) {
    if (to.is_bool()) return TypeError("Need to pass bool-like values");
    return TypeError("{} cannot be converted to {}", from.ToString(), to.is_float() ? "FloatingDtype" : "IntegerDtype");
  }
  if (to.is_integer()) {
    return TypeError("Converting from {} to {} is not supported. Do obj.astype('int64').astype(dtype) instead", from.ToString(), to.ToString());
  }
  return TypeError("Cannot cast {} to dtype {}", ArrayName(from), to.ToString());
}

Result<Column> CastFromTemporal(const Column& column, const DType& from, const DType& to, arrow::MemoryPool* pool) {
  const int64_t n = column->length;
  if (to.is_temporal()) {
    if (from.unit() == to.unit()) return MakeFixedColumn(to, n, arrow::SliceBuffer(column->buffers[1], column->offset * 8, n * 8));
    ARROW_ASSIGN_OR_RAISE(auto ticks, ConvertTicks(column, from, to.unit(), pool));
    return MakeFixedColumn(to, n, std::move(ticks));
  }
  if (to.kind() == Kind::kInt64) return MakeFixedColumn(to, n, arrow::SliceBuffer(column->buffers[1], column->offset * 8, n * 8));
  ARROW_ASSIGN_OR_RAISE(auto truth, NewResult(1, n, pool));
  FindCastLoop(Kind::kInt64, Kind::kBool)(Values<int64_t>(column), truth->mutable_data(), n);
  return MakeFixedColumn(to, n, std::move(truth));
}

// Numbers are ticks; missing and infinite ones are NaT.
Result<Column> CastToTemporal(const Column& column, const DType& from, const DType& to, arrow::MemoryPool* pool) {
  const int64_t n = column->length;
  ARROW_ASSIGN_OR_RAISE(auto ticks, NewResult(8, n, pool));
  ARROW_ASSIGN_OR_RAISE(auto valid, NewResult(1, n, pool));
  LoopInput input;
  ARROW_RETURN_NOT_OK(input.Prepare(column, from, Kind::kInt64, n, pool));
  ARROW_RETURN_NOT_OK(WriteValidBytes(column, from, n, valid->mutable_data()));
  FindSelectLoop(8)(valid->data(), input.values(), 1, &kNaT, 0, ticks->mutable_data(), n);
  return MakeFixedColumn(to, n, std::move(ticks));
}

class CastFunction final : public ColumnFunction {
 public:
  std::string_view name() const override { return "cast"; }

  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions& options) const override {
    const DType &from = arguments[0].type, &to = options.type;
    if (to.kind() == Kind::kCategory) return CategoriesFor(from, to);
    ARROW_RETURN_NOT_OK(CheckTemporalCast(from, to));
    return to;
  }

  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type, const FunctionOptions&,
                         int64_t num_rows, arrow::MemoryPool* pool) const override {
    ARROW_ASSIGN_OR_RAISE(const Column column, AsColumn(arguments[0], types[0], num_rows, pool));
    return Cast(column, types[0], result_type, pool);
  }

 private:
  // Categories that are not given are the values themselves.
  static Result<DType> CategoriesFor(const DType& from, const DType& to) {
    const Categories& wanted = Categories::Of(to);
    if (wanted.texts != nullptr || from.kind() == Kind::kNull) return to;
    if (from.kind() == Kind::kCategory) {
      if (!wanted.is_ordered) return from;
      Categories ordered = Categories::Of(from);
      ordered.is_ordered = true;
      return DType::Categorical(std::make_shared<const Categories>(std::move(ordered)));
    }
    ARROW_RETURN_NOT_OK(CheckCategoryValues(from));
    return DType::Categorical(std::make_shared<const Categories>(Categories{from, wanted.is_ordered, nullptr}));
  }

  static Result<Column> CastToCategories(const Column& column, const DType& from, const DType& to, arrow::MemoryPool* pool) {
    Column texts = column;
    if (!IsText(from)) {
      ARROW_ASSIGN_OR_RAISE(texts, CastToText(column, from, Kind::kString, pool));
    }
    ARROW_ASSIGN_OR_RAISE(Column categories, TextToCategories(texts, to, pool));
    if (Categories::Of(to).texts == nullptr) return categories;
    const DType own = DType::Categorical(std::make_shared<const Categories>(Categories{from, false, nullptr}));
    return ChangeCategories(categories, own, to, pool);
  }

  static Result<Column> CastFromCategories(const Column& column, const DType& from, const DType& to, arrow::MemoryPool* pool) {
    if (to.kind() == Kind::kCategory) return Categories::Of(to).texts == nullptr ? column : ChangeCategories(column, from, to, pool);
    const DType& values = Categories::Of(from).values;
    ARROW_ASSIGN_OR_RAISE(auto texts, CategoriesToText(column, Kind::kString, pool));
    if (IsText(to)) return Retyped(texts, to);
    ARROW_ASSIGN_OR_RAISE(Column own, CategoryValues(texts, values, pool));
    return Cast(own, values, to, pool);
  }

  static Result<Column> Cast(const Column& column, const DType& from, const DType& to, arrow::MemoryPool* pool) {
    if (from == to) return column;
    if (from.kind() == Kind::kNull) return CastMissing(column->length, to, pool);
    if (from.kind() == Kind::kCategory) return CastFromCategories(column, from, to, pool);
    if (from.kind() == Kind::kObjectInt) {
      if (IsText(to)) return Retyped(column, to);
      return CastFromText(column, from, to, pool);
    }
    if (to.kind() == Kind::kCategory) return CastToCategories(column, from, to, pool);
    if (IsText(from)) return IsText(to) ? Retyped(column, to) : CastFromText(column, from, to, pool);
    if (IsText(to)) return CastToText(column, from, to, pool);
    if (from.is_temporal()) return CastFromTemporal(column, from, to, pool);
    if (to.is_temporal()) return CastToTemporal(column, from, to, pool);
    return CastNumbers(column, from, to, pool);
  }

  static Result<Column> Retyped(const Column& column, const DType&) { return column; }

  static Result<Column> CastMissing(int64_t num_rows, const DType& to, arrow::MemoryPool* pool) {
    if (to.has_bitmap() || to.is_float() || to.is_temporal()) return RepeatLiteral(Literal(), to, num_rows, pool);
    if (to.is_bool()) return RepeatLiteral(Literal::Bool(false), to, num_rows, pool);
    if (num_rows == 0) return EmptyColumn(to);
    return TypeError("int() argument must be a string, a bytes-like object or a real number, not 'NoneType'");
  }
};

/// codes(column): the position of each value's category, -1 where it is missing, in options.type.
class CodesFunction final : public ColumnFunction {
 public:
  std::string_view name() const override { return "codes"; }

  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions& options) const override {
    if (arguments[0].type.kind() == Kind::kCategory) return options.type;
    return TypeError("codes of a column of type {}, which has no categories", arguments[0].type.ToString());
  }

  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type, const FunctionOptions&,
                         int64_t num_rows, arrow::MemoryPool* pool) const override {
    const Column& column = std::get<Column>(arguments[0]);
    const std::vector<int32_t> ranks = CategoryRanks(column, types[0]);
    ARROW_ASSIGN_OR_RAISE(auto codes, NewResult(4, num_rows, pool));
    auto* out = reinterpret_cast<int32_t*>(codes->mutable_data());
    for (int64_t i = 0; i < num_rows; ++i) out[i] = IsMissing(column, types[0], i) ? -1 : ranks[Values<int32_t>(column)[i]];
    return CastNumbers(MakeFixedColumn(Kind::kInt32, num_rows, std::move(codes)), Kind::kInt32, result_type, pool);
  }
};

}  // namespace

FunctionList CastFunctions() {
  static const CastFunction kCast;
  static const CodesFunction kCodes;
  return {&kCast, &kCodes};
}

}  // namespace cask
