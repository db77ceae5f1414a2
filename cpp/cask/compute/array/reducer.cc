#include "cask/compute/array/reducer.h"

#include "cask/base/check.h"
#include "cask/compute/array/arg_reducer.h"
#include "cask/compute/array/chunk.h"
#include "cask/compute/array/moment_reducer.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

// Reductions that one binary loop defines, all but NaN's handling: the state is one plane.
struct Fold {
  Operation operation;
  Reduction rows;
  bool skips_nan = false;
};

Fold FoldOf(ArrayReduction reduction) {
  switch (reduction) {
    case ArrayReduction::kSum: return {Operation::kAdd, Reduction::kSum};
    case ArrayReduction::kProduct: return {Operation::kMultiply, Reduction::kProduct};
    case ArrayReduction::kMinimum: return {Operation::kMinimum, Reduction::kMinimum};
    case ArrayReduction::kMaximum: return {Operation::kMaximum, Reduction::kMaximum};
    case ArrayReduction::kAny: return {Operation::kLogicalOr, Reduction::kAny};
    case ArrayReduction::kAll: return {Operation::kLogicalAnd, Reduction::kAll};
    case ArrayReduction::kNanSum: return {Operation::kAdd, Reduction::kNanSum, true};
    case ArrayReduction::kNanProduct: return {Operation::kMultiply, Reduction::kNanProduct, true};
    case ArrayReduction::kNanMinimum: return {Operation::kFmin, Reduction::kNanMinimum};
    case ArrayReduction::kNanMaximum: return {Operation::kFmax, Reduction::kNanMaximum};
    default: break;
  }
  CASK_CHECK(false && "not a fold");
  return {};
}

template <typename T>
void PutBytes(T value, uint8_t* out) {
  std::memcpy(out, &value, sizeof value);
}

template <typename T>
T Extreme(bool lowest) {
  using Limits = std::numeric_limits<T>;
  if constexpr (Limits::has_infinity) return lowest ? -Limits::infinity() : Limits::infinity();
  return lowest ? Limits::lowest() : Limits::max();
}

void PutExtreme(Kind kind, bool lowest, uint8_t* out) {
  switch (kind) {
    case Kind::kBool: return PutBytes<uint8_t>(lowest ? 0 : 1, out);
    case Kind::kInt8: return PutBytes(Extreme<int8_t>(lowest), out);
    case Kind::kInt16: return PutBytes(Extreme<int16_t>(lowest), out);
    case Kind::kInt32: return PutBytes(Extreme<int32_t>(lowest), out);
    case Kind::kInt64: return PutBytes(Extreme<int64_t>(lowest), out);
    case Kind::kUInt8: return PutBytes(Extreme<uint8_t>(lowest), out);
    case Kind::kUInt16: return PutBytes(Extreme<uint16_t>(lowest), out);
    case Kind::kUInt32: return PutBytes(Extreme<uint32_t>(lowest), out);
    case Kind::kUInt64: return PutBytes(Extreme<uint64_t>(lowest), out);
    case Kind::kFloat32: return PutBytes(Extreme<float>(lowest), out);
    default: return PutBytes(Extreme<double>(lowest), out);
  }
}

// The value that a fold of nothing gives.
void PutIdentity(ArrayReduction reduction, Kind kind, uint8_t* out) {
  const auto number = [&](int value) {
    const int64_t integer = value;
    FindCastLoop(Kind::kInt64, kind)(&integer, out, 1);
  };
  switch (reduction) {
    case ArrayReduction::kProduct:
    case ArrayReduction::kNanProduct:
    case ArrayReduction::kAll: return number(1);
    case ArrayReduction::kMinimum: return PutExtreme(kind, false, out);
    case ArrayReduction::kMaximum: return PutExtreme(kind, true, out);
    case ArrayReduction::kNanMinimum:
    case ArrayReduction::kNanMaximum:
      // fmin(NaN, x) is x, so NaN stands for nothing where there is a NaN.
      if (kind == Kind::kFloat64) return PutBytes(std::numeric_limits<double>::quiet_NaN(), out);
      if (kind == Kind::kFloat32) return PutBytes(std::numeric_limits<float>::quiet_NaN(), out);
      return PutExtreme(kind, reduction == ArrayReduction::kNanMaximum, out);
    default: return number(0);
  }
}

class FoldReducer final : public Reducer {
 public:
  FoldReducer(const ReducerSpec& spec, Kind plane)
      : Reducer({plane}, spec.result), input_(spec.input), fold_(FoldOf(spec.reduction)), width_(WidthOf(plane)) {
    PutIdentity(spec.reduction, plane, identity_.data());
    Kind out;
    rows_ = FindReduceLoop(fold_.rows, input_, &row_kind_);
    CASK_CHECK(rows_ != nullptr);
    merge_ = FindBinaryLoop(fold_.operation, plane, &out);
    CASK_CHECK(merge_ != nullptr && out == plane);
    widen_ = input_ == plane ? nullptr : FindCastLoop(input_, plane);
    widen_row_ = row_kind_ == plane ? nullptr : FindCastLoop(row_kind_, plane);
    narrow_ = plane == spec.result ? nullptr : FindCastLoop(plane, spec.result);
  }

