#include "cask/io/os_error.h"

#include <cerrno>
#include <cstring>

namespace cask {

Status ErrorOfOS(int code, const char* what, const std::string& path) {
  std::string message = fmt::format("{}: {}: {}", what, path, std::strerror(code));
  switch (code) {
    case ENOENT:
    case ENOTDIR: return MakeError(ErrorKind::kFileNotFound, std::move(message));
    case EACCES:
    case EPERM: return MakeError(ErrorKind::kPermission, std::move(message));
    case ENOMEM: return MakeError(ErrorKind::kMemory, std::move(message));
    default: return MakeError(ErrorKind::kOS, std::move(message));
  }
}

}  // namespace cask
