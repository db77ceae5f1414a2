#include "cask/base/log.h"

#include <unistd.h>

#include <cstdlib>

namespace cask {

bool IsLogged(LogLevel level) {
  const char* setting = std::getenv("CASK_LOG");
  const std::string_view value = setting != nullptr ? setting : "";
  return level == LogLevel::kWarning ? value != "off" : value == "info";
}

void WriteLog(LogLevel level, std::string_view message) {
  const std::string line = fmt::format("cask: {}{}\n", level == LogLevel::kWarning ? "warning: " : "", message);
  // In one piece, so that lines of several threads do not mix. Where standard error cannot be written, nobody can be told.
  if (write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace cask
