// Token: the name of a result, a 128-bit hash of everything that it follows from: operations, constants, the identity of inputs.
// The same work has the same token, in any process; different work has different ones for all practical purposes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace cask {

struct Token {
  uint64_t high = 0;
  uint64_t low = 0;

  /// 32 hexadecimal digits.
  std::string ToString() const;
  auto operator<=>(const Token&) const = default;
};
constexpr auto FieldsOf(std::type_identity<Token>) { return std::tuple(&Token::high, &Token::low); }

struct TokenHash {
  size_t operator()(const Token& token) const { return token.low; }
};

/// Builds a token from parts. Every part carries its kind and length, so ("ab", "c") and ("a", "bc") differ.
class Tokenizer {
 public:
  /// `what`: the kind of thing that is named, e.g. "filter".
  explicit Tokenizer(std::string_view what) { Add(what); }

  Tokenizer& Add(std::string_view text);
  Tokenizer& Add(const char* text) { return Add(std::string_view(text)); }
  Tokenizer& Add(int64_t value);
  Tokenizer& Add(double value);
  Tokenizer& Add(const Token& token);
  Token Finish() const;

 private:
  void Append(char kind, const void* data, size_t size);
  std::string bytes_;
};

}  // namespace cask
