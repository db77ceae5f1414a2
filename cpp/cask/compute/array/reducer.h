// Reducers: reductions of arrays in parts. A state holds, for each element of the result, what is known so far, in one or more planes
// (a variance has a count, a mean and a sum of squares); states of different parts are merged, and the last one is finished.
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "cask/compute/array/shape.h"
#include "cask/data/dtype.h"

namespace cask {

enum class ArrayReduction : uint8_t {
  kSum, kProduct, kMinimum, kMaximum, kAny, kAll, kMean, kVariance, kDeviation,
  kNanSum, kNanProduct, kNanMinimum, kNanMaximum, kNanMean, kNanVariance, kNanDeviation,
  kArgMinimum, kArgMaximum,
};

/// NumPy's name: "sum", "nanmean", "std", "argmin".
std::string_view ReductionName(ArrayReduction reduction);

inline constexpr int kMaxPlanes = 3;
/// One address a plane: that of the first of the elements meant.
using Planes = std::array<uint8_t*, kMaxPlanes>;

/// Immutable, used by many threads. Elements have NumPy's meaning; the numbers of elements count along the reduced axes, in row-major order.
class Reducer {
 public:
  virtual ~Reducer() = default;
  /// The kinds of the planes.
  const std::vector<Kind>& planes() const { return planes_; }
  Kind result() const { return result_; }
  /// Whether the numbers of elements matter; where not, they are given as 0.
  virtual bool uses_numbers() const { return false; }

  /// States that have seen nothing.
  virtual void Initialize(const Planes& state, int64_t n) const = 0;
  /// Adds n elements, numbered first, first + step, ..., to the one state.
  virtual void AddRow(const void* values, int64_t n, int64_t first, int64_t step, const Planes& state) const = 0;
  /// Adds element i, whose number is `first`, to state i, for n of them.
  virtual void AddEach(const void* values, int64_t n, int64_t first, const Planes& state) const = 0;
  /// Merges n states into n others, which saw elements of lower numbers.
  virtual void Merge(const Planes& from, int64_t n, const Planes& into) const = 0;
  virtual void Finish(const Planes& state, int64_t n, void* out) const = 0;

  /// The planes' addresses, `n` elements on.
  Planes Advance(Planes planes, int64_t n) const;

 protected:
  Reducer(std::vector<Kind> planes, Kind result) : planes_(std::move(planes)), result_(result) {}

 private:
  std::vector<Kind> planes_;
  Kind result_;
};

struct ReducerSpec {
  ArrayReduction reduction = ArrayReduction::kSum;
  Kind input = Kind::kFloat64;
  Kind result = Kind::kFloat64;  // as ReducedKind says, or another that the user asked for
  int64_t count = 0;             // elements reduced to one
  int64_t ddof = 0;              // variance and deviation: what the count is lowered by
};

std::shared_ptr<const Reducer> MakeReducer(const ReducerSpec& spec);

/// The kind of NumPy's result.
Kind ReducedKind(ArrayReduction reduction, Kind input);

}  // namespace cask
