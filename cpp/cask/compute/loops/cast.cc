// Conversions between kinds.
#include "cask/compute/loops/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cask/compute/loops/cast.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cask/base/check.h"
#include "cask/compute/loops/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cask {
namespace HWY_NAMESPACE {

// A float outside of the integer's range has no defined conversion in C++. Going through int32 or int64 is what x86 compilers make of a
// plain cast, and it makes the vectorised loop agree with the scalar one.
template <class To>
struct CastTo {
  template <class From> static To Apply(From value) {
    if constexpr (!kIsFloat<From> || kIsFloat<To> || sizeof(To) == 8 || (sizeof(To) == 4 && kIsSigned<To>)) {
      return static_cast<To>(value);
    } else if constexpr (sizeof(To) == 4) {
      return static_cast<To>(static_cast<int64_t>(value));
    } else {
      return static_cast<To>(static_cast<int32_t>(value));
    }
  }
};
struct CastToUInt64 {
  template <class From> static uint64_t Apply(From value) {
    if constexpr (kIsFloat<From>) {
      constexpr From kHalf = From(9223372036854775808.0);
      return value >= kHalf ? static_cast<uint64_t>(static_cast<int64_t>(value - kHalf)) ^ (uint64_t{1} << 63)
                            : static_cast<uint64_t>(static_cast<int64_t>(value));
    } else {
      return static_cast<uint64_t>(value);
    }
  }
};
struct CastToBool {
  template <class From> static uint8_t Apply(From value) { return value != From(0); }
};

template <class From>
UnaryLoop CastFrom(Kind to) {
  switch (to) {
    case Kind::kBool: return &RunUnary<CastToBool, From, uint8_t>;
    case Kind::kInt8: return &RunUnary<CastTo<int8_t>, From, int8_t>;
    case Kind::kInt16: return &RunUnary<CastTo<int16_t>, From, int16_t>;
    case Kind::kInt32: return &RunUnary<CastTo<int32_t>, From, int32_t>;
    case Kind::kInt64: return &RunUnary<CastTo<int64_t>, From, int64_t>;
    case Kind::kUInt8: return &RunUnary<CastTo<uint8_t>, From, uint8_t>;
    case Kind::kUInt16: return &RunUnary<CastTo<uint16_t>, From, uint16_t>;
    case Kind::kUInt32: return &RunUnary<CastTo<uint32_t>, From, uint32_t>;
    case Kind::kUInt64: return &RunUnary<CastToUInt64, From, uint64_t>;
    case Kind::kFloat32: return &RunUnary<CastTo<float>, From, float>;
    case Kind::kFloat64: return &RunUnary<CastTo<double>, From, double>;
    default: return nullptr;
  }
}

UnaryLoop FindCast(Kind from, Kind to) {
  switch (from) {
    case Kind::kBool:
    case Kind::kUInt8: return CastFrom<uint8_t>(to);
    case Kind::kInt8: return CastFrom<int8_t>(to);
    case Kind::kInt16: return CastFrom<int16_t>(to);
    case Kind::kInt32: return CastFrom<int32_t>(to);
    case Kind::kInt64: return CastFrom<int64_t>(to);
    case Kind::kUInt16: return CastFrom<uint16_t>(to);
    case Kind::kUInt32: return CastFrom<uint32_t>(to);
    case Kind::kUInt64: return CastFrom<uint64_t>(to);
    case Kind::kFloat32: return CastFrom<float>(to);
    case Kind::kFloat64: return CastFrom<double>(to);
    default: return nullptr;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace cask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cask {

UnaryLoop FindCastLoop(Kind from, Kind to) {
  const UnaryLoop loop = CASK_DISPATCH(FindCast)(from, to);
  CASK_CHECK(loop != nullptr);
  return loop;
}

}  // namespace cask
#endif  // HWY_ONCE
