// ScratchDirectory: a folder of this process's own for temporary files, gone when the process is.
//
//   <root>/cask-scratch-<user id>/        of this user alone (0700), shared by the user's processes
//       <process id>-<time>/              one process; `lock` in it is locked as long as that process lives
//
// A folder whose lock nobody holds was left by a process that died; whoever comes next removes it.
// Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "cask/base/error.h"

namespace cask {

/// $CASK_SCRATCH, or else the temporary directory.
std::string DefaultScratchRoot();

class ScratchDirectory {
 public:
  static Result<std::unique_ptr<ScratchDirectory>> Make(const std::string& root);
  /// Removes the folder with all that is in it, unless this process is a fork of the one that made it.
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::string& path() const { return path_; }
  /// A path in the folder that no other call gives.
  std::string NewPath();

 private:
  ScratchDirectory(std::string path, int lock);

  std::string path_;
  int lock_;  // file descriptor
  int process_;
  std::atomic<int64_t> next_{0};
};

/// Removes the folders that dead processes of this user left under `root`.
void RemoveDeadScratch(const std::string& root);

}  // namespace cask
