// Priority: how urgent a plan is. Work of a higher class does not wait for running work of a lower one.
#pragma once

#include <cstdint>

namespace cask {

enum class Priority : uint8_t {
  kBackground,   // nobody waits: the columns of a persisted frame that were not asked for yet
  kNormal,       // somebody waits: compute()
  kInteractive,  // small and looked at by a person: head(), a frame's repr
};

inline constexpr int kNumPriorities = 3;

}  // namespace cask
