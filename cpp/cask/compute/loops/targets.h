// Which instruction sets the inner loops are compiled for, and which of them this processor runs: plain code (SSE2 on x86-64, NEON on
// ARM), AVX2 and AVX-512. To be included before any header of Highway.
//
// Highway is used for its headers alone; choosing is done here, so that nothing of it has to be installed where Cask runs.
#pragma once

// SSSE3, SSE4 and the later AVX-512 sets would add code and compile time, and hardly any speed.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#include <hwy/detect_targets.h>

#include "cask/compute/loops/instruction_set.h"

/// In the part of a file that is compiled once: calls `function` of cask::HWY_NAMESPACE, as compiled for the chosen instruction set.
#if (HWY_TARGETS & (HWY_AVX3 | HWY_AVX2)) == (HWY_AVX3 | HWY_AVX2)
#define CASK_DISPATCH(function)                                                         \
  (*(ChosenInstructionSet() == InstructionSet::kAvx512 ? &::cask::N_AVX3::function      \
     : ChosenInstructionSet() == InstructionSet::kAvx2 ? &::cask::N_AVX2::function      \
                                                       : &::cask::HWY_STATIC_DISPATCH(function)))
#else
#define CASK_DISPATCH(function) ::cask::HWY_STATIC_DISPATCH(function)
#endif
