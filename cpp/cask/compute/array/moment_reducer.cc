#include "cask/compute/array/moment_reducer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "cask/compute/array/chunk.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

constexpr int64_t kBlock = 512;

double* Doubles(uint8_t* plane) { return reinterpret_cast<double*>(plane); }

// Calls `use(float64 values, how many, how many before)` for blocks of values of any kind.
template <typename Use>
void ForEachBlock(UnaryLoop widen, int width, const void* values, int64_t n, Use use) {
  if (widen == nullptr) return use(static_cast<const double*>(values), n, 0);
  alignas(64) double block[kBlock];
  for (int64_t done = 0; done < n; done += kBlock) {
    const int64_t size = std::min(kBlock, n - done);
    widen(static_cast<const uint8_t*>(values) + done * width, block, size);
    use(block, size, done);
  }
}

void Narrow(Kind kind, const double* values, int64_t n, void* out) { FindCastLoop(Kind::kFloat64, kind)(values, out, n); }

class MomentReducer : public Reducer {
 protected:
  MomentReducer(const ReducerSpec& spec, int num_planes, bool skips_nan)
      : Reducer(std::vector<Kind>(num_planes, Kind::kFloat64), spec.result),
        input_(spec.input), width_(WidthOf(spec.input)), skips_nan_(skips_nan && DType(spec.input).is_float()) {
    widen_ = input_ == Kind::kFloat64 ? nullptr : FindCastLoop(input_, Kind::kFloat64);
    Kind kind;
    sum_ = FindReduceLoop(skips_nan_ ? Reduction::kNanSum : Reduction::kSum, Kind::kFloat64, &kind);
    count_ = FindReduceLoop(Reduction::kCountNotNan, Kind::kFloat64, &kind);
  }

 public:
  void Initialize(const Planes& state, int64_t n) const override {
    for (size_t i = 0; i < planes().size(); ++i) std::memset(state[i], 0, n * sizeof(double));
  }

 protected:
  double CountOf(const double* values, int64_t n) const {
    if (!skips_nan_) return static_cast<double>(n);
    int64_t count;
    count_(values, n, &count);
    return static_cast<double>(count);
  }
  double SumOf(const double* values, int64_t n) const {
    double sum;
    sum_(values, n, &sum);
    return sum;
  }

  Kind input_;
  int width_;
  bool skips_nan_;
  UnaryLoop widen_;

 private:
  ReduceLoop sum_;
  ReduceLoop count_;
};

// Where no element is left out the count is that of the reduction, and only sums are held.
class MeanReducer final : public MomentReducer {
 public:
  explicit MeanReducer(const ReducerSpec& spec)
      : MomentReducer(spec, spec.reduction == ArrayReduction::kNanMean && DType(spec.input).is_float() ? 2 : 1,
                      spec.reduction == ArrayReduction::kNanMean),
        count_(static_cast<double>(spec.count)) {
    Kind kind;
    add_ = FindBinaryLoop(Operation::kAdd, Kind::kFloat64, &kind);
  }

  void AddRow(const void* values, int64_t n, int64_t, int64_t, const Planes& state) const override {
    ForEachBlock(widen_, width_, values, n, [&](const double* block, int64_t size, int64_t) {
      *Doubles(state[0]) += SumOf(block, size);
      if (skips_nan_) *Doubles(state[1]) += CountOf(block, size);
    });
  }

  void AddEach(const void* values, int64_t n, int64_t, const Planes& state) const override {
    ForEachBlock(widen_, width_, values, n, [&](const double* block, int64_t size, int64_t done) {
      double* sum = Doubles(state[0]) + done;
      if (!skips_nan_) return add_(sum, 1, block, 1, sum, size);
      double* count = Doubles(state[1]) + done;
      for (int64_t i = 0; i < size; ++i) {
        const bool counts = block[i] == block[i];
        count[i] += counts ? 1.0 : 0.0;
        sum[i] += counts ? block[i] : 0.0;
      }
    });
  }

  void Merge(const Planes& from, int64_t n, const Planes& into) const override {
    for (size_t plane = 0; plane < planes().size(); ++plane) add_(into[plane], 1, from[plane], 1, into[plane], n);
  }

