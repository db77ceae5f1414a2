#include "cask/io/glob.h"

namespace cask {
namespace {

// Where the set that starts at `pattern[0]` == '[' ends, or 0 if it has no end and stands for itself.
size_t SetEnd(std::string_view pattern) {
  size_t i = 1;
  if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) ++i;
  if (i < pattern.size() && pattern[i] == ']') ++i;
  while (i < pattern.size() && pattern[i] != ']') ++i;
  return i < pattern.size() ? i : 0;
}

bool SetHas(std::string_view set, char c) {
  const bool is_negated = !set.empty() && (set[0] == '!' || set[0] == '^');
  if (is_negated) set.remove_prefix(1);
  bool found = false;
  for (size_t i = 0; i < set.size(); ++i) {
    if (i + 2 < set.size() && set[i + 1] == '-') {
      found |= set[i] <= c && c <= set[i + 2];
      i += 2;
    } else {
      found |= set[i] == c;
    }
  }
  return found != is_negated;
}

// ** as a whole name: no folder, or any number of them.
bool MatchesDeep(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return true;
  pattern.remove_prefix(1);  // the slash
  if (GlobMatches(pattern, path)) return true;
  for (size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    if (GlobMatches(pattern, path.substr(slash + 1))) return true;
  }
  return false;
}

}  // namespace

bool HasGlob(std::string_view path) { return path.find_first_of("*?[") != std::string_view::npos; }

bool IsDeepGlob(std::string_view pattern) { return pattern.find("**") != std::string_view::npos; }

std::string GlobRoot(const std::string& pattern) {
  const size_t first = pattern.find_first_of("*?[");
  const size_t slash = pattern.rfind('/', first);
  if (slash == std::string::npos) return "";
  return slash == 0 ? "/" : pattern.substr(0, slash);
}

bool GlobMatches(std::string_view pattern, std::string_view path) {
  bool at_name = true;  // the pattern stands at the start of a name
  while (!pattern.empty()) {
    if (at_name && pattern.substr(0, 2) == "**" && (pattern.size() == 2 || pattern[2] == '/')) return MatchesDeep(pattern.substr(2), path);
    if (pattern[0] == '*') {
      while (!pattern.empty() && pattern[0] == '*') pattern.remove_prefix(1);
      for (size_t size = 0; size <= path.size(); ++size) {
        if (GlobMatches(pattern, path.substr(size))) return true;
        if (size < path.size() && path[size] == '/') return false;
      }
      return false;
    }
    if (path.empty()) return false;
    const size_t set_end = pattern[0] == '[' ? SetEnd(pattern) : 0;
    if (set_end != 0) {
      if (path[0] == '/' || !SetHas(pattern.substr(1, set_end - 1), path[0])) return false;
      pattern.remove_prefix(set_end);
    } else if (pattern[0] == '?' ? path[0] == '/' : pattern[0] != path[0]) {
      return false;
    }
    at_name = path[0] == '/';
    pattern.remove_prefix(1);
    path.remove_prefix(1);
  }
  return path.empty();
}

}  // namespace cask
