#include "cask/api/folder_claim.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cstdio>
#include <fstream>

namespace cask {
namespace {

// Of this machine since it was started.
std::string MachineId() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

std::string ClaimFile(const std::string& folder) { return folder + "/claim"; }
std::string NewClaimFile(const std::string& folder) { return ClaimFile(folder) + ".new"; }

bool Lock(const Descriptor& file) { return ::flock(file.get(), LOCK_EX | LOCK_NB) == 0; }

}  // namespace

FolderClaim::FolderClaim(const std::string& folder) : file_(::open(NewClaimFile(folder).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
  if (file_.get() < 0 || !Lock(file_)) return;
  const std::string machine = MachineId();
  if (::write(file_.get(), machine.data(), machine.size()) != static_cast<ssize_t>(machine.size())) return;
  // Found only from now on, when it is locked.
  std::rename(NewClaimFile(folder).c_str(), ClaimFile(folder).c_str());
}

bool FolderClaim::IsAbandoned(const std::string& folder) {
  const Descriptor file(::open(ClaimFile(folder).c_str(), O_RDWR | O_CLOEXEC));
  if (file.get() < 0) return false;
  char text[64];
  const ssize_t size = ::read(file.get(), text, sizeof(text));
  const std::string machine = MachineId();
  if (size <= 0 || machine.empty() || std::string(text, static_cast<size_t>(size)) != machine) return false;
  return Lock(file);
}

}  // namespace cask
