// The inner product of packed panels. Every element of a product is summed in the order of the inner axis with fused multiply-adds,
// whatever the instruction set, so all of them give the same bytes.
#pragma once

#include <cstdint>

#include "cask/data/dtype.h"

namespace cask {

/// Rows of a left panel and columns of a right panel that the kernel computes at once.
inline constexpr int64_t kPanelRows = 6;
inline constexpr int64_t kPanelBytes = 128;  // of columns

/// out (kPanelRows by columns of `kPanelBytes`, rows `out_stride` elements apart) += left * right over `inner` steps, where
/// step i of `left` is kPanelRows values and of `right` kPanelBytes bytes.
using PanelKernel = void (*)(const void* left, const void* right, int64_t inner, void* out, int64_t out_stride);

/// For kFloat64 and kFloat32.
PanelKernel FindPanelKernel(Kind kind);

}  // namespace cask
