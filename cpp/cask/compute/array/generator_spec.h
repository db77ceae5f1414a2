// GeneratorSpec: the elements of a Generator as a value, so that a plan can go to another process.
#pragma once

#include <cstdint>
#include <tuple>
#include <type_traits>
#include <variant>

namespace cask {

/// start + step * number, in integers that wrap.
struct IntegerRangeSpec {
  int64_t start = 0;
  int64_t step = 1;
};
constexpr auto FieldsOf(std::type_identity<IntegerRangeSpec>) { return std::tuple(&IntegerRangeSpec::start, &IntegerRangeSpec::step); }

/// start + step * number in float64, but `stop` for the number `last`; -1: there is none.
struct FloatRangeSpec {
  double start = 0.0;
  double step = 1.0;
  int64_t last = -1;
  double stop = 0.0;
};
constexpr auto FieldsOf(std::type_identity<FloatRangeSpec>) {
  return std::tuple(&FloatRangeSpec::start, &FloatRangeSpec::step, &FloatRangeSpec::last, &FloatRangeSpec::stop);
}

enum class Distribution : uint8_t {
  kUniform,   // float64 in [low, high)
  kNormal,    // float64, mean `low` and standard deviation `high`, by the inverse of the distribution function
  kIntegers,  // int64 or another integer kind in [first, last], every value as likely
};

struct RandomSpec {
  Distribution distribution = Distribution::kUniform;
  uint64_t seed = 0;
  uint64_t stream = 0;  // tells arrays of one seed apart
  double low = 0.0;
  double high = 1.0;
  int64_t first = 0;
  int64_t last = 0;
};
constexpr auto FieldsOf(std::type_identity<RandomSpec>) {
  using Spec = RandomSpec;
  return std::tuple(&Spec::distribution, &Spec::seed, &Spec::stream, &Spec::low, &Spec::high, &Spec::first, &Spec::last);
}

/// The place of an alternative is its number in bytes, so new ones come at the end.
using GeneratorSpec = std::variant<IntegerRangeSpec, FloatRangeSpec, RandomSpec>;

}  // namespace cask
