// How much memory this process may use.
#pragma once

#include <cstdint>
#include <string_view>

#include "cask/base/error.h"

namespace cask {

/// Reads "4GB", "512 MiB", "1e9", "60%" (of `whole_bytes`). Powers of 1000 for kB, MB, GB, TB; of 1024 for KiB, MiB, GiB, TiB.
Result<int64_t> ParseBytes(std::string_view text, int64_t whole_bytes = 0);

/// What the machine has, or less where a control group (v1 or v2) or a resource limit says so.
int64_t AvailableMemory();

/// What this process has in memory now, shared pages included; 0 where the system does not tell.
int64_t ProcessMemoryBytes();

/// How many bytes Cask holds before it spills: $CASK_MEMORY_LIMIT (bytes, or a percentage of AvailableMemory()), or else 70 % of it.
int64_t DefaultMemoryLimit();

}  // namespace cask
