// Blobs: what a group keeps that varies in size, as a kString column with the bytes of one group a value.
#pragma once

#include <cstdint>

#include "cask/compute/frame/slots.h"

namespace cask {

/// Gathers values of `width` bytes by group: blob g - 1 holds those values i with groups[i] == g, in order. Groups are 1 to
/// `num_groups`; values of group 0 are left out.
Result<Column> GatherBlobs(const uint32_t* groups, const void* values, int width, int64_t num_values, int64_t num_groups,
                           arrow::MemoryPool* pool);

}  // namespace cask
