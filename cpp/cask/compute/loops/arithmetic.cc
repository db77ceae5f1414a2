// Addition, subtraction, multiplication, and the unary operations that are like them.
#include "cask/compute/loops/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cask/compute/loops/arithmetic.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cask/compute/loops/elementwise-inl.h"
#include "cask/compute/loops/families.h"

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {

struct Add {
  template <class T> static T Apply(T a, T b) {
    if constexpr (kIsFloat<T>) return a + b;
    else return static_cast<T>(static_cast<typename WideUnsigned<T>::Type>(a) + static_cast<typename WideUnsigned<T>::Type>(b));
  }
};
struct Subtract {
  template <class T> static T Apply(T a, T b) {
    if constexpr (kIsFloat<T>) return a - b;
    else return static_cast<T>(static_cast<typename WideUnsigned<T>::Type>(a) - static_cast<typename WideUnsigned<T>::Type>(b));
  }
};
struct Multiply {
  template <class T> static T Apply(T a, T b) {
    if constexpr (kIsFloat<T>) return a * b;
    else return static_cast<T>(static_cast<typename WideUnsigned<T>::Type>(a) * static_cast<typename WideUnsigned<T>::Type>(b));
  }
};
struct Square {
  template <class T> static T Apply(T a) { return Multiply::Apply(a, a); }
};
struct Negative {
  template <class T> static T Apply(T a) {
    if constexpr (kIsFloat<T>) return -a;
    else return Subtract::Apply(T(0), a);
  }
};
struct Absolute {
  template <class T> static T Apply(T a) {
    if constexpr (kIsSigned<T>) return a < 0 ? Subtract::Apply(T(0), a) : a;
    else return a;
  }
};
template <> inline float Absolute::Apply(float a) { return __builtin_fabsf(a); }
template <> inline double Absolute::Apply(double a) { return __builtin_fabs(a); }
struct Sign {
  template <class T> static T Apply(T a) {
    if constexpr (kIsFloat<T>) return a > 0 ? T(1) : a < 0 ? T(-1) : a == 0 ? T(0) : a;
    else if constexpr (kIsSigned<T>) return static_cast<T>((a > 0) - (a < 0));
    else return a > 0;
  }
};
struct LogicalNotByte {
  static uint8_t Apply(uint8_t a) { return a == 0; }
};
struct OrByte {
  static uint8_t Apply(uint8_t a, uint8_t b) { return (a | b) != 0; }
};
struct AndByte {
  static uint8_t Apply(uint8_t a, uint8_t b) { return (a != 0) & (b != 0); }
};

template <class Op>
BinaryLoop Wrapping(Kind kind) {
  BinaryLoop loop = BinaryWrapping<Op>(kind);
  return loop != nullptr ? loop : BinaryFloat<Op>(kind);
}
template <class Op>
UnaryLoop WrappingUnary(Kind kind) {
  UnaryLoop loop = UnaryWrapping<Op>(kind);
  return loop != nullptr ? loop : UnaryFloat<Op>(kind);
}

BinaryLoop FindArithmetic(Operation operation, Kind kind) {
  switch (operation) {
    case Operation::kAdd: return kind == Kind::kBool ? &RunBinary<OrByte, uint8_t, uint8_t> : Wrapping<Add>(kind);
    case Operation::kSubtract: return Wrapping<Subtract>(kind);
    case Operation::kMultiply: return kind == Kind::kBool ? &RunBinary<AndByte, uint8_t, uint8_t> : Wrapping<Multiply>(kind);
    default: return nullptr;
  }
}

UnaryLoop FindUnaryArithmetic(Operation operation, Kind kind) {
  switch (operation) {
    case Operation::kNegative: return WrappingUnary<Negative>(kind);
    case Operation::kPositive: return WrappingUnary<Identity>(kind);
    case Operation::kSquare: return WrappingUnary<Square>(kind);
    case Operation::kSign: return UnaryNumeric<Sign>(kind);
    case Operation::kAbsolute: return kind == Kind::kBool ? &RunUnary<Identity, uint8_t, uint8_t> : UnaryNumeric<Absolute>(kind);
    case Operation::kFabs: return UnaryFloat<Absolute>(kind);
    case Operation::kLogicalNot: return kind == Kind::kBool ? &RunUnary<LogicalNotByte, uint8_t, uint8_t> : nullptr;
    default: return nullptr;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cask {

BinaryLoop ArithmeticLoop(Operation operation, Kind kind) { return CASK_DISPATCH(FindArithmetic)(operation, kind); }
UnaryLoop UnaryArithmeticLoop(Operation operation, Kind kind) { return CASK_DISPATCH(FindUnaryArithmetic)(operation, kind); }

}  // namespace cask
#endif  // HWY_ONCE
