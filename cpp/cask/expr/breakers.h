// The breakers of frames: what each does with its input is told in compute/frame; here they are made of their specifications.
#pragma once

#include <memory>

#include "cask/expr/breaker_expr.h"

namespace cask {

std::shared_ptr<const Breaker> MakeBreaker(GroupBySpec spec);
std::shared_ptr<const Breaker> MakeBreaker(CountingSpec spec);
std::shared_ptr<const Breaker> MakeBreaker(DistinctSpec spec);
std::shared_ptr<const Breaker> MakeBreaker(QuantileSpec spec);
std::shared_ptr<const Breaker> MakeBreaker(SortSpec spec);
std::shared_ptr<const Breaker> MakeBreaker(TopKSpec spec);
std::shared_ptr<const Breaker> MakeBreaker(LimitSpec spec);
inline std::shared_ptr<const Breaker> MakeBreaker(const BreakerSpec& spec) {
  return std::visit([](const auto& one) { return MakeBreaker(one); }, spec);
}

}  // namespace cask
