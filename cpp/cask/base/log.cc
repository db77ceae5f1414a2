#include "cask/base/log.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <ctime>

#include "cask/base/clock.h"

namespace cask {

namespace {

std::atomic<bool> is_service{false};

// "2026-11-23 16:01:02.123", in UTC.
std::string Now() {
  const int64_t nanoseconds = SystemClock().UnixNanoseconds();
  const auto seconds = static_cast<time_t>(nanoseconds / 1'000'000'000);
  tm parts;
  gmtime_r(&seconds, &parts);
  char text[32];
  const size_t size = std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts);
  return fmt::format("{}.{:03d}", std::string_view(text, size), nanoseconds / 1'000'000 % 1000);
}

}  // namespace

void LogAsService() { is_service.store(true); }

bool IsLogged(LogLevel level) {
  const char* setting = std::getenv("CASK_LOG");
  const std::string_view value = setting != nullptr ? setting : "";
  if (value == "off") return false;
  return level == LogLevel::kWarning || value == "info" || (is_service.load() && value != "warning");
}

void WriteLog(LogLevel level, std::string_view message) {
  const bool warns = level == LogLevel::kWarning;
  const std::string line = is_service.load() ? fmt::format("{} {}: {}\n", Now(), warns ? "warning" : "info", message)
                                             : fmt::format("cask: {}{}\n", warns ? "warning: " : "", message);
  // In one piece, so that lines of several threads do not mix. Where standard error cannot be written, nobody can be told.
  if (write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace cask
