// The shapes of element-wise loops, compiled anew for each instruction set (hence the toggle instead of #pragma once).
// An operation is a struct with `template <class T> static Out Apply(T...)`; the compiler vectorises the plain loop around it.
#if defined(CASK_COMPUTE_LOOPS_ELEMENTWISE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CASK_COMPUTE_LOOPS_ELEMENTWISE_INL_H_
#undef CASK_COMPUTE_LOOPS_ELEMENTWISE_INL_H_
#else
#define CASK_COMPUTE_LOOPS_ELEMENTWISE_INL_H_
#endif

#include <cstdint>

#include "cask/compute/loops/loops.h"

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {

// `ivdep` and not `restrict`: the result may lie where an operand does.
template <class Op, class In, class Out>
void RunBinary(const void* a, int64_t a_stride, const void* b, int64_t b_stride, void* out, int64_t n) {
  const In* x = static_cast<const In*>(a);
  const In* y = static_cast<const In*>(b);
  Out* o = static_cast<Out*>(out);
  if (a_stride == 1 && b_stride == 1) {
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) o[i] = Op::Apply(x[i], y[i]);
  } else if (a_stride == 1) {
    const In v = *y;
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) o[i] = Op::Apply(x[i], v);
  } else if (b_stride == 1) {
    const In v = *x;
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) o[i] = Op::Apply(v, y[i]);
  } else {
    const Out v = Op::Apply(*x, *y);
    for (int64_t i = 0; i < n; ++i) o[i] = v;
  }
}

template <class Op, class In, class Out>
void RunUnary(const void* in, void* out, int64_t n) {
  const In* x = static_cast<const In*>(in);
  Out* o = static_cast<Out*>(out);
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) o[i] = Op::Apply(x[i]);
}

// The loop of `Op` for one kind, its result being of the same kind or a truth value.
#define CASK_DEFINE_PICK(Name, Loop, Run, OutOf)                                   \
  template <class Op>                                                              \
  Loop Name##Integer(Kind kind) {                                                  \
    switch (kind) {                                                                \
      case Kind::kInt8: return &Run<Op, int8_t, OutOf(int8_t)>;                    \
      case Kind::kInt16: return &Run<Op, int16_t, OutOf(int16_t)>;                 \
      case Kind::kInt32: return &Run<Op, int32_t, OutOf(int32_t)>;                 \
      case Kind::kInt64: return &Run<Op, int64_t, OutOf(int64_t)>;                 \
      case Kind::kUInt8: return &Run<Op, uint8_t, OutOf(uint8_t)>;                 \
      case Kind::kUInt16: return &Run<Op, uint16_t, OutOf(uint16_t)>;              \
      case Kind::kUInt32: return &Run<Op, uint32_t, OutOf(uint32_t)>;              \
      case Kind::kUInt64: return &Run<Op, uint64_t, OutOf(uint64_t)>;              \
      default: return nullptr;                                                     \
    }                                                                              \
  }                                                                                \
  template <class Op>                                                              \
  Loop Name##Float(Kind kind) {                                                    \
    switch (kind) {                                                                \
      case Kind::kFloat32: return &Run<Op, float, OutOf(float)>;                   \
      case Kind::kFloat64: return &Run<Op, double, OutOf(double)>;                 \
      default: return nullptr;                                                     \
    }                                                                              \
  }                                                                                \
  /* For operations whose bits are the same for signed and unsigned integers. */   \
  template <class Op>                                                              \
  Loop Name##Wrapping(Kind kind) {                                                 \
    switch (kind) {                                                                \
      case Kind::kInt8: case Kind::kUInt8: return &Run<Op, uint8_t, OutOf(uint8_t)>;      \
      case Kind::kInt16: case Kind::kUInt16: return &Run<Op, uint16_t, OutOf(uint16_t)>;  \
      case Kind::kInt32: case Kind::kUInt32: return &Run<Op, uint32_t, OutOf(uint32_t)>;  \
      case Kind::kInt64: case Kind::kUInt64: return &Run<Op, uint64_t, OutOf(uint64_t)>;  \
      default: return nullptr;                                                     \
    }                                                                              \
  }
#define CASK_SAME(T) T
#define CASK_TRUTH(T) uint8_t
CASK_DEFINE_PICK(Binary, BinaryLoop, RunBinary, CASK_SAME)
CASK_DEFINE_PICK(Compare, BinaryLoop, RunBinary, CASK_TRUTH)
CASK_DEFINE_PICK(Unary, UnaryLoop, RunUnary, CASK_SAME)
CASK_DEFINE_PICK(Test, UnaryLoop, RunUnary, CASK_TRUTH)
#undef CASK_SAME
#undef CASK_TRUTH
#undef CASK_DEFINE_PICK

template <class Op>
BinaryLoop BinaryNumeric(Kind kind) {
  BinaryLoop loop = BinaryInteger<Op>(kind);
  return loop != nullptr ? loop : BinaryFloat<Op>(kind);
}

template <class Op>
UnaryLoop UnaryNumeric(Kind kind) {
  UnaryLoop loop = UnaryInteger<Op>(kind);
  return loop != nullptr ? loop : UnaryFloat<Op>(kind);
}

// An unsigned type in which sums and products of T neither overflow nor get promoted to a signed one.
template <class T> struct WideUnsigned { using Type = uint32_t; };
template <> struct WideUnsigned<int64_t> { using Type = uint64_t; };
template <> struct WideUnsigned<uint64_t> { using Type = uint64_t; };

struct Identity {
  template <class T> static T Apply(T a) { return a; }
};

template <class T> constexpr bool kIsFloat = T(0.5) != T(0);
template <class T> constexpr bool kIsSigned = T(-1) < T(0);

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#endif  // toggle
