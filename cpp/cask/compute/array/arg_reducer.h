// argmin and argmax: the number of the first of the least or greatest elements; a NaN comes before all others.
#pragma once

#include "cask/compute/array/reducer.h"

namespace cask {

/// Planes: the element, and its number or INT64_MAX where none has been seen.
std::shared_ptr<const Reducer> MakeArgReducer(const ReducerSpec& spec);

}  // namespace cask
