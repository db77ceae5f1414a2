// Generator: elements that follow from their number alone: constants, ranges, random numbers. Nothing is held, so any part of such an
// array can be had anywhere, in any order and by any number of threads, and is always the same.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cask/base/token.h"
#include "cask/compute/array/generator_spec.h"
#include "cask/data/dtype.h"

namespace cask {

class Generator {
 public:
  virtual ~Generator() = default;
  virtual Kind kind() const = 0;
  /// Writes the elements of the n numbers first, first + step, ... to `out`.
  virtual void Fill(int64_t first, int64_t step, int64_t n, void* out) const = 0;
  virtual Token token() const = 0;
  /// MakeGenerator of it and of the kind gives the same elements.
  virtual GeneratorSpec spec() const = 0;
};

/// start + step * number, computed in float64 or int64 (both for integer kinds), then converted to `kind` as NumPy's arange does.
std::shared_ptr<const Generator> MakeIntegerRange(int64_t start, int64_t step, Kind kind);
std::shared_ptr<const Generator> MakeFloatRange(double start, double step, Kind kind);
/// As MakeFloatRange, with element `last` exactly `stop`: NumPy's linspace with its endpoint.
std::shared_ptr<const Generator> MakeLinearSpace(double start, double step, int64_t last, double stop, Kind kind);

/// Of any spec, whoever wrote it; `kind` is one that arrays have.
std::shared_ptr<const Generator> MakeGenerator(const GeneratorSpec& spec, Kind kind);

}  // namespace cask
