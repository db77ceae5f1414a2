#include "cask/compute/array/random_generator.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "cask/compute/array/philox.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

constexpr double kUnit = 1.0 / 9007199254740992.0;  // 2^-53

double Polynomial(const double (&coefficients)[8], double x) {
  double value = coefficients[7];
  for (int i = 6; i >= 0; --i) value = value * x + coefficients[i];
  return value;
}

class RandomGenerator final : public Generator {
 public:
  RandomGenerator(const RandomSpec& spec, Kind kind) : spec_(spec), kind_(kind) {
    const Kind computed = spec.distribution == Distribution::kIntegers ? Kind::kInt64 : Kind::kFloat64;
    cast_ = computed == kind ? nullptr : FindCastLoop(computed, kind);
  }

  Kind kind() const override { return kind_; }

  void Fill(int64_t first, int64_t step, int64_t n, void* out) const override {
    constexpr int64_t kBlock = 256;
    uint64_t bits[kBlock];
    const int width = DType(kind_).width();
    for (int64_t done = 0; done < n; done += kBlock) {
      const int64_t size = std::min(kBlock, n - done);
      fill_bits_(spec_.seed, spec_.stream, first + done * step, step, size, bits);
      Shape(bits, size);
      auto* to = static_cast<uint8_t*>(out) + done * width;
      if (cast_ != nullptr) {
        cast_(bits, to, size);
      } else {
        std::memcpy(to, bits, size * width);
      }
    }
  }

  Token token() const override {
    return Tokenizer("random").Add(static_cast<int64_t>(spec_.distribution)).Add(static_cast<int64_t>(spec_.seed))
        .Add(static_cast<int64_t>(spec_.stream)).Add(spec_.low).Add(spec_.high).Add(spec_.first).Add(spec_.last)
        .Add(static_cast<int64_t>(kind_)).Finish();
  }

  GeneratorSpec spec() const override { return spec_; }

 private:
  // Turns bits into values of the distribution, in place.
  void Shape(uint64_t* bits, int64_t n) const {
    switch (spec_.distribution) {
      case Distribution::kUniform: {
        const double range = spec_.high - spec_.low;
        for (int64_t i = 0; i < n; ++i) Put(bits + i, spec_.low + range * (static_cast<double>(bits[i] >> 11) * kUnit));
        return;
      }
      case Distribution::kNormal:
        for (int64_t i = 0; i < n; ++i) {
          // Half a step off, so that neither 0 nor 1 comes up.
          Put(bits + i, spec_.low + spec_.high * NormalQuantile((static_cast<double>(bits[i] >> 12) + 0.5) * (2 * kUnit)));
        }
        return;
      case Distribution::kIntegers: {
        // The high half of bits * count is even to within count / 2^64. A count of 0 stands for 2^64.
        const uint64_t count = static_cast<uint64_t>(spec_.last) - static_cast<uint64_t>(spec_.first) + 1;
        for (int64_t i = 0; i < n; ++i) {
          const uint64_t scaled = count == 0 ? bits[i] : static_cast<uint64_t>((static_cast<unsigned __int128>(bits[i]) * count) >> 64);
          bits[i] = static_cast<uint64_t>(spec_.first) + scaled;
        }
        return;
      }
    }
  }

  static void Put(uint64_t* bits, double value) { std::memcpy(bits, &value, sizeof value); }

  RandomSpec spec_;
  Kind kind_;
  UnaryLoop cast_;
  PhiloxLoop fill_bits_ = FindPhiloxLoop();
};

}  // namespace

double NormalQuantile(double p) {
  static constexpr double kCentreTop[8] = {3.3871328727963666080e0,  1.3314166789178437745e2, 1.9715909503065514427e3,
                                           1.3731693765509461125e4,  4.5921953931549871457e4, 6.7265770927008700853e4,
                                           3.3430575583588128105e4,  2.5090809287301226727e3};
  static constexpr double kCentreBottom[8] = {1.0,                      4.2313330701600911252e1, 6.8718700749205790830e2,
                                              5.3941960214247511077e3,  2.1213794301586595867e4, 3.9307895800092710610e4,
                                              2.8729085735721942674e4,  5.2264952788528545610e3};
  static constexpr double kMiddleTop[8] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                           3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                           2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double kMiddleBottom[8] = {1.0,                       2.05319162663775882187e0,  1.67638483018380384940e0,
                                              6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2,
                                              5.47593808499534494600e-4, 1.05075007164441684324e-9};
  static constexpr double kTailTop[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                         2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                         2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double kTailBottom[8] = {1.0,                       5.99832206555887937690e-1, 1.36929880922735805310e-1,
                                            1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
                                            1.42151175831644588870e-7, 2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * Polynomial(kCentreTop, r) / Polynomial(kCentreBottom, r);
  }
  double r = std::sqrt(-std::log(q < 0 ? p : 1 - p));
  double value;
  if (r <= 5) {
    r -= 1.6;
    value = Polynomial(kMiddleTop, r) / Polynomial(kMiddleBottom, r);
  } else {
    r -= 5;
    value = Polynomial(kTailTop, r) / Polynomial(kTailBottom, r);
  }
  return q < 0 ? -value : value;
}

std::shared_ptr<const Generator> MakeRandom(const RandomSpec& spec, Kind kind) { return std::make_shared<RandomGenerator>(spec, kind); }

}  // namespace cask
