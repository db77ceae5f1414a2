#include "cask/io/mapping_guard.h"

#include <signal.h>
#include <sys/mman.h>

#include <array>
#include <mutex>

#include "cask/base/check.h"

namespace cask {
namespace {

constexpr int kMaxGuards = 1024;
constexpr uintptr_t kPage = 4096;

// A slot is free when `begin` is 0. The handler reads slots at any moment, so `end` is set before `begin`.
struct Slot {
  std::atomic<uintptr_t> begin{0};
  std::atomic<uintptr_t> end{0};
  std::atomic<bool> faulted{false};
};

std::array<Slot, kMaxGuards> slots;
std::mutex slots_mutex;
std::once_flag installed;
struct sigaction previous_action;

void PassOn(int signal, siginfo_t* info, void* context) {
  if ((previous_action.sa_flags & SA_SIGINFO) != 0 && previous_action.sa_sigaction != nullptr) {
    previous_action.sa_sigaction(signal, info, context);
  } else if (previous_action.sa_handler != SIG_DFL && previous_action.sa_handler != SIG_IGN) {
    previous_action.sa_handler(signal);
  } else {
    ::signal(SIGBUS, SIG_DFL);  // the fault repeats on return, and then ends the process
  }
}

void OnBusError(int signal, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  for (Slot& slot : slots) {
    const uintptr_t begin = slot.begin.load(std::memory_order_acquire);
    if (begin == 0 || address < begin || address >= slot.end.load(std::memory_order_relaxed)) continue;
    void* page = reinterpret_cast<void*>(address / kPage * kPage);
    if (::mmap(page, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) break;
    slot.faulted.store(true, std::memory_order_relaxed);
    return;
  }
  PassOn(signal, info, context);
}

void Install() {
  struct sigaction action = {};
  action.sa_sigaction = OnBusError;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  CASK_CHECK(::sigaction(SIGBUS, &action, &previous_action) == 0);
}

}  // namespace

MappingGuard::MappingGuard(void* begin, int64_t size) : slot_(-1) {
  std::call_once(installed, Install);
  std::lock_guard<std::mutex> lock(slots_mutex);
  for (int i = 0; i < kMaxGuards; ++i) {
    if (slots[i].begin.load(std::memory_order_relaxed) != 0) continue;
    slots[i].faulted.store(false, std::memory_order_relaxed);
    slots[i].end.store(reinterpret_cast<uintptr_t>(begin) + size, std::memory_order_relaxed);
    slots[i].begin.store(reinterpret_cast<uintptr_t>(begin), std::memory_order_release);
    slot_ = i;
    return;
  }
}

MappingGuard::~MappingGuard() {
  if (slot_ >= 0) slots[slot_].begin.store(0, std::memory_order_release);
}

bool MappingGuard::has_faulted() const { return slot_ >= 0 && slots[slot_].faulted.load(std::memory_order_relaxed); }

}  // namespace cask
