// Division in its forms, and power. Integers by hand where the processor would trap; floats as Python divides.
#include "cask/compute/loops/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cask/compute/loops/division.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

#include "cask/compute/loops/elementwise-inl.h"
#include "cask/compute/loops/families.h"

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {

struct Divide {
  template <class T> static T Apply(T a, T b) { return a / b; }
};

// The quotient is rounded down and by zero it is 0; the most negative integer by -1 wraps to itself.
struct FloorDivideInteger {
  template <class T> static T Apply(T a, T b) {
    if (b == 0) return 0;
    if constexpr (kIsSigned<T>) {
      if (b == T(-1)) return static_cast<T>(typename WideUnsigned<T>::Type(0) - static_cast<typename WideUnsigned<T>::Type>(a));
      const T quotient = static_cast<T>(a / b);
      return static_cast<T>(quotient - ((a % b != 0) & ((a < 0) != (b < 0))));
    }
    return static_cast<T>(a / b);
  }
};
struct RemainderInteger {
  template <class T> static T Apply(T a, T b) {
    if (b == 0) return 0;
    if constexpr (kIsSigned<T>) {
      if (b == T(-1)) return 0;
      const T rest = static_cast<T>(a % b);
      return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
    }
    return static_cast<T>(a % b);
  }
};
struct FmodInteger {
  template <class T> static T Apply(T a, T b) {
    if (b == 0) return 0;
    if constexpr (kIsSigned<T>) {
      if (b == T(-1)) return 0;
    }
    return static_cast<T>(a % b);
  }
};

inline float Fmod(float a, float b) { return __builtin_fmodf(a, b); }
inline double Fmod(double a, double b) { return __builtin_fmod(a, b); }
inline float Copysign(float a, float b) { return __builtin_copysignf(a, b); }
inline double Copysign(double a, double b) { return __builtin_copysign(a, b); }
inline float Floor(float a) { return __builtin_floorf(a); }
inline double Floor(double a) { return __builtin_floor(a); }
inline float Pow(float a, float b) { return __builtin_powf(a, b); }
inline double Pow(double a, double b) { return __builtin_pow(a, b); }

// Quotient and remainder are made to fit each other, as in Python: the remainder is exact, the quotient a whole number.
struct FloorDivideFloat {
  template <class T> static T Apply(T a, T b) {
    if (b == 0) return a / b;
    const T rest = Fmod(a, b);
    T quotient = (a - rest) / b;
    if (rest != 0 && (b < 0) != (rest < 0)) quotient -= T(1);
    if (quotient == 0) return Copysign(T(0), a / b);
    const T whole = Floor(quotient);
    return quotient - whole > T(0.5) ? whole + T(1) : whole;
  }
};
struct RemainderFloat {
  template <class T> static T Apply(T a, T b) {
    const T rest = Fmod(a, b);
    if (b == 0) return rest;
    if (rest == 0) return Copysign(T(0), b);
    return (b < 0) != (rest < 0) ? rest + b : rest;
  }
};
struct FmodFloat {
  template <class T> static T Apply(T a, T b) { return Fmod(a, b); }
};

struct PowerInteger {
  template <class T> static T Apply(T base, T exponent) {
    using U = typename WideUnsigned<T>::Type;
    U result = 1, square = static_cast<U>(base);
    for (U e = static_cast<U>(exponent); e != 0; e >>= 1) {
      if (e & 1) result *= square;
      square *= square;
    }
    return static_cast<T>(result);
  }
};
struct PowerFloat {
  template <class T> static T Apply(T a, T b) { return Pow(a, b); }
};
struct SquareOfFirst {
  template <class T> static T Apply(T a, T) { return a * a; }
};

// A square is exact to the last bit either way, and many times faster as a product.
template <class T>
void RunPower(const void* a, int64_t a_stride, const void* b, int64_t b_stride, void* out, int64_t n) {
  if (b_stride == 0 && *static_cast<const T*>(b) == T(2)) {
    RunBinary<SquareOfFirst, T, T>(a, a_stride, b, b_stride, out, n);
  } else {
    RunBinary<PowerFloat, T, T>(a, a_stride, b, b_stride, out, n);
  }
}

struct ReciprocalFloat {
  template <class T> static T Apply(T a) { return T(1) / a; }
};
// By zero: what the processor makes of infinity, as in NumPy.
struct ReciprocalInteger {
  template <class T> static T Apply(T a) {
    if (a == 0) {
      if constexpr (sizeof(T) < 4 || T(-1) == static_cast<T>(UINT32_MAX)) return 0;
      else return static_cast<T>(T(1) << (8 * sizeof(T) - 1));
    }
    if (a == 1) return 1;
    return kIsSigned<T> && a == static_cast<T>(-1) ? static_cast<T>(-1) : T(0);
  }
};

template <class OnIntegers, class OnFloats>
BinaryLoop PickDivision(Kind kind) {
  BinaryLoop loop = BinaryInteger<OnIntegers>(kind);
  return loop != nullptr ? loop : BinaryFloat<OnFloats>(kind);
}

BinaryLoop FindDivision(Operation operation, Kind kind) {
  switch (operation) {
    case Operation::kDivide: return BinaryFloat<Divide>(kind);
    case Operation::kFloorDivide: return PickDivision<FloorDivideInteger, FloorDivideFloat>(kind);
    case Operation::kRemainder: return PickDivision<RemainderInteger, RemainderFloat>(kind);
    case Operation::kFmod: return PickDivision<FmodInteger, FmodFloat>(kind);
    case Operation::kPower:
      if (kind == Kind::kFloat32) return &RunPower<float>;
      if (kind == Kind::kFloat64) return &RunPower<double>;
      return BinaryWrapping<PowerInteger>(kind);
    default: return nullptr;
  }
}

UnaryLoop FindReciprocal(Kind kind) {
  UnaryLoop loop = UnaryInteger<ReciprocalInteger>(kind);
  return loop != nullptr ? loop : UnaryFloat<ReciprocalFloat>(kind);
}

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cask {

BinaryLoop DivisionLoop(Operation operation, Kind kind) { return CASK_DISPATCH(FindDivision)(operation, kind); }
UnaryLoop ReciprocalLoop(Kind kind) { return CASK_DISPATCH(FindReciprocal)(kind); }

}  // namespace cask
#endif  // HWY_ONCE
