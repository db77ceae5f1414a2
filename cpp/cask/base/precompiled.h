// The lean precompiled header that every folder shares: the standard containers and Arrow's lightest headers.
// Nothing of Cask belongs here, and no Arrow umbrella header (arrow/api.h, arrow/compute/api.h): they cost seconds a file.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/result.h>
#include <arrow/status.h>
#include <arrow/type_fwd.h>
#include <fmt/core.h>
