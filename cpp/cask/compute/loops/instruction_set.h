// InstructionSet: what the inner loops are compiled for, and which of it this processor runs.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace cask {

enum class InstructionSet : uint8_t {
  kPlain,   // what every processor of the family has: SSE2 on x86-64, NEON on ARM
  kAvx2,    // with BMI2
  kAvx512,  // F, VL, DQ and BW
};

/// What this processor and its operating system support, the slowest first.
std::vector<InstructionSet> SupportedInstructionSets();
std::string_view InstructionSetName(InstructionSet set);

/// The one that loops are chosen for: the fastest, unless a test said otherwise. Loops chosen earlier stay as they were.
InstructionSet ChosenInstructionSet();
void ChooseInstructionSetForTest(InstructionSet set);

}  // namespace cask
