// ChildProcess: a process that this one started: its signals, its end.
//
// It is in a session of its own, so that Ctrl-C in a terminal is not for it, has no descriptors but its socket, its output and an empty input, is the first
// that the system ends when memory is short, and ends with the thread that started it, even if this process is killed. With it end those that it started
// and that stayed in its group. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cask/base/error.h"

namespace cask {

struct ChildCommand {
  std::vector<std::string> arguments;    // the program first: a path, or a name to look for in $PATH
  std::vector<std::string> environment;  // all of it: "NAME=value"
  int64_t memory_limit_bytes = 0;        // of RLIMIT_DATA; 0: none
  int socket = -1;                       // its descriptor kChildSocket
  int output = -1;                       // its standard output and error
};

inline constexpr int kChildSocket = 3;

class ChildProcess {
 public:
  /// On a thread that outlives the process.
  static Result<std::unique_ptr<ChildProcess>> Start(const ChildCommand& command);
  /// Kills it if it has not ended.
  ~ChildProcess() { Kill(); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  bool HasEnded();
  bool WaitForEnd(double seconds);
  /// As Ctrl-C does.
  void Interrupt();
  /// Waits for its end as well.
  void Kill();
  /// Once it has ended: "exit status 3", "signal 11 (Segmentation fault)".
  std::string HowItEnded() const;

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}
  void Reap(int flags);

  const pid_t pid_;
  std::optional<int> status_;  // of waitpid, once it has ended; kUnknownStatus: somebody else has taken it
};

}  // namespace cask
