// Choosing, keeping and fetching values by masks and positions. Only the width of a value matters here.
#include "cask/compute/loops/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cask/compute/loops/selection.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cstring>
#if HWY_ARCH_X86_64
#include <immintrin.h>
#endif

#include "cask/compute/loops/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {

template <class T>
void RunSelect(const uint8_t* mask, const void* a, int64_t a_stride, const void* b, int64_t b_stride, void* out, int64_t n) {
  const T* x = static_cast<const T*>(a);
  const T* y = static_cast<const T*>(b);
  T* o = static_cast<T*>(out);
  if (a_stride == 1 && b_stride == 1) {
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) o[i] = mask[i] != 0 ? x[i] : y[i];
  } else if (a_stride == 1) {
    const T v = *y;
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) o[i] = mask[i] != 0 ? x[i] : v;
  } else if (b_stride == 1) {
    const T v = *x;
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) o[i] = mask[i] != 0 ? v : y[i];
  } else {
    const T v = *x, w = *y;
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) o[i] = mask[i] != 0 ? v : w;
  }
}

// Writes every value, and moves on only past those that are kept.
template <class T>
int64_t CompressRest(const T* in, const uint8_t* mask, T* out, int64_t begin, int64_t n, int64_t kept) {
  for (int64_t i = begin; i < n; ++i) {
    out[kept] = in[i];
    kept += mask[i];
  }
  return kept;
}

#if HWY_ARCH_X86_64 && HWY_TARGET == HWY_AVX3
// The kept ones of eight values, and how many they are. `keep` has a byte, 0 or 1, each.
HWY_INLINE int64_t CompressEight(const uint32_t* in, uint64_t keep, uint32_t* out) {
  const auto bits = static_cast<__mmask8>(_pext_u64(keep, 0x0101010101010101u));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_maskz_compress_epi32(bits, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in))));
  return __builtin_popcountll(keep);
}
HWY_INLINE int64_t CompressEight(const uint64_t* in, uint64_t keep, uint64_t* out) {
  const auto bits = static_cast<__mmask8>(_pext_u64(keep, 0x0101010101010101u));
  _mm512_storeu_si512(out, _mm512_maskz_compress_epi64(bits, _mm512_loadu_si512(in)));
  return __builtin_popcountll(keep);
}
#elif HWY_ARCH_X86_64 && HWY_TARGET == HWY_AVX2
// The positions of the kept values, as bytes, are those bytes of 7 .. 0 whose flags are set; they tell the permutation.
constexpr uint64_t kPositions = 0x0706050403020100u;
HWY_INLINE __m256i Permute(const void* in, uint64_t positions) {
  const __m256i order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<long long>(positions)));
  return _mm256_permutevar8x32_epi32(_mm256_loadu_si256(static_cast<const __m256i*>(in)), order);
}
HWY_INLINE int64_t CompressEight(const uint32_t* in, uint64_t keep, uint32_t* out) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), Permute(in, _pext_u64(kPositions, keep * 0xff)));
  return __builtin_popcountll(keep);
}
HWY_INLINE int64_t CompressEight(const uint64_t* in, uint64_t keep, uint64_t* out) {
  // Two halves of four values, each value being two words with a flag each.
  const uint64_t low = _pdep_u64(keep, 0x00ff00ff00ff00ffu) * 0xffff, high = _pdep_u64(keep >> 32, 0x00ff00ff00ff00ffu) * 0xffff;
  const int64_t kept_low = __builtin_popcountll(keep & 0xffffffffu);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), Permute(in, _pext_u64(kPositions, low)));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + kept_low), Permute(in + 4, _pext_u64(kPositions, high)));
  return __builtin_popcountll(keep);
}
#endif

// Four- and eight-byte values, a vector at a time. A whole vector is written, which stays within n values: kept <= i.
// By hand, because g++ copies Highway's tables of permutations to the stack for every vector.
template <class T>
int64_t CompressVectors(const void* in, const uint8_t* mask, void* out, int64_t n) {
  const T* x = static_cast<const T*>(in);
  T* o = static_cast<T*>(out);
  int64_t i = 0, kept = 0;
#if HWY_ARCH_X86_64 && HWY_TARGET <= HWY_AVX2
  for (; i + 8 <= n; i += 8) {
    uint64_t keep;
    std::memcpy(&keep, mask + i, 8);
    kept += CompressEight(x + i, keep, o + kept);
  }
#endif
  return CompressRest(x, mask, o, i, n, kept);
}

// One- and two-byte values: bit extraction packs eight bytes of values at a time.
template <class T>
int64_t CompressSmall(const void* in, const uint8_t* mask, void* out, int64_t n) {
  const T* x = static_cast<const T*>(in);
  T* o = static_cast<T*>(out);
  int64_t i = 0, kept = 0;
#if HWY_ARCH_X86_64 && HWY_TARGET <= HWY_AVX2
  constexpr int64_t kStep = 8 / sizeof(T);
  for (; i + kStep <= n; i += kStep) {
    uint64_t keep = 0, values;
    std::memcpy(&keep, mask + i, kStep);
    if constexpr (sizeof(T) == 2) keep = _pdep_u64(keep, 0x00ff00ff00ff00ffu);
    std::memcpy(&values, x + i, 8);
    const uint64_t packed = _pext_u64(values, keep * (sizeof(T) == 1 ? 0xffu : 0xffffu));
    std::memcpy(o + kept, &packed, 8);
    kept += __builtin_popcountll(keep);
  }
#endif
  return CompressRest(x, mask, o, i, n, kept);
}

template <class T>
void RunGather(const void* in, const int32_t* indices, void* out, int64_t n) {
  const T* x = static_cast<const T*>(in);
  T* o = static_cast<T*>(out);
  for (int64_t i = 0; i < n; ++i) o[i] = x[indices[i]];
}

SelectLoop FindSelect(int width) {
  switch (width) {
    case 1: return &RunSelect<uint8_t>;
    case 2: return &RunSelect<uint16_t>;
    case 4: return &RunSelect<uint32_t>;
    case 8: return &RunSelect<uint64_t>;
    default: return nullptr;
  }
}

CompressLoop FindCompress(int width) {
  switch (width) {
    case 1: return &CompressSmall<uint8_t>;
    case 2: return &CompressSmall<uint16_t>;
    case 4: return &CompressVectors<uint32_t>;
    case 8: return &CompressVectors<uint64_t>;
    default: return nullptr;
  }
}

GatherLoop FindGather(int width) {
  switch (width) {
    case 1: return &RunGather<uint8_t>;
    case 2: return &RunGather<uint16_t>;
    case 4: return &RunGather<uint32_t>;
    case 8: return &RunGather<uint64_t>;
    default: return nullptr;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cask {

SelectLoop FindSelectLoop(int width) { return CASK_DISPATCH(FindSelect)(width); }
CompressLoop FindCompressLoop(int width) { return CASK_DISPATCH(FindCompress)(width); }
GatherLoop FindGatherLoop(int width) { return CASK_DISPATCH(FindGather)(width); }

void FillValues(const void* value, int width, void* out, int64_t n) {
  if (n == 0) return;
  // Doubles the filled front until all is filled.
  auto* bytes = static_cast<uint8_t*>(out);
  std::memcpy(bytes, value, width);
  for (int64_t filled = width; filled < n * width;) {
    const int64_t step = filled < n * width - filled ? filled : n * width - filled;
    std::memcpy(bytes + filled, bytes, step);
    filled += step;
  }
}

}  // namespace cask
#endif  // HWY_ONCE
