#include "cask/compute/loops/instruction_set.h"

#include <atomic>

namespace cask {
namespace {

bool HasAvx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c") && __builtin_cpu_supports("pclmul") &&
         __builtin_cpu_supports("aes");
#else
  return false;
#endif
}

bool HasAvx512() {
#if defined(__x86_64__)
  return HasAvx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw");
#else
  return false;
#endif
}

std::atomic<InstructionSet>& Chosen() {
  static std::atomic<InstructionSet> chosen{SupportedInstructionSets().back()};
  return chosen;
}

}  // namespace

std::vector<InstructionSet> SupportedInstructionSets() {
  std::vector<InstructionSet> sets = {InstructionSet::kPlain};
  if (HasAvx2()) sets.push_back(InstructionSet::kAvx2);
  if (HasAvx512()) sets.push_back(InstructionSet::kAvx512);
  return sets;
}

std::string_view InstructionSetName(InstructionSet set) {
  switch (set) {
    case InstructionSet::kPlain: return "plain";
    case InstructionSet::kAvx2: return "avx2";
    case InstructionSet::kAvx512: return "avx512";
  }
  return "plain";
}

InstructionSet ChosenInstructionSet() { return Chosen().load(std::memory_order_relaxed); }

void ChooseInstructionSetForTest(InstructionSet set) { Chosen().store(set, std::memory_order_relaxed); }

}  // namespace cask
