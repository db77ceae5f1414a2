// Reductions of contiguous values to one.
#include "cask/compute/loops/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cask/compute/loops/reduce.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <limits>

#include "cask/compute/loops/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Of the tree that loops.h describes. A vector holds 1 to 8 doubles, so 32 lanes are 4 to 32 of them on every instruction set.
constexpr int64_t kLanes = 32;
constexpr int64_t kBlock = 2048;

#define CASK_INLINE inline __attribute__((always_inline))

// What each lane does with its next value; `Start` is what a lane holds before any.
struct AddLanes {
  static constexpr double kStart = 0;
  template <class D, class V> static CASK_INLINE V Step(D, V sum, V value, V) { return hn::Add(sum, value); }
  static double Step(double sum, double value, double) { return sum + value; }
  static double Merge(double a, double b) { return a + b; }
};
struct AddPresentLanes : AddLanes {
  template <class D, class V> static CASK_INLINE V Step(D, V sum, V value, V) { return hn::Add(sum, hn::IfThenElseZero(hn::Eq(value, value), value)); }
  static double Step(double sum, double value, double) { return sum + (value == value ? value : 0); }
};
struct MultiplyLanes {
  static constexpr double kStart = 1;
  template <class D, class V> static CASK_INLINE V Step(D, V product, V value, V) { return hn::Mul(product, value); }
  static double Step(double product, double value, double) { return product * value; }
  static double Merge(double a, double b) { return a * b; }
};
struct MultiplyPresentLanes : MultiplyLanes {
  template <class D, class V> static CASK_INLINE V Step(D d, V product, V value, V) {
    return hn::Mul(product, hn::IfThenElse(hn::Eq(value, value), value, hn::Set(d, 1.0)));
  }
  static double Step(double product, double value, double) { return product * (value == value ? value : 1); }
};
struct DeviationLanes : AddLanes {
  template <class D, class V> static CASK_INLINE V Step(D, V sum, V value, V mean) {
    const V distance = hn::Sub(value, mean);
    return hn::Add(sum, hn::Mul(distance, distance));
  }
  static double Step(double sum, double value, double mean) { return sum + (value - mean) * (value - mean); }
};
struct PresentDeviationLanes : AddLanes {
  template <class D, class V> static CASK_INLINE V Step(D, V sum, V value, V mean) {
    const V distance = hn::IfThenElseZero(hn::Eq(value, value), hn::Sub(value, mean));
    return hn::Add(sum, hn::Mul(distance, distance));
  }
  static double Step(double sum, double value, double mean) { return value == value ? sum + (value - mean) * (value - mean) : sum + 0.0; }
};

// At most kBlock values to one.
template <class Op>
double ReduceBlock(const double* values, int64_t n, double mean) {
  const hn::ScalableTag<double> d;
  using V = decltype(hn::Zero(d));
  constexpr int64_t kWidth = hn::MaxLanes(d);
  constexpr int64_t kVectors = kLanes / kWidth;
  V sums[kVectors];
  for (int64_t v = 0; v < kVectors; ++v) sums[v] = hn::Set(d, Op::kStart);
  const V means = hn::Set(d, mean);
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
#pragma GCC unroll 32
    for (int64_t v = 0; v < kVectors; ++v) sums[v] = Op::Step(d, sums[v], hn::LoadU(d, values + i + v * kWidth), means);
  }
  double lanes[kLanes];
  for (int64_t v = 0; v < kVectors; ++v) hn::StoreU(sums[v], d, lanes + v * kWidth);
  for (int64_t lane = 0; i + lane < n; ++lane) lanes[lane] = Op::Step(lanes[lane], values[i + lane], mean);
  for (int64_t width = kLanes / 2; width > 0; width /= 2) {
    for (int64_t lane = 0; lane < width; ++lane) lanes[lane] = Op::Merge(lanes[lane], lanes[lane + width]);
  }
  return lanes[0];
}

