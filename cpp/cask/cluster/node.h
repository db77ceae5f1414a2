// The commands `cask scheduler` and `cask worker`: processes of a cluster, without Python.
#pragma once

#include <memory>
#include <string>

#include "cask/net/connection_file.h"

namespace cask {

/// Runs the command that the arguments say; returns the process's exit code.
int NodeMain(int argc, char** argv);

struct SchedulerCommand {
  std::string host = "127.0.0.1";
  int port = 8786;
  double death_timeout = 30;
};
int RunScheduler(const SchedulerCommand& command);

struct WorkerCommand {
  std::string scheduler;
  std::string host;          // empty: that by which the scheduler is reached
  std::string name;          // empty: host and process
  int threads = 0;           // 0: all that this process may use
  std::string memory_limit;  // empty: DefaultMemoryLimit()
  std::string scratch;
  double death_timeout = 60;  // how long there may be no scheduler
};
int RunWorker(const WorkerCommand& command);

/// What is known of the cluster whose scheduler is at that address, or of the one with that connection file.
Result<ConnectionFile> FindConnectionFile(const std::string& address_or_file);

/// Waits for SIGINT or SIGTERM, which are blocked in all threads, at most so long; the signal, or 0.
int WaitForSignal(double seconds);
/// To be called before threads start.
void BlockSignals();

}  // namespace cask
