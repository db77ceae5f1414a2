#include "cask/base/token.h"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace cask {

std::string Token::ToString() const { return fmt::format("{:016x}{:016x}", high, low); }

void Tokenizer::Append(char kind, const void* data, size_t size) {
  const uint64_t length = size;
  bytes_.push_back(kind);
  bytes_.append(reinterpret_cast<const char*>(&length), sizeof(length));
  bytes_.append(static_cast<const char*>(data), size);
}

Tokenizer& Tokenizer::Add(std::string_view text) {
  Append('s', text.data(), text.size());
  return *this;
}

Tokenizer& Tokenizer::Add(int64_t value) {
  Append('i', &value, sizeof(value));
  return *this;
}

Tokenizer& Tokenizer::Add(double value) {
  Append('d', &value, sizeof(value));
  return *this;
}

Tokenizer& Tokenizer::Add(const Token& token) {
  Append('t', &token, sizeof(token));
  return *this;
}

Token Tokenizer::Finish() const {
  const XXH128_hash_t hash = XXH3_128bits(bytes_.data(), bytes_.size());
  return {hash.high64, hash.low64};
}

}  // namespace cask
