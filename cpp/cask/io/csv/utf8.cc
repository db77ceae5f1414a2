#include "cask/io/csv/utf8.h"

#include <cstring>

namespace cask {
namespace {

bool IsContinuation(std::string_view text, size_t i) { return i < text.size() && (static_cast<uint8_t>(text[i]) & 0xC0) == 0x80; }

// The length of the well-formed sequence at `i`, or 0.
size_t SequenceAt(std::string_view text, size_t i) {
  const auto first = static_cast<uint8_t>(text[i]);
  const auto second = i + 1 < text.size() ? static_cast<uint8_t>(text[i + 1]) : uint8_t{0};
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4 || !IsContinuation(text, i + 1)) return 0;
  if (first < 0xE0) return 2;
  if (first < 0xF0) {
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    return IsContinuation(text, i + 2) ? 3 : 0;
  }
  if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
  return IsContinuation(text, i + 2) && IsContinuation(text, i + 3) ? 4 : 0;
}

}  // namespace

bool IsAscii(std::string_view text) {
  uint64_t all = 0;
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    all |= word;
  }
  for (; i < text.size(); ++i) all |= static_cast<uint8_t>(text[i]);
  return (all & 0x8080808080808080ull) == 0;
}

int64_t FindInvalidUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const size_t size = SequenceAt(text, i);
    if (size == 0) return static_cast<int64_t>(i);
    i += size;
  }
  return -1;
}

std::string Utf8FromLatin1(std::string_view text) {
  std::string result;
  result.reserve(text.size() + text.size() / 4);
  for (char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x80) {
      result.push_back(c);
    } else {
      result.push_back(static_cast<char>(0xC0 | (byte >> 6)));
      result.push_back(static_cast<char>(0x80 | (byte & 0x3F)));
    }
  }
  return result;
}

}  // namespace cask
