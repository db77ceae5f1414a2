#include "cask/compute/frame/state.h"

namespace cask {
namespace {

DType PositionType(const DType& type) {
  if (type.is_float()) return Kind::kFloat64;
  return IsHeldAsText(type) ? Kind::kString : Kind::kInt64;
}

}  // namespace

bool IsHeldAsText(const DType& type) {
  return type.kind() == Kind::kString || type.kind() == Kind::kObjectInt || type.kind() == Kind::kCategory;
}

std::vector<DType> StateTypes(StateKind kind, const DType& type) {
  switch (kind) {
    case StateKind::kFloatSum: return {Kind::kFloat64, Kind::kFloat64};
    case StateKind::kTickSum: return {Kind::kInt64, Kind::kInt64};
    case StateKind::kFloatProduct:
    case StateKind::kFloatMin:
    case StateKind::kFloatMax: return {Kind::kFloat64};
    case StateKind::kMoments: return {Kind::kInt64, Kind::kFloat64, Kind::kFloat64, Kind::kFloat64};
    case StateKind::kFirst:
    case StateKind::kLast:
    case StateKind::kFirstRow:
    case StateKind::kLastRow: return {PositionType(type), Kind::kUInt8};
    case StateKind::kTextMin:
    case StateKind::kTextMax:
    case StateKind::kConcatenation:
    case StateKind::kDistinct:
    case StateKind::kValues: return {Kind::kString};
    case StateKind::kAny:
    case StateKind::kAll: return {Kind::kBool};
    default: return {Kind::kInt64};
  }
}

Result<std::unique_ptr<AggregateState>> MakeState(StateKind kind, const DType& type, arrow::MemoryPool* pool) {
  switch (kind) {
    case StateKind::kMoments: return MakeMomentsState(pool);
    case StateKind::kFirst:
    case StateKind::kLast:
    case StateKind::kFirstRow:
    case StateKind::kLastRow:
      if (PositionType(type).kind() == Kind::kString) return MakeTextState(kind, type, pool);
      return MakePositionState(kind, type, pool);
    case StateKind::kTextMin:
    case StateKind::kTextMax:
    case StateKind::kConcatenation: return MakeTextState(kind, type, pool);
    case StateKind::kDistinct: return MakeDistinctState(type, pool);
    case StateKind::kValues: return MakeValuesState(type, pool);
    case StateKind::kAny:
    case StateKind::kAll:
      if (IsHeldAsText(type)) return MakeTextState(kind, type, pool);
      return MakeNumberState(kind, type, pool);
    default: return MakeNumberState(kind, type, pool);
  }
}

}  // namespace cask
