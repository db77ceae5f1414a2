// The types that aggregations give and the errors they raise, as pandas has them.
#include <array>

#include "cask/compute/frame/aggregate.h"
#include "cask/data/categories.h"

namespace cask {
namespace {

constexpr std::array<std::string_view, 16> kNames = {"size", "count", "sum", "prod",   "min",     "max",   "mean", "var",
                                                     "std",  "sem",   "median", "nunique", "first", "last", "any", "all"};

bool IsText(const DType& type) { return type.kind() == Kind::kString; }

DType OfNullability(Kind kind, const DType& like) { return like.nullable() ? DType::Nullable(kind) : DType(kind); }

Status Unsupported(AggregateKind kind, const DType& type, bool grouped) {
  const std::string_view name = AggregateName(kind);
  switch (type.kind()) {
    case Kind::kString:
      if (grouped) return TypeError("dtype '{}' does not support operation '{}'", type.ToString(), name);
      return TypeError("Cannot perform reduction '{}' with string dtype", name);
    case Kind::kTimestamp:
      if (kind == AggregateKind::kAny || kind == AggregateKind::kAll) {
        return TypeError("'{}' with datetime64 dtypes is not supported. Use (obj != pd.Timestamp(0)).{}() instead.", name, name);
      }
      if (grouped) return TypeError("datetime64 type does not support operation '{}'", name);
      return TypeError("'DatetimeArray' with dtype {} does not support operation '{}'", type.ToString(), name);
    case Kind::kDuration:
      if (grouped) return TypeError("timedelta64 type does not support {} operations", name);
      return TypeError("'TimedeltaArray' with dtype {} does not support operation '{}'", type.ToString(), name);
    case Kind::kCategory:
      if (!grouped) return TypeError("'Categorical' with dtype category does not support operation '{}'", name);
      if (kind == AggregateKind::kSum || kind == AggregateKind::kProd) {
        return TypeError("category type does not support {} operations", name);
      }
      return TypeError("category dtype does not support aggregation '{}'", name);
    default:
      return NotImplementedError("{} of Python integers beyond 64 bits; convert the column with astype('float64') first", name);
  }
}

Result<DType> SumType(AggregateKind kind, const DType& type, bool grouped) {
  switch (type.kind()) {
    case Kind::kNull:
    case Kind::kObjectBool: return DType(Kind::kInt64);
    case Kind::kBool: return OfNullability(Kind::kInt64, type);
    case Kind::kString:
    case Kind::kDuration:
      if (kind == AggregateKind::kSum) return type;
      return Unsupported(kind, type, grouped);
    default: break;
  }
  if (!type.is_numeric()) return Unsupported(kind, type, grouped);
  if (type.is_float()) return type;
  return OfNullability(type.is_unsigned() ? Kind::kUInt64 : Kind::kInt64, type);
}

// Of one value a group the categories are those of all values, so they have to be known beforehand.
Result<DType> GroupedCategory(AggregateKind kind, const DType& type) {
  if (Categories::Of(type).texts != nullptr) return type;
  return NotImplementedError("{} of groups with unknown categories; use .cat.as_known() or astype('str') first", AggregateName(kind));
}

Result<DType> ExtremumType(AggregateKind kind, const DType& type, bool grouped) {
  if (type.kind() == Kind::kNull) return grouped ? type : DType(Kind::kFloat64);
  if (type.kind() != Kind::kCategory) return type;
  if (Categories::Of(type).is_ordered) return grouped ? GroupedCategory(kind, type) : Categories::Of(type).values;
  const std::string_view name = AggregateName(kind);
  if (grouped) return TypeError("Cannot perform {} with non-ordered Categorical", name);
  return TypeError("Categorical is not ordered for operation {}\nyou can use .as_ordered() to change the Categorical to an ordered one\n",
                   name);
}

Result<DType> MomentType(AggregateKind kind, const DType& type, bool grouped) {
  if (type.is_temporal()) {
    if (kind == AggregateKind::kMean || kind == AggregateKind::kMedian) return type;
    if (kind == AggregateKind::kStd || (kind == AggregateKind::kSem && grouped)) return DType::Duration(type.unit());
    return Unsupported(kind, type, grouped);
  }
  switch (type.kind()) {
    case Kind::kString:
    case Kind::kCategory:
    case Kind::kObjectInt: return Unsupported(kind, type, grouped);
    case Kind::kFloat32: return type;
    default: return OfNullability(Kind::kFloat64, type);
  }
}

}  // namespace

std::string_view AggregateName(AggregateKind kind) { return kNames[static_cast<size_t>(kind)]; }

Result<AggregateKind> ParseAggregateKind(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<AggregateKind>(i);
  }
  return KeyError("no aggregation is called '{}'", name);
}

Result<DType> AggregateType(AggregateKind kind, const DType& type, bool grouped) {
  switch (kind) {
    case AggregateKind::kSize:
    case AggregateKind::kCount: return grouped && !IsText(type) ? OfNullability(Kind::kInt64, type) : DType(Kind::kInt64);
    case AggregateKind::kNunique: return DType(Kind::kInt64);
    case AggregateKind::kSum:
    case AggregateKind::kProd: return SumType(kind, type, grouped);
    case AggregateKind::kMin:
    case AggregateKind::kMax: return ExtremumType(kind, type, grouped);
    case AggregateKind::kFirst:
    case AggregateKind::kLast:
      if (type.kind() == Kind::kCategory) return GroupedCategory(kind, type);
      return type;
    case AggregateKind::kAny:
    case AggregateKind::kAll:
      if (type.kind() == Kind::kTimestamp || (type.kind() == Kind::kCategory && !grouped)) return Unsupported(kind, type, grouped);
      return IsText(type) ? DType(Kind::kBool) : OfNullability(Kind::kBool, type);
    default: return MomentType(kind, type, grouped);
  }
}

Result<Schema> AggregateSchema(const GroupBySpec& spec) {
  Schema schema;
  for (int key : spec.keys) schema.Add(spec.input.field(key));
  for (const Aggregate& aggregate : spec.aggregates) {
    const DType input = aggregate.column < 0 ? DType(Kind::kInt64) : spec.input.field(aggregate.column).type;
    ARROW_ASSIGN_OR_RAISE(DType type, AggregateType(aggregate.kind, input, !spec.keys.empty()));
    schema.Add({aggregate.name, std::move(type)});
  }
  return schema;
}

}  // namespace cask
