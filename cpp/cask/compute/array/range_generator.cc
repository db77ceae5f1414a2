#include "cask/compute/array/generator.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

// Elements are computed as T by `Value` in blocks, which are then converted where the array's kind is another.
template <typename Derived, typename T, Kind kComputed>
class BlockwiseGenerator : public Generator {
 public:
  explicit BlockwiseGenerator(Kind kind) : kind_(kind), cast_(kind == kComputed ? nullptr : FindCastLoop(kComputed, kind)) {}

  Kind kind() const override { return kind_; }

  void Fill(int64_t first, int64_t step, int64_t n, void* out) const override {
    if (cast_ == nullptr) return FillBlock(first, step, n, static_cast<T*>(out));
    constexpr int64_t kBlock = 512;
    T block[kBlock];
    const int width = DType(kind_).width();
    for (int64_t done = 0; done < n; done += kBlock) {
      const int64_t size = std::min(kBlock, n - done);
      FillBlock(first + done * step, step, size, block);
      cast_(block, static_cast<uint8_t*>(out) + done * width, size);
    }
  }

 private:
  void FillBlock(int64_t first, int64_t step, int64_t n, T* out) const {
    const auto& derived = static_cast<const Derived&>(*this);
    for (int64_t i = 0; i < n; ++i) out[i] = derived.Value(first + i * step);
  }

  Kind kind_;
  UnaryLoop cast_;
};

class IntegerRange final : public BlockwiseGenerator<IntegerRange, int64_t, Kind::kInt64> {
 public:
  IntegerRange(int64_t start, int64_t step, Kind kind) : BlockwiseGenerator(kind), start_(start), step_(step) {}
  int64_t Value(int64_t number) const {
    // Unsigned, as uint64 ranges wrap through the sign.
    return static_cast<int64_t>(static_cast<uint64_t>(start_) + static_cast<uint64_t>(step_) * static_cast<uint64_t>(number));
  }
  Token token() const override {
    return Tokenizer("integer range").Add(start_).Add(step_).Add(static_cast<int64_t>(kind())).Finish();
  }
  GeneratorSpec spec() const override { return IntegerRangeSpec{start_, step_}; }

 private:
  int64_t start_;
  int64_t step_;
};

class FloatRange final : public BlockwiseGenerator<FloatRange, double, Kind::kFloat64> {
 public:
  FloatRange(double start, double step, int64_t last, double stop, Kind kind)
      : BlockwiseGenerator(kind), start_(start), step_(step), last_(last), stop_(stop) {}
  double Value(int64_t number) const { return number == last_ ? stop_ : start_ + step_ * static_cast<double>(number); }
  Token token() const override {
    return Tokenizer("float range").Add(start_).Add(step_).Add(last_).Add(stop_).Add(static_cast<int64_t>(kind())).Finish();
  }
  GeneratorSpec spec() const override { return FloatRangeSpec{start_, step_, last_, stop_}; }

 private:
  double start_;
  double step_;
  int64_t last_;  // -1: there is none
  double stop_;
};

}  // namespace

std::shared_ptr<const Generator> MakeIntegerRange(int64_t start, int64_t step, Kind kind) {
  return std::make_shared<IntegerRange>(start, step, kind);
}

std::shared_ptr<const Generator> MakeFloatRange(double start, double step, Kind kind) {
  return std::make_shared<FloatRange>(start, step, -1, 0.0, kind);
}

std::shared_ptr<const Generator> MakeLinearSpace(double start, double step, int64_t last, double stop, Kind kind) {
  return std::make_shared<FloatRange>(start, step, last, stop, kind);
}

}  // namespace cask
