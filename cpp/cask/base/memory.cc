#include "cask/base/memory.h"

#include <fast_float/fast_float.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

#include "cask/base/log.h"

namespace cask {
namespace {

constexpr int64_t kUnlimited = INT64_MAX;

// The number that a file begins with; kUnlimited where the file is missing or says "max".
int64_t ReadNumber(const std::string& path) {
  std::ifstream file(path);
  int64_t value = 0;
  return file >> value ? value : kUnlimited;
}

// The least limit of a control group and those above it.
int64_t LeastLimit(const std::string& root, std::string group, const char* name) {
  int64_t least = ReadNumber(root + "/" + name);
  while (!group.empty() && group != "/") {
    least = std::min(least, ReadNumber(root + group + "/" + name));
    group.resize(group.rfind('/'));
  }
  return least;
}

int64_t ControlGroupLimit() {
  int64_t least = kUnlimited;
  std::ifstream file("/proc/self/cgroup");
  // A line: number, controllers, path, with colons between; version 2 has no controllers.
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1), group = line.substr(second + 1);
    if (controllers.empty()) {
      least = std::min(least, LeastLimit("/sys/fs/cgroup", group, "memory.max"));
    } else if (controllers == "memory") {
      least = std::min(least, LeastLimit("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes"));
    }
  }
  return least;
}

Result<double> UnitBytes(std::string_view unit, int64_t whole_bytes) {
  struct Unit {
    std::string_view name;
    double bytes;
  };
  static constexpr Unit kUnits[] = {{"", 1},      {"B", 1},          {"kB", 1e3},          {"KB", 1e3},          {"MB", 1e6},      {"GB", 1e9},
                                    {"TB", 1e12}, {"KiB", 1 << 10}, {"MiB", 1 << 20},     {"GiB", 1 << 30},     {"TiB", 1LL << 40}, {"k", 1e3},
                                    {"M", 1e6},   {"G", 1e9},       {"T", 1e12}};
  if (unit == "%") return static_cast<double>(whole_bytes) / 100;
  for (const Unit& known : kUnits) {
    if (known.name == unit) return known.bytes;
  }
  return ValueError("unknown unit of bytes '{}'; known are B, kB, MB, GB, TB, KiB, MiB, GiB, TiB and %", unit);
}

}  // namespace

Result<int64_t> ParseBytes(std::string_view text, int64_t whole_bytes) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = fast_float::from_chars(text.data(), end, number);
  if (error != std::errc() || !(number >= 0)) return ValueError("'{}' is not a number of bytes; write for example 4GB or 60%", text);
  std::string_view unit(rest, end - rest);
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  ARROW_ASSIGN_OR_RAISE(const double bytes, UnitBytes(unit, whole_bytes));
  if (number * bytes >= 9.2e18) return ValueError("'{}' is more bytes than there can be", text);
  return static_cast<int64_t>(number * bytes);
}

int64_t AvailableMemory() {
  const int64_t machine = static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGE_SIZE);
  int64_t least = std::min(machine, ControlGroupLimit());
  for (auto resource : {RLIMIT_AS, RLIMIT_DATA}) {
    rlimit limit;
    if (getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) least = std::min(least, static_cast<int64_t>(limit.rlim_cur));
  }
  return least;
}

int64_t ProcessMemoryBytes() {
  std::ifstream file("/proc/self/statm");
  int64_t all_pages, resident_pages;
  return file >> all_pages >> resident_pages ? resident_pages * sysconf(_SC_PAGE_SIZE) : 0;
}

int64_t DefaultMemoryLimit() {
  const int64_t available = AvailableMemory();
  if (const char* text = std::getenv("CASK_MEMORY_LIMIT"); text != nullptr && *text != 0) {
    const auto bytes = ParseBytes(text, available);
    if (bytes.ok() && *bytes > 0) return *bytes;
    LogWarning("CASK_MEMORY_LIMIT is ignored: {}", bytes.ok() ? "it must be more than 0" : bytes.status().message());
  }
  return available / 10 * 7;
}

}  // namespace cask
