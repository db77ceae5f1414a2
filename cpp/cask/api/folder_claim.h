// FolderClaim: tells other processes whether the one that made a folder is still there. A lock says so, which the system drops with the process,
// however it ends; it is believed only on the machine that it was taken on, since not every file system shows locks to other machines.
#pragma once

#include <string>

#include "cask/base/descriptor.h"

namespace cask {

class FolderClaim {
 public:
  /// Of `folder`, which is there. Where there can be no locks, the folder is never taken for abandoned.
  explicit FolderClaim(const std::string& folder);

  /// Whether `folder` was claimed on this machine by a process that has ended since.
  static bool IsAbandoned(const std::string& folder);

 private:
  Descriptor file_;  // locked
};

}  // namespace cask
