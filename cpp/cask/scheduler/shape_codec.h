// Bytes of a PlanShape, as a client submits it and the journal keeps it.
#pragma once

#include <string>
#include <string_view>

#include "cask/scheduler/plan_state.h"

namespace cask {

inline constexpr int64_t kMaxPlanLayers = 1 << 16;
/// Of all layers together. The scheduler takes some 30 bytes for each at once.
inline constexpr int64_t kMaxPlanTasks = int64_t{1} << 28;

/// All dependencies must have a spec.
std::string EncodeShape(const PlanShape& shape);

/// ValueError unless the bytes are a shape that the scheduler can run as it is: inputs are of layers before, each pattern fits the layers that
/// it joins (plan/dependency_spec.h), only sources are of a collection,
/// the import layer is as plan_state.h says,
/// no task has as many edges as would overflow its counters, and there is an output.
Result<PlanShape> DecodeShape(std::string_view bytes);

}  // namespace cask
