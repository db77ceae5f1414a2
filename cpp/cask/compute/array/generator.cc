#include "cask/compute/array/generator.h"

#include "cask/compute/array/random_generator.h"

namespace cask {
namespace {

struct Maker {
  Kind kind;

  std::shared_ptr<const Generator> operator()(const IntegerRangeSpec& spec) const { return MakeIntegerRange(spec.start, spec.step, kind); }
  std::shared_ptr<const Generator> operator()(const FloatRangeSpec& spec) const {
    return MakeLinearSpace(spec.start, spec.step, spec.last, spec.stop, kind);
  }
  std::shared_ptr<const Generator> operator()(const RandomSpec& spec) const { return MakeRandom(spec, kind); }
};

}  // namespace

std::shared_ptr<const Generator> MakeGenerator(const GeneratorSpec& spec, Kind kind) { return std::visit(Maker{kind}, spec); }

}  // namespace cask
