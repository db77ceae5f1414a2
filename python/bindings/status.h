// Errors on their way to Python: a status becomes the exception that pandas, NumPy or Dask would raise.
#pragma once

#include <nanobind/nanobind.h>

#include "cask/base/error.h"

namespace cask {

/// Raises the exception of `status`'s kind, its notes as notes of the exception. Does nothing if it is OK. Needs the GIL.
void RaiseIfError(const Status& status);

template <typename T>
T Unwrap(Result<T> result) {
  RaiseIfError(result.status());
  return std::move(result).ValueUnsafe();
}

/// For long waits: runs Python's signal handlers; Cancelled if one raised, whose exception then goes on.
/// Within WithoutGil only; takes the GIL.
Status CheckPythonSignals();

}  // namespace cask
