// Exponentials, logarithms, trigonometry: the C library's, value by value.
#include <cmath>
#include <limits>

#include "cask/compute/loops/families.h"

namespace cask {
namespace {

template <class T, T (*function)(T)>
void Map(const void* in, void* out, int64_t n) {
  const T* x = static_cast<const T*>(in);
  T* o = static_cast<T*>(out);
  for (int64_t i = 0; i < n; ++i) o[i] = function(x[i]);
}

template <class T, T (*function)(T, T)>
void Map2(const void* a, int64_t a_stride, const void* b, int64_t b_stride, void* out, int64_t n) {
  const T* x = static_cast<const T*>(a);
  const T* y = static_cast<const T*>(b);
  T* o = static_cast<T*>(out);
  for (int64_t i = 0; i < n; ++i) o[i] = function(x[i * a_stride], y[i * b_stride]);
}

template <class T>
T Spacing(T x) {
  if (!std::isfinite(x)) return std::numeric_limits<T>::quiet_NaN();
  const T magnitude = std::fabs(x);
  const T next = std::nextafter(magnitude, std::numeric_limits<T>::infinity());
  return std::copysign(next - magnitude, x);
}

// log(exp(a) + exp(b)), and the same in base 2, without overflow.
template <class T>
T Logaddexp(T a, T b) {
  if (a == b) return a + static_cast<T>(0.69314718055994530942);
  const T distance = a - b;
  if (distance > 0) return a + std::log1p(std::exp(-distance));
  if (distance <= 0) return b + std::log1p(std::exp(distance));
  return distance;
}
template <class T>
T Logaddexp2(T a, T b) {
  if (a == b) return a + 1;
  constexpr T kLog2E = static_cast<T>(1.44269504088896340736);
  const T distance = a - b;
  if (distance > 0) return a + kLog2E * std::log1p(std::exp2(-distance));
  if (distance <= 0) return b + kLog2E * std::log1p(std::exp2(distance));
  return distance;
}


template <class T>
UnaryLoop FindUnary(Operation operation) {
  switch (operation) {
    case Operation::kCbrt: return &Map<T, std::cbrt>;
    case Operation::kExp: return &Map<T, std::exp>;
    case Operation::kExp2: return &Map<T, std::exp2>;
    case Operation::kExpm1: return &Map<T, std::expm1>;
    case Operation::kLog: return &Map<T, std::log>;
    case Operation::kLog2: return &Map<T, std::log2>;
    case Operation::kLog10: return &Map<T, std::log10>;
    case Operation::kLog1p: return &Map<T, std::log1p>;
    case Operation::kSin: return &Map<T, std::sin>;
    case Operation::kCos: return &Map<T, std::cos>;
    case Operation::kTan: return &Map<T, std::tan>;
    case Operation::kArcsin: return &Map<T, std::asin>;
    case Operation::kArccos: return &Map<T, std::acos>;
    case Operation::kArctan: return &Map<T, std::atan>;
    case Operation::kSinh: return &Map<T, std::sinh>;
    case Operation::kCosh: return &Map<T, std::cosh>;
    case Operation::kTanh: return &Map<T, std::tanh>;
    case Operation::kArcsinh: return &Map<T, std::asinh>;
    case Operation::kArccosh: return &Map<T, std::acosh>;
    case Operation::kArctanh: return &Map<T, std::atanh>;
    case Operation::kSpacing: return &Map<T, Spacing<T>>;
    default: return nullptr;
  }
}

template <class T>
BinaryLoop FindBinary(Operation operation) {
  switch (operation) {
    case Operation::kArctan2: return &Map2<T, std::atan2>;
    case Operation::kHypot: return &Map2<T, std::hypot>;
    case Operation::kNextafter: return &Map2<T, std::nextafter>;
    case Operation::kLogaddexp: return &Map2<T, Logaddexp<T>>;
    case Operation::kLogaddexp2: return &Map2<T, Logaddexp2<T>>;
    default: return nullptr;
  }
}

}  // namespace

UnaryLoop UnaryTranscendentalLoop(Operation operation, Kind kind) {
  if (kind == Kind::kFloat64) return FindUnary<double>(operation);
  return kind == Kind::kFloat32 ? FindUnary<float>(operation) : nullptr;
}

BinaryLoop TranscendentalLoop(Operation operation, Kind kind) {
  if (kind == Kind::kFloat64) return FindBinary<double>(operation);
  return kind == Kind::kFloat32 ? FindBinary<float>(operation) : nullptr;
}

}  // namespace cask