// Blocks are merged in pairs as a binary counter carries: `partial[k]` holds 2^k blocks where bit k of the count is set.
template <class Op, class In>
double ReduceTree(const void* values, int64_t n, double mean) {
  const In* x = static_cast<const In*>(values);
  double partial[64];
  double converted[sizeof(In) == 8 && kIsFloat<In> ? 1 : kBlock];
  uint64_t count = 0;
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    const int64_t size = n - begin < kBlock ? n - begin : kBlock;
    double merged;
    if constexpr (sizeof(In) == 8 && kIsFloat<In>) {
      merged = ReduceBlock<Op>(x + begin, size, mean);
    } else {
      for (int64_t i = 0; i < size; ++i) converted[i] = static_cast<double>(x[begin + i]);
      merged = ReduceBlock<Op>(converted, size, mean);
    }
    int bit = 0;
    for (; (count >> bit) & 1; ++bit) merged = Op::Merge(partial[bit], merged);
    partial[bit] = merged;
    ++count;
  }
  double result = Op::kStart;
  bool is_first = true;
  for (int bit = 0; bit < 64; ++bit) {
    if (((count >> bit) & 1) == 0) continue;
    result = is_first ? partial[bit] : Op::Merge(partial[bit], result);
    is_first = false;
  }
  return result;
}

template <class Op, class In>
void RunTree(const void* values, int64_t n, void* out) {
  *static_cast<double*>(out) = ReduceTree<Op, In>(values, n, 0);
}

// Integers: any order gives the same, so the compiler's own is good enough. `Out` is 64 bits wide.
template <class In, class Out>
void SumIntegers(const void* values, int64_t n, void* out) {
  const In* x = static_cast<const In*>(values);
  uint64_t total = 0;
  if constexpr (sizeof(In) == 1) {
    // Bytes are summed in 32 bits first, which is four times as many a vector.
    constexpr int64_t kRun = 1 << 20;
    using Small = decltype(In(0) + 0);
    for (int64_t begin = 0; begin < n; begin += kRun) {
      const int64_t end = n - begin < kRun ? n : begin + kRun;
      Small sum = 0;
      for (int64_t i = begin; i < end; ++i) sum += x[i];
      total += static_cast<uint64_t>(static_cast<int64_t>(sum));
    }
  } else {
    for (int64_t i = 0; i < n; ++i) total += static_cast<uint64_t>(static_cast<Out>(x[i]));
  }
  *static_cast<uint64_t*>(out) = total;
}

template <class In, class Out>
void MultiplyIntegers(const void* values, int64_t n, void* out) {
  const In* x = static_cast<const In*>(values);
  uint64_t product = 1;
  for (int64_t i = 0; i < n; ++i) product *= static_cast<uint64_t>(static_cast<Out>(x[i]));
  *static_cast<uint64_t*>(out) = product;
}

struct SmallerOf {
  template <class T> static constexpr T Start() { return kIsFloat<T> ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max(); }
  template <class T> static CASK_INLINE T Step(T best, T value) { return value < best ? value : best; }
};
struct LargerOf {
  template <class T> static constexpr T Start() { return kIsFloat<T> ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest(); }
  template <class T> static CASK_INLINE T Step(T best, T value) { return value > best ? value : best; }
};

template <class Op, class T>
void ExtremumOfIntegers(const void* values, int64_t n, void* out) {
  const T* x = static_cast<const T*>(values);
  T best = Op::template Start<T>();
  for (int64_t i = 0; i < n; ++i) best = Op::Step(best, x[i]);
  *static_cast<T*>(out) = best;
}

