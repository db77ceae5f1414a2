// Rounding, square roots and the questions one can ask of a float.
#include "cask/compute/loops/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cask/compute/loops/rounding.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cask/compute/loops/elementwise-inl.h"
#include "cask/compute/loops/families.h"

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {

#define CASK_FLOAT_OPERATION(Name, function)                              \
  struct Name {                                                           \
    static float Apply(float a) { return __builtin_##function##f(a); }    \
    static double Apply(double a) { return __builtin_##function(a); }     \
  };
CASK_FLOAT_OPERATION(Floor, floor)
CASK_FLOAT_OPERATION(Ceil, ceil)
CASK_FLOAT_OPERATION(Trunc, trunc)
CASK_FLOAT_OPERATION(Rint, rint)
CASK_FLOAT_OPERATION(Sqrt, sqrt)
#undef CASK_FLOAT_OPERATION

struct Deg2rad { template <class T> static T Apply(T a) { return a * static_cast<T>(3.14159265358979323846 / 180.0); } };
struct Rad2deg { template <class T> static T Apply(T a) { return a * static_cast<T>(180.0 / 3.14159265358979323846); } };

struct IsNan { template <class T> static uint8_t Apply(T a) { return a != a; } };
struct IsFinite { template <class T> static uint8_t Apply(T a) { return a - a == 0; } };
struct IsInf { template <class T> static uint8_t Apply(T a) { return (a == a) & (a - a != a - a); } };
struct Signbit {
  static uint8_t Apply(float a) { return __builtin_signbit(a) != 0; }
  static uint8_t Apply(double a) { return __builtin_signbit(a) != 0; }
};

struct SignOfSecond {
  static float Apply(float a, float b) { return __builtin_copysignf(a, b); }
  static double Apply(double a, double b) { return __builtin_copysign(a, b); }
};
struct Heaviside {
  template <class T> static T Apply(T a, T at_zero) { return a > 0 ? T(1) : a < 0 ? T(0) : a == 0 ? at_zero : a; }
};

// Whole already: bools and integers.
UnaryLoop FindRounding(Operation operation, Kind kind) {
  const bool is_float = kind == Kind::kFloat32 || kind == Kind::kFloat64;
  const Kind whole = kind == Kind::kBool ? Kind::kUInt8 : kind;
  switch (operation) {
    case Operation::kFloor: return is_float ? UnaryFloat<Floor>(kind) : UnaryWrapping<Identity>(whole);
    case Operation::kCeil: return is_float ? UnaryFloat<Ceil>(kind) : UnaryWrapping<Identity>(whole);
    case Operation::kTrunc: return is_float ? UnaryFloat<Trunc>(kind) : UnaryWrapping<Identity>(whole);
    case Operation::kRint: return UnaryFloat<Rint>(kind);
    case Operation::kSqrt: return UnaryFloat<Sqrt>(kind);
    case Operation::kDeg2rad: return UnaryFloat<Deg2rad>(kind);
    case Operation::kRad2deg: return UnaryFloat<Rad2deg>(kind);
    case Operation::kIsnan: return TestFloat<IsNan>(kind);
    case Operation::kIsfinite: return TestFloat<IsFinite>(kind);
    case Operation::kIsinf: return TestFloat<IsInf>(kind);
    case Operation::kSignbit: return TestFloat<Signbit>(kind);
    default: return nullptr;
  }
}

BinaryLoop FindFloatBits(Operation operation, Kind kind) {
  switch (operation) {
    case Operation::kCopysign: return BinaryFloat<SignOfSecond>(kind);
    case Operation::kHeaviside: return BinaryFloat<Heaviside>(kind);
    default: return nullptr;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cask {

UnaryLoop RoundingLoop(Operation operation, Kind kind) { return CASK_DISPATCH(FindRounding)(operation, kind); }
BinaryLoop FloatBitsLoop(Operation operation, Kind kind) { return CASK_DISPATCH(FindFloatBits)(operation, kind); }

}  // namespace cask
#endif  // HWY_ONCE