  void Initialize(const Planes& state, int64_t n) const override { FillValues(identity_.data(), width_, state[0], n); }

  void AddRow(const void* values, int64_t n, int64_t, int64_t, const Planes& state) const override {
    alignas(8) uint8_t row[8];
    alignas(8) uint8_t wide[8];
    rows_(values, n, row);
    if (widen_row_) widen_row_(row, wide, 1);
    merge_(state[0], 1, widen_row_ ? wide : row, 1, state[0], 1);
  }

  void AddEach(const void* values, int64_t n, int64_t, const Planes& state) const override {
    if (widen_ == nullptr && !fold_.skips_nan) return merge_(state[0], 1, values, 1, state[0], n);
    constexpr int64_t kBlock = 512;
    alignas(64) uint8_t block[kBlock * 8];
    const auto* from = static_cast<const uint8_t*>(values);
    for (int64_t done = 0; done < n; done += kBlock) {
      const int64_t size = std::min(kBlock, n - done);
      const uint8_t* part = from + done * WidthOf(input_);
      if (widen_) {
        widen_(part, block, size);
      } else {
        std::memcpy(block, part, size * width_);
      }
      if (fold_.skips_nan) ReplaceNan(block, size);
      uint8_t* into = state[0] + done * width_;
      merge_(into, 1, block, 1, into, size);
    }
  }

  void Merge(const Planes& from, int64_t n, const Planes& into) const override { merge_(into[0], 1, from[0], 1, into[0], n); }

  void Finish(const Planes& state, int64_t n, void* out) const override {
    if (narrow_) {
      narrow_(state[0], out, n);
    } else {
      std::memcpy(out, state[0], n * width_);
    }
  }

 private:
  // NaN becomes the identity. Sums and products of floats are held in float64 planes; of integers there is no NaN.
  void ReplaceNan(uint8_t* block, int64_t n) const {
    if (planes()[0] != Kind::kFloat64) return;
    auto* values = reinterpret_cast<double*>(block);
    double identity;
    std::memcpy(&identity, identity_.data(), sizeof identity);
    for (int64_t i = 0; i < n; ++i) values[i] = values[i] == values[i] ? values[i] : identity;
  }

  Kind input_;
  Fold fold_;
  int width_;
  Kind row_kind_;
  alignas(8) std::array<uint8_t, 8> identity_{};
  ReduceLoop rows_;
  BinaryLoop merge_;
  UnaryLoop widen_;
  UnaryLoop widen_row_;
  UnaryLoop narrow_;
};

Kind FoldPlane(const ReducerSpec& spec) {
  switch (spec.reduction) {
    case ArrayReduction::kMinimum:
    case ArrayReduction::kMaximum:
    case ArrayReduction::kNanMinimum:
    case ArrayReduction::kNanMaximum: return spec.input;
    case ArrayReduction::kAny:
    case ArrayReduction::kAll: return Kind::kBool;
    default: break;
  }
  if (DType(spec.input).is_float()) return Kind::kFloat64;
  return DType(spec.input).is_unsigned() ? Kind::kUInt64 : Kind::kInt64;
}

}  // namespace

std::string_view ReductionName(ArrayReduction reduction) {
  static constexpr std::string_view kNames[] = {"sum",    "prod",    "min",    "max",    "any",     "all",    "mean",   "var",    "std",
                                                "nansum", "nanprod", "nanmin", "nanmax", "nanmean", "nanvar", "nanstd", "argmin", "argmax"};
  return kNames[static_cast<int>(reduction)];
}

Planes Reducer::Advance(Planes planes, int64_t n) const {
  for (size_t i = 0; i < planes_.size(); ++i) planes[i] += n * WidthOf(planes_[i]);
  return planes;
}

Kind ReducedKind(ArrayReduction reduction, Kind input) {
  const DType type = input;
  switch (reduction) {
    case ArrayReduction::kAny:
    case ArrayReduction::kAll: return Kind::kBool;
    case ArrayReduction::kArgMinimum:
    case ArrayReduction::kArgMaximum: return Kind::kInt64;
    case ArrayReduction::kMinimum:
    case ArrayReduction::kMaximum:
    case ArrayReduction::kNanMinimum:
    case ArrayReduction::kNanMaximum: return input;
    case ArrayReduction::kSum:
    case ArrayReduction::kProduct:
    case ArrayReduction::kNanSum:
    case ArrayReduction::kNanProduct:
      if (type.is_float()) return input;
      return type.is_unsigned() ? Kind::kUInt64 : Kind::kInt64;
    default: return input == Kind::kFloat32 ? input : Kind::kFloat64;
  }
}

std::shared_ptr<const Reducer> MakeReducer(const ReducerSpec& spec) {
  switch (spec.reduction) {
    case ArrayReduction::kMean:
    case ArrayReduction::kNanMean: return MakeMeanReducer(spec);
    case ArrayReduction::kVariance:
    case ArrayReduction::kDeviation:
    case ArrayReduction::kNanVariance:
    case ArrayReduction::kNanDeviation: return MakeVarianceReducer(spec);
    case ArrayReduction::kArgMinimum:
    case ArrayReduction::kArgMaximum: return MakeArgReducer(spec);
    default: return std::make_shared<FoldReducer>(spec, FoldPlane(spec));
  }
}

}  // namespace cask
