#include "cask/store/scratch.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "cask/base/clock.h"
#include "cask/base/log.h"

namespace cask {
namespace {

namespace fs = std::filesystem;

// A folder still being made begins with this; it has no lock yet.
constexpr char kUnfinished = '.';

std::string UserFolder(const std::string& root) { return fmt::format("{}/cask-scratch-{}", root, geteuid()); }

Status SystemError(const std::string& what, const std::string& path) {
  return OSError("cannot {} '{}' for temporary files: {}. Set CASK_SCRATCH to a folder that can be written", what, path, std::strerror(errno));
}

// Others must not be able to read what is spilled or to put something else in its place.
Status CheckPrivate(const std::string& path) {
  struct stat info;
  if (lstat(path.c_str(), &info) != 0) return SystemError("look at", path);
  if (!S_ISDIR(info.st_mode) || info.st_uid != geteuid() || (info.st_mode & 077) != 0) {
    return MakeError(ErrorKind::kPermission,
                     fmt::format("'{}' is not a folder of this user alone; remove it, or set CASK_SCRATCH to another folder", path));
  }
  return Status::OK();
}

void RemoveAll(const std::string& path) {
  std::error_code ignored;  // what cannot be removed stays for the next process to try
  fs::remove_all(path, ignored);
}

}  // namespace

std::string DefaultScratchRoot() {
  if (const char* root = std::getenv("CASK_SCRATCH"); root != nullptr && *root != 0) return root;
  std::error_code error;
  const fs::path path = fs::temp_directory_path(error);
  return error ? "/tmp" : path.string();
}

ScratchDirectory::ScratchDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock), process_(getpid()) {}

Result<std::unique_ptr<ScratchDirectory>> ScratchDirectory::Make(const std::string& root) {
  const std::string user_folder = UserFolder(root);
  if (mkdir(user_folder.c_str(), 0700) != 0 && errno != EEXIST) return SystemError("make the folder", user_folder);
  ARROW_RETURN_NOT_OK(CheckPrivate(user_folder));
  const std::string name = fmt::format("{}-{}", getpid(), SystemClock().UnixNanoseconds());
  const std::string unfinished = fmt::format("{}/{}{}", user_folder, kUnfinished, name);
  const std::string path = fmt::format("{}/{}", user_folder, name);
  if (mkdir(unfinished.c_str(), 0700) != 0) return SystemError("make the folder", unfinished);
  const int lock = open((unfinished + "/lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) != 0 || rename(unfinished.c_str(), path.c_str()) != 0) {
    const Status status = SystemError("lock the folder", unfinished);
    if (lock >= 0) close(lock);
    RemoveAll(unfinished);
    return status;
  }
  return std::unique_ptr<ScratchDirectory>(new ScratchDirectory(path, lock));
}

ScratchDirectory::~ScratchDirectory() {
  if (getpid() == process_) RemoveAll(path_);
  close(lock_);
}

std::string ScratchDirectory::NewPath() { return fmt::format("{}/{}", path_, next_.fetch_add(1)); }

void RemoveDeadScratch(const std::string& root) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(UserFolder(root), error)) {
    const std::string path = entry.path().string();
    if (entry.path().filename().string().front() == kUnfinished) continue;
    const int lock = open((path + "/lock").c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (lock < 0) continue;
    // Taken while it is removed, so that two processes do not remove it at once.
    if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
      LogInfo("removing '{}', which a process that ended left", path);
      RemoveAll(path);
    }
    close(lock);
  }
}

}  // namespace cask