  void Finish(const Planes& state, int64_t n, void* out) const override {
    std::vector<double> means(n);
    for (int64_t i = 0; i < n; ++i) means[i] = Doubles(state[0])[i] / (skips_nan_ ? Doubles(state[1])[i] : count_);
    Narrow(result(), means.data(), n, out);
  }

 private:
  double count_;
  BinaryLoop add_;
};

class VarianceReducer final : public MomentReducer {
 public:
  explicit VarianceReducer(const ReducerSpec& spec)
      : MomentReducer(spec, 3, spec.reduction == ArrayReduction::kNanVariance || spec.reduction == ArrayReduction::kNanDeviation),
        ddof_(static_cast<double>(spec.ddof)),
        takes_root_(spec.reduction == ArrayReduction::kDeviation || spec.reduction == ArrayReduction::kNanDeviation) {}

  void AddRow(const void* values, int64_t n, int64_t, int64_t, const Planes& state) const override {
    ForEachBlock(widen_, width_, values, n, [&](const double* block, int64_t size, int64_t) {
      const double count = CountOf(block, size);
      if (count == 0) return;
      const double mean = SumOf(block, size) / count;
      const double squares = SquaredDeviations(Kind::kFloat64, block, size, mean, skips_nan_);
      MergeOne(count, mean, squares, Doubles(state[0]), Doubles(state[1]), Doubles(state[2]));
    });
  }

  // One more element is a part of count 1 without deviation.
  void AddEach(const void* values, int64_t n, int64_t, const Planes& state) const override {
    ForEachBlock(widen_, width_, values, n, [&](const double* block, int64_t size, int64_t done) {
      double* count = Doubles(state[0]) + done;
      double* mean = Doubles(state[1]) + done;
      double* squares = Doubles(state[2]) + done;
      for (int64_t i = 0; i < size; ++i) {
        const bool counts = !skips_nan_ || block[i] == block[i];
        const double next = count[i] + 1;
        const double delta = block[i] - mean[i];
        const double moved = mean[i] + delta / next;
        squares[i] += counts ? delta * (block[i] - moved) : 0.0;
        mean[i] = counts ? moved : mean[i];
        count[i] = counts ? next : count[i];
      }
    });
  }

  void Merge(const Planes& from, int64_t n, const Planes& into) const override {
    for (int64_t i = 0; i < n; ++i) {
      MergeOne(Doubles(from[0])[i], Doubles(from[1])[i], Doubles(from[2])[i], Doubles(into[0]) + i, Doubles(into[1]) + i,
               Doubles(into[2]) + i);
    }
  }

  void Finish(const Planes& state, int64_t n, void* out) const override {
    std::vector<double> results(n);
    for (int64_t i = 0; i < n; ++i) {
      const double count = Doubles(state[0])[i];
      const double divisor = count - ddof_;
      // As NumPy: no more values than ddof divides by zero, in the nan functions it is missing.
      if (divisor <= 0 && skips_nan_) {
        results[i] = std::numeric_limits<double>::quiet_NaN();
      } else {
        results[i] = Doubles(state[2])[i] / std::max(divisor, 0.0);
      }
      if (takes_root_) results[i] = std::sqrt(results[i]);
    }
    Narrow(result(), results.data(), n, out);
  }

 private:
  static void MergeOne(double count, double mean, double squares, double* into_count, double* into_mean, double* into_squares) {
    if (count == 0) return;
    const double total = *into_count + count;
    const double delta = mean - *into_mean;
    *into_squares += squares + delta * delta * (*into_count * (count / total));
    *into_mean += delta * (count / total);
    *into_count = total;
  }

  double ddof_;
  bool takes_root_;
};

}  // namespace

std::shared_ptr<const Reducer> MakeMeanReducer(const ReducerSpec& spec) { return std::make_shared<MeanReducer>(spec); }

std::shared_ptr<const Reducer> MakeVarianceReducer(const ReducerSpec& spec) { return std::make_shared<VarianceReducer>(spec); }

}  // namespace cask
