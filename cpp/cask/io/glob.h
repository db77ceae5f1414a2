// Patterns of paths, as fsspec reads them: * and ? within a name, [..] for one of some characters, ** for any number of folders.
#pragma once

#include <string>
#include <string_view>

namespace cask {

bool HasGlob(std::string_view path);
/// The folder that everything a pattern can match lies in: what stands before the first name with a pattern.
std::string GlobRoot(const std::string& pattern);
bool GlobMatches(std::string_view pattern, std::string_view path);
/// Whether a pattern can match deeper than its own number of names.
bool IsDeepGlob(std::string_view pattern);

}  // namespace cask
