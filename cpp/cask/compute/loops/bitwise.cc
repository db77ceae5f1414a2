// Logical and bitwise operations, and shifts.
#include "cask/compute/loops/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cask/compute/loops/bitwise.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cask/compute/loops/elementwise-inl.h"
#include "cask/compute/loops/families.h"

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {

struct BitAnd { template <class T> static T Apply(T a, T b) { return a & b; } };
struct BitOr { template <class T> static T Apply(T a, T b) { return a | b; } };
struct BitXor { template <class T> static T Apply(T a, T b) { return a ^ b; } };
struct Invert { template <class T> static T Apply(T a) { return static_cast<T>(~a); } };
struct InvertTruth { static uint8_t Apply(uint8_t a) { return a == 0; } };

// A shift by the width or more leaves nothing but the sign; the processor would take the distance modulo the width.
template <class T>
bool IsWithin(T distance) {
  return static_cast<uint64_t>(distance) < 8 * sizeof(T);
}
struct LeftShift {
  template <class T> static T Apply(T a, T distance) {
    using U = typename WideUnsigned<T>::Type;
    return IsWithin(distance) ? static_cast<T>(static_cast<U>(a) << static_cast<U>(distance)) : T(0);
  }
};
struct RightShift {
  template <class T> static T Apply(T a, T distance) {
    if (IsWithin(distance)) return static_cast<T>(a >> distance);
    return a < 0 ? static_cast<T>(-1) : T(0);
  }
};

template <class T>
T Gcd(T a, T b) {
  while (b != 0) {
    const T rest = static_cast<T>(a % b);
    a = b;
    b = rest;
  }
  return a;
}
struct GreatestDivisor {
  template <class T> static T Apply(T a, T b) {
    using U = typename WideUnsigned<T>::Type;
    if constexpr (kIsSigned<T>) {
      return static_cast<T>(Gcd<U>(a < 0 ? U(0) - static_cast<U>(a) : static_cast<U>(a), b < 0 ? U(0) - static_cast<U>(b) : static_cast<U>(b)));
    } else {
      return static_cast<T>(Gcd<U>(a, b));
    }
  }
};
struct LeastMultiple {
  template <class T> static T Apply(T a, T b) {
    using U = typename WideUnsigned<T>::Type;
    const T divisor = GreatestDivisor::Apply(a, b);
    if (divisor == 0) return 0;
    const U product = static_cast<U>(a / divisor) * static_cast<U>(b);
    return static_cast<T>(kIsSigned<T> && static_cast<T>(product) < 0 ? U(0) - product : product);
  }
};

template <class Op>
BinaryLoop Bitwise(Kind kind) {
  return BinaryWrapping<Op>(kind == Kind::kBool ? Kind::kUInt8 : kind);
}

BinaryLoop FindBitwise(Operation operation, Kind kind) {
  switch (operation) {
    case Operation::kLogicalAnd: return kind == Kind::kBool ? Bitwise<BitAnd>(kind) : nullptr;
    case Operation::kLogicalOr: return kind == Kind::kBool ? Bitwise<BitOr>(kind) : nullptr;
    case Operation::kLogicalXor: return kind == Kind::kBool ? Bitwise<BitXor>(kind) : nullptr;
    case Operation::kBitwiseAnd: return Bitwise<BitAnd>(kind);
    case Operation::kBitwiseOr: return Bitwise<BitOr>(kind);
    case Operation::kBitwiseXor: return Bitwise<BitXor>(kind);
    case Operation::kLeftShift: return BinaryInteger<LeftShift>(kind);
    case Operation::kRightShift: return BinaryInteger<RightShift>(kind);
    case Operation::kGcd: return BinaryInteger<GreatestDivisor>(kind);
    case Operation::kLcm: return BinaryInteger<LeastMultiple>(kind);
    default: return nullptr;
  }
}

UnaryLoop FindInvert(Kind kind) { return kind == Kind::kBool ? &RunUnary<InvertTruth, uint8_t, uint8_t> : UnaryWrapping<Invert>(kind); }

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cask {

BinaryLoop BitwiseLoop(Operation operation, Kind kind) { return CASK_DISPATCH(FindBitwise)(operation, kind); }
UnaryLoop InvertLoop(Kind kind) { return CASK_DISPATCH(FindInvert)(kind); }

}  // namespace cask
#endif  // HWY_ONCE
