// Log: what Cask says to the people who run it, on standard error, a line each: "cask: warning: ...". A service, which runs for long and of which
// every event matters, says when: "2026-11-23 16:01:02.123 warning: ...".
// Thread-safe. Errors that have a caller are returned to it instead.
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

namespace cask {

enum class LogLevel : uint8_t { kInfo, kWarning };

/// From now on lines are those of a service.
void LogAsService();

/// Whether lines of that level are written: warnings unless $CASK_LOG is "off", the rest only if it is "info"; of a service unless it is "warning".
bool IsLogged(LogLevel level);

/// Writes one line.
void WriteLog(LogLevel level, std::string_view message);

template <typename... Args>
void LogWarning(fmt::format_string<Args...> format, Args&&... args) {
  if (IsLogged(LogLevel::kWarning)) WriteLog(LogLevel::kWarning, fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
void LogInfo(fmt::format_string<Args...> format, Args&&... args) {
  if (IsLogged(LogLevel::kInfo)) WriteLog(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace cask
