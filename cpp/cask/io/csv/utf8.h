// Checks and conversions of text encodings, a value at a time. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cask {

bool IsAscii(std::string_view text);
/// The position of the first byte that does not belong to well-formed UTF-8, or -1.
int64_t FindInvalidUtf8(std::string_view text);
std::string Utf8FromLatin1(std::string_view text);

}  // namespace cask