// Comparisons with NaN are false, so a lane passes over it; how many values were no NaN tells the rest.
template <class Op, class T, bool kSkipNan>
void ExtremumOfFloats(const void* values, int64_t n, void* out) {
  const hn::ScalableTag<T> d;
  using V = decltype(hn::Zero(d));
  constexpr int64_t kWidth = hn::MaxLanes(d);
  constexpr int64_t kVectors = kLanes / kWidth;
  const T* x = static_cast<const T*>(values);
  V best[kVectors], odd[kVectors];
  for (int64_t v = 0; v < kVectors; ++v) {
    best[v] = hn::Set(d, Op::template Start<T>());
    odd[v] = hn::Zero(d);  // turns to NaN (or stays a number) with the values
  }
  int64_t i = 0, present = 0;
  for (; i + kLanes <= n; i += kLanes) {
#pragma GCC unroll 32
    for (int64_t v = 0; v < kVectors; ++v) {
      const V value = hn::LoadU(d, x + i + v * kWidth);
      const auto is_better = Op::Step(T(0), T(1)) == T(0) ? hn::Lt(value, best[v]) : hn::Gt(value, best[v]);
      best[v] = hn::IfThenElse(is_better, value, best[v]);
      odd[v] = hn::IfThenElse(hn::Eq(value, value), odd[v], value);
    }
  }
  T lanes[kLanes], odds[kLanes];
  for (int64_t v = 0; v < kVectors; ++v) {
    hn::StoreU(best[v], d, lanes + v * kWidth);
    hn::StoreU(odd[v], d, odds + v * kWidth);
  }
  for (int64_t lane = 0; i + lane < n; ++lane) {
    const T value = x[i + lane];
    lanes[lane] = Op::Step(lanes[lane], value);
    if (value != value) odds[lane] = value;
  }
  T result = lanes[0];
  bool has_nan = false;
  for (int64_t lane = 0; lane < kLanes; ++lane) {
    result = Op::Step(result, lanes[lane]);
    has_nan |= odds[lane] != odds[lane];
  }
  if (has_nan && !kSkipNan) result = std::numeric_limits<T>::quiet_NaN();
  if (kSkipNan && result == Op::template Start<T>()) {
    // Either that very infinity is among the values or nothing but NaN is.
    for (int64_t k = 0; k < n && present == 0; ++k) present += x[k] == x[k];
    if (present == 0) result = std::numeric_limits<T>::quiet_NaN();
  }
  *static_cast<T*>(out) = result;
}

struct IsNonzero { template <class T> static bool Test(T value) { return value != T(0); } };
struct IsPresent { template <class T> static bool Test(T value) { return value == value; } };

template <class Op, class T>
int64_t Count(const void* values, int64_t n) {
  const T* x = static_cast<const T*>(values);
  int64_t count = 0;
  constexpr int64_t kRun = 1 << 20;  // within it 32 bits hold the count
  for (int64_t begin = 0; begin < n; begin += kRun) {
    const int64_t end = n - begin < kRun ? n : begin + kRun;
    uint32_t some = 0;
    for (int64_t i = begin; i < end; ++i) some += Op::Test(x[i]);
    count += some;
  }
  return count;
}
template <class Op, class T>
void RunCount(const void* values, int64_t n, void* out) {
  *static_cast<int64_t*>(out) = Count<Op, T>(values, n);
}
// Whether any value is nonzero, or all are, a run at a time so that an early answer ends it.
template <class T, bool kAll>
void RunQuantifier(const void* values, int64_t n, void* out) {
  const T* x = static_cast<const T*>(values);
  constexpr int64_t kRun = 4096;
  uint8_t result = kAll;
  for (int64_t begin = 0; begin < n && result == kAll; begin += kRun) {
    const int64_t size = n - begin < kRun ? n - begin : kRun;
    const int64_t count = Count<IsNonzero, T>(x + begin, size);
    result = kAll ? count == size : count > 0;
  }
  *static_cast<uint8_t*>(out) = result;
}

template <class T>
ReduceLoop ReduceFloats(Reduction reduction) {
  switch (reduction) {
    case Reduction::kSum: return &RunTree<AddLanes, T>;
    case Reduction::kNanSum: return &RunTree<AddPresentLanes, T>;
    case Reduction::kProduct: return &RunTree<MultiplyLanes, T>;
    case Reduction::kNanProduct: return &RunTree<MultiplyPresentLanes, T>;
    case Reduction::kMinimum: return &ExtremumOfFloats<SmallerOf, T, false>;
    case Reduction::kMaximum: return &ExtremumOfFloats<LargerOf, T, false>;
    case Reduction::kNanMinimum: return &ExtremumOfFloats<SmallerOf, T, true>;
    case Reduction::kNanMaximum: return &ExtremumOfFloats<LargerOf, T, true>;
    case Reduction::kAny: return &RunQuantifier<T, false>;
    case Reduction::kAll: return &RunQuantifier<T, true>;
    case Reduction::kCountNonzero: return &RunCount<IsNonzero, T>;
    case Reduction::kCountNotNan: return &RunCount<IsPresent, T>;
  }
  return nullptr;
}

