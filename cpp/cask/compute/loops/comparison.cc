// Comparisons and the larger and smaller of two.
#include "cask/compute/loops/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cask/compute/loops/comparison.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cask/compute/loops/elementwise-inl.h"
#include "cask/compute/loops/families.h"

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {

struct Equal { template <class T> static uint8_t Apply(T a, T b) { return a == b; } };
struct NotEqual { template <class T> static uint8_t Apply(T a, T b) { return a != b; } };
struct Less { template <class T> static uint8_t Apply(T a, T b) { return a < b; } };
struct LessEqual { template <class T> static uint8_t Apply(T a, T b) { return a <= b; } };
struct Greater { template <class T> static uint8_t Apply(T a, T b) { return a > b; } };
struct GreaterEqual { template <class T> static uint8_t Apply(T a, T b) { return a >= b; } };

struct Maximum { template <class T> static T Apply(T a, T b) { return (a >= b) | (a != a) ? a : b; } };
struct Minimum { template <class T> static T Apply(T a, T b) { return (a <= b) | (a != a) ? a : b; } };
struct Fmax { template <class T> static T Apply(T a, T b) { return (a >= b) | (b != b) ? a : b; } };
struct Fmin { template <class T> static T Apply(T a, T b) { return (a <= b) | (b != b) ? a : b; } };

template <class Op>
BinaryLoop Ordered(Kind kind) {
  if (kind == Kind::kBool) kind = Kind::kUInt8;
  BinaryLoop loop = CompareInteger<Op>(kind);
  return loop != nullptr ? loop : CompareFloat<Op>(kind);
}

template <class Op>
BinaryLoop Equality(Kind kind) {
  if (kind == Kind::kBool) kind = Kind::kUInt8;
  BinaryLoop loop = CompareWrapping<Op>(kind);
  return loop != nullptr ? loop : CompareFloat<Op>(kind);
}

template <class Op>
BinaryLoop Extremum(Kind kind) {
  return BinaryNumeric<Op>(kind == Kind::kBool ? Kind::kUInt8 : kind);
}

BinaryLoop FindComparison(Operation operation, Kind kind) {
  switch (operation) {
    case Operation::kEqual: return Equality<Equal>(kind);
    case Operation::kNotEqual: return Equality<NotEqual>(kind);
    case Operation::kLess: return Ordered<Less>(kind);
    case Operation::kLessEqual: return Ordered<LessEqual>(kind);
    case Operation::kGreater: return Ordered<Greater>(kind);
    case Operation::kGreaterEqual: return Ordered<GreaterEqual>(kind);
    default: return nullptr;
  }
}

BinaryLoop FindExtremum(Operation operation, Kind kind) {
  const bool is_float = kind == Kind::kFloat32 || kind == Kind::kFloat64;
  switch (operation) {
    case Operation::kMaximum: return Extremum<Maximum>(kind);
    case Operation::kMinimum: return Extremum<Minimum>(kind);
    case Operation::kFmax: return is_float ? BinaryFloat<Fmax>(kind) : Extremum<Maximum>(kind);
    case Operation::kFmin: return is_float ? BinaryFloat<Fmin>(kind) : Extremum<Minimum>(kind);
    default: return nullptr;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cask {

BinaryLoop ComparisonLoop(Operation operation, Kind kind) { return CASK_DISPATCH(FindComparison)(operation, kind); }
BinaryLoop ExtremumLoop(Operation operation, Kind kind) { return CASK_DISPATCH(FindExtremum)(operation, kind); }

}  // namespace cask
#endif  // HWY_ONCE
