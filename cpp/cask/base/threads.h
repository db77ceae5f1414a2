// Threads: how many there should be, and starting one that keeps out of the way of the program that Cask is part of.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace cask {

/// Processors that this process may use: its affinity mask, or less where a control group's quota says so; $CASK_NUM_THREADS if set.
int AvailableCores();

/// Starts a thread of that name (the system shows the first 15 bytes of it). All signals are blocked in it save those that a
/// faulting instruction raises (SIGBUS, SIGSEGV, ...), so that handlers of the program run on its own threads.
std::thread StartThread(std::string name, std::function<void()> body);

}  // namespace cask