template <class T, class Wide>
ReduceLoop ReduceIntegers(Reduction reduction) {
  switch (reduction) {
    case Reduction::kSum:
    case Reduction::kNanSum: return &SumIntegers<T, Wide>;
    case Reduction::kProduct:
    case Reduction::kNanProduct: return &MultiplyIntegers<T, Wide>;
    case Reduction::kMinimum:
    case Reduction::kNanMinimum: return &ExtremumOfIntegers<SmallerOf, T>;
    case Reduction::kMaximum:
    case Reduction::kNanMaximum: return &ExtremumOfIntegers<LargerOf, T>;
    case Reduction::kAny: return &RunQuantifier<T, false>;
    case Reduction::kAll: return &RunQuantifier<T, true>;
    case Reduction::kCountNonzero: return &RunCount<IsNonzero, T>;
    case Reduction::kCountNotNan: return &RunCount<IsPresent, T>;
  }
  return nullptr;
}

ReduceLoop FindReduce(Reduction reduction, Kind kind) {
  switch (kind) {
    case Kind::kBool:
    case Kind::kUInt8: return ReduceIntegers<uint8_t, uint64_t>(reduction);
    case Kind::kInt8: return ReduceIntegers<int8_t, int64_t>(reduction);
    case Kind::kInt16: return ReduceIntegers<int16_t, int64_t>(reduction);
    case Kind::kInt32: return ReduceIntegers<int32_t, int64_t>(reduction);
    case Kind::kInt64: return ReduceIntegers<int64_t, int64_t>(reduction);
    case Kind::kUInt16: return ReduceIntegers<uint16_t, uint64_t>(reduction);
    case Kind::kUInt32: return ReduceIntegers<uint32_t, uint64_t>(reduction);
    case Kind::kUInt64: return ReduceIntegers<uint64_t, uint64_t>(reduction);
    case Kind::kFloat32: return ReduceFloats<float>(reduction);
    case Kind::kFloat64: return ReduceFloats<double>(reduction);
    default: return nullptr;
  }
}

template <class T>
double Deviations(const void* values, int64_t n, double mean, bool skip_nan) {
  return skip_nan ? ReduceTree<PresentDeviationLanes, T>(values, n, mean) : ReduceTree<DeviationLanes, T>(values, n, mean);
}

double SquaredDeviationsOf(Kind kind, const void* values, int64_t n, double mean, bool skip_nan) {
  switch (kind) {
    case Kind::kBool:
    case Kind::kUInt8: return Deviations<uint8_t>(values, n, mean, false);
    case Kind::kInt8: return Deviations<int8_t>(values, n, mean, false);
    case Kind::kInt16: return Deviations<int16_t>(values, n, mean, false);
    case Kind::kInt32: return Deviations<int32_t>(values, n, mean, false);
    case Kind::kInt64: return Deviations<int64_t>(values, n, mean, false);
    case Kind::kUInt16: return Deviations<uint16_t>(values, n, mean, false);
    case Kind::kUInt32: return Deviations<uint32_t>(values, n, mean, false);
    case Kind::kUInt64: return Deviations<uint64_t>(values, n, mean, false);
    case Kind::kFloat32: return Deviations<float>(values, n, mean, skip_nan);
    default: return Deviations<double>(values, n, mean, skip_nan);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cask {
namespace {

Kind KindOfReduction(Reduction reduction, Kind in) {
  const DType type(in);
  switch (reduction) {
    case Reduction::kMinimum:
    case Reduction::kMaximum:
    case Reduction::kNanMinimum:
    case Reduction::kNanMaximum: return in;
    case Reduction::kAny:
    case Reduction::kAll: return Kind::kBool;
    case Reduction::kCountNonzero:
    case Reduction::kCountNotNan: return Kind::kInt64;
    default: return type.is_float() ? Kind::kFloat64 : type.is_unsigned() ? Kind::kUInt64 : Kind::kInt64;
  }
}

}  // namespace


ReduceLoop FindReduceLoop(Reduction reduction, Kind in, Kind* out) {
  *out = KindOfReduction(reduction, in);
  return CASK_DISPATCH(FindReduce)(reduction, in);
}

double SquaredDeviations(Kind kind, const void* values, int64_t n, double mean, bool skip_nan) {
  return CASK_DISPATCH(SquaredDeviationsOf)(kind, values, n, mean, skip_nan);
}

}  // namespace cask
#endif  // HWY_ONCE
