#include "cask/compute/loops/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cask/compute/array/matmul_kernel.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cask/compute/array/matmul_kernel.h"

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_NATIVE_FMA

// Six rows of two vectors are kept in registers; a panel wider than two vectors takes several turns.
template <class T>
void RunPanel(const void* left, const void* right, int64_t inner, void* out, int64_t out_stride) {
  const hn::CappedTag<T, 64 / sizeof(T)> d;
  using Vector = hn::Vec<decltype(d)>;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  constexpr int64_t kColumns = kPanelBytes / sizeof(T);
  const T* a = static_cast<const T*>(left);
  for (int64_t column = 0; column < kColumns; column += 2 * lanes) {
    const T* b = static_cast<const T*>(right) + column;
    T* c = static_cast<T*>(out) + column;
    Vector low0 = hn::LoadU(d, c), high0 = hn::LoadU(d, c + lanes);
    Vector low1 = hn::LoadU(d, c + out_stride), high1 = hn::LoadU(d, c + out_stride + lanes);
    Vector low2 = hn::LoadU(d, c + 2 * out_stride), high2 = hn::LoadU(d, c + 2 * out_stride + lanes);
    Vector low3 = hn::LoadU(d, c + 3 * out_stride), high3 = hn::LoadU(d, c + 3 * out_stride + lanes);
    Vector low4 = hn::LoadU(d, c + 4 * out_stride), high4 = hn::LoadU(d, c + 4 * out_stride + lanes);
    Vector low5 = hn::LoadU(d, c + 5 * out_stride), high5 = hn::LoadU(d, c + 5 * out_stride + lanes);
    for (int64_t i = 0; i < inner; ++i) {
      const Vector low = hn::LoadU(d, b + i * kColumns);
      const Vector high = hn::LoadU(d, b + i * kColumns + lanes);
      const T* each = a + i * kPanelRows;
#define CASK_ROW(r)                                     \
  {                                                     \
    const Vector value = hn::Set(d, each[r]);           \
    low##r = hn::MulAdd(value, low, low##r);            \
    high##r = hn::MulAdd(value, high, high##r);         \
  }
      CASK_ROW(0) CASK_ROW(1) CASK_ROW(2) CASK_ROW(3) CASK_ROW(4) CASK_ROW(5)
#undef CASK_ROW
    }
#define CASK_ROW(r)                                     \
  hn::StoreU(low##r, d, c + r * out_stride);            \
  hn::StoreU(high##r, d, c + r * out_stride + lanes);
    CASK_ROW(0) CASK_ROW(1) CASK_ROW(2) CASK_ROW(3) CASK_ROW(4) CASK_ROW(5)
#undef CASK_ROW
  }
}

#else

inline float FusedMultiplyAdd(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double FusedMultiplyAdd(double a, double b, double c) { return __builtin_fma(a, b, c); }

template <class T>
void RunPanel(const void* left, const void* right, int64_t inner, void* out, int64_t out_stride) {
  constexpr int64_t kColumns = kPanelBytes / sizeof(T);
  for (int64_t i = 0; i < inner; ++i) {
    const T* a = static_cast<const T*>(left) + i * kPanelRows;
    const T* b = static_cast<const T*>(right) + i * kColumns;
    for (int64_t row = 0; row < kPanelRows; ++row) {
      T* c = static_cast<T*>(out) + row * out_stride;
      for (int64_t column = 0; column < kColumns; ++column) c[column] = FusedMultiplyAdd(a[row], b[column], c[column]);
    }
  }
}

#endif

PanelKernel PickPanelKernel(Kind kind) { return kind == Kind::kFloat32 ? &RunPanel<float> : &RunPanel<double>; }

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cask {

PanelKernel FindPanelKernel(Kind kind) { return CASK_DISPATCH(PickPanelKernel)(kind); }

}  // namespace cask
#endif
