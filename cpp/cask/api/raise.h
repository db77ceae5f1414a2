// The one place where a status becomes an exception.
#pragma once

#include "cask/base/error.h"
#include "cask/error.h"

namespace cask {

/// Throws a cask::Error unless `status` is OK.
void RaiseIfNotOk(const Status& status);

template <typename T>
T ValueOrRaise(Result<T> result) {
  RaiseIfNotOk(result.status());
  return std::move(result).ValueUnsafe();
}

}  // namespace cask
