#include "cask/compute/array/arg_reducer.h"

#include "cask/base/check.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

constexpr int64_t kNone = INT64_MAX;

// Whether (value, number) goes before (best, best_number).
template <typename T>
bool GoesBefore(T value, int64_t number, T best, int64_t best_number, bool greatest) {
  if (best_number == kNone) return true;
  const bool is_nan = value != value;
  const bool best_is_nan = best != best;
  if (is_nan || best_is_nan) return is_nan && (!best_is_nan || number < best_number);
  if (value == best) return number < best_number;
  return greatest ? value > best : value < best;
}

template <typename T>
class ArgReducer final : public Reducer {
 public:
  explicit ArgReducer(const ReducerSpec& spec)
      : Reducer({spec.input, Kind::kInt64}, Kind::kInt64), greatest_(spec.reduction == ArrayReduction::kArgMaximum) {
    Kind kind;
    extreme_ = FindReduceLoop(greatest_ ? Reduction::kMaximum : Reduction::kMinimum, spec.input, &kind);
  }

  bool uses_numbers() const override { return true; }

  void Initialize(const Planes& state, int64_t n) const override {
    std::fill_n(reinterpret_cast<T*>(state[0]), n, T{});
    std::fill_n(reinterpret_cast<int64_t*>(state[1]), n, kNone);
  }

  void AddRow(const void* values, int64_t n, int64_t first, int64_t step, const Planes& state) const override {
    const T* each = static_cast<const T*>(values);
    T best;
    extreme_(values, n, &best);
    int64_t place = 0;
    if (best != best) {
      while (each[place] == each[place]) ++place;
    } else {
      while (each[place] != best) ++place;
    }
    Offer(best, first + place * step, state, 0);
  }

  void AddEach(const void* values, int64_t n, int64_t first, const Planes& state) const override {
    for (int64_t i = 0; i < n; ++i) Offer(static_cast<const T*>(values)[i], first, state, i);
  }

  void Merge(const Planes& from, int64_t n, const Planes& into) const override {
    for (int64_t i = 0; i < n; ++i) {
      const int64_t number = reinterpret_cast<const int64_t*>(from[1])[i];
      if (number != kNone) Offer(reinterpret_cast<const T*>(from[0])[i], number, into, i);
    }
  }

  void Finish(const Planes& state, int64_t n, void* out) const override { std::memcpy(out, state[1], n * sizeof(int64_t)); }

 private:
  void Offer(T value, int64_t number, const Planes& state, int64_t i) const {
    T* best = reinterpret_cast<T*>(state[0]) + i;
    int64_t* best_number = reinterpret_cast<int64_t*>(state[1]) + i;
    if (!GoesBefore(value, number, *best, *best_number, greatest_)) return;
    *best = value;
    *best_number = number;
  }

  bool greatest_;
  ReduceLoop extreme_;
};

}  // namespace

std::shared_ptr<const Reducer> MakeArgReducer(const ReducerSpec& spec) {
  switch (spec.input) {
    case Kind::kBool:
    case Kind::kUInt8: return std::make_shared<ArgReducer<uint8_t>>(spec);
    case Kind::kInt8: return std::make_shared<ArgReducer<int8_t>>(spec);
    case Kind::kInt16: return std::make_shared<ArgReducer<int16_t>>(spec);
    case Kind::kInt32: return std::make_shared<ArgReducer<int32_t>>(spec);
    case Kind::kInt64: return std::make_shared<ArgReducer<int64_t>>(spec);
    case Kind::kUInt16: return std::make_shared<ArgReducer<uint16_t>>(spec);
    case Kind::kUInt32: return std::make_shared<ArgReducer<uint32_t>>(spec);
    case Kind::kUInt64: return std::make_shared<ArgReducer<uint64_t>>(spec);
    case Kind::kFloat32: return std::make_shared<ArgReducer<float>>(spec);
    case Kind::kFloat64: return std::make_shared<ArgReducer<double>>(spec);
    default: break;
  }
  CASK_CHECK(false && "not a kind of array elements");
  return nullptr;
}

}  // namespace cask
