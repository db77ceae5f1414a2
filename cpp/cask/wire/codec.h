// Bytes of messages: fields one after another, integers little-endian and as wide as their types, nothing between them.
//
// A message is a struct for which FieldsOf lists the members; that list is all that encoding and decoding know of it. Members are integers, ids,
// enumerators with a bound, truth values, texts, lists, and structs with fields of their own.
//
// Decoding trusts nothing: a length must fit its bound and what is left, an enumerator its type, a truth value is 0 or 1, and no byte may be left
// over. So a message has one encoding, and nothing else decodes.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "cask/base/ids.h"
#include "cask/base/priority.h"

namespace cask {

inline constexpr size_t kMaxTextBytes = 64 << 10;
inline constexpr size_t kMaxListItems = 64 << 10;

/// How many enumerators there are, from 0 on; 0: any value of the underlying type is one, as of ids.
template <typename Enum>
inline constexpr int64_t kNumEnumerators = 0;
template <>
inline constexpr int64_t kNumEnumerators<Priority> = kNumPriorities;

constexpr auto FieldsOf(std::type_identity<TaskId>) { return std::tuple(&TaskId::plan, &TaskId::layer, &TaskId::task); }

class Encoder {
 public:
  Encoder() { bytes_.reserve(kUsualBytes); }

  template <typename T>
  void Add(const T& value) {
    static_assert(std::endian::native == std::endian::little);
    if constexpr (std::is_same_v<T, bool>) {
      Add(static_cast<uint8_t>(value));
    } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    } else {
      std::apply([&](auto... members) { (Add(value.*members), ...); }, FieldsOf(std::type_identity<T>()));
    }
  }
  void Add(const std::string& text) {
    Add(static_cast<uint32_t>(text.size()));
    bytes_ += text;
  }
  template <typename T>
  void Add(const std::vector<T>& items) {
    Add(static_cast<uint32_t>(items.size()));
    for (const T& item : items) Add(item);
  }

  std::string Take() { return std::move(bytes_); }

 private:
  static constexpr size_t kUsualBytes = 96;

  std::string bytes_;
};

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_(bytes) {}

  /// False, with `*value` partly filled, if the bytes do not go on with one.
  template <typename T>
  [[nodiscard]] bool Read(T* value) {
    if constexpr (std::is_same_v<T, bool>) {
      uint8_t byte;
      if (!Read(&byte)) return false;
      *value = byte != 0;
      return byte <= 1;
    } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      if (bytes_.size() < sizeof(T)) return false;
      std::memcpy(value, bytes_.data(), sizeof(T));
      bytes_.remove_prefix(sizeof(T));
      if constexpr (kNumEnumerators<T> > 0) return static_cast<int64_t>(*value) < kNumEnumerators<T>;
      return true;
    } else {
      return std::apply([&](auto... members) { return (Read(&(value->*members)) && ...); }, FieldsOf(std::type_identity<T>()));
    }
  }
  [[nodiscard]] bool Read(std::string* text) {
    uint32_t size;
    if (!Read(&size) || size > kMaxTextBytes || size > bytes_.size()) return false;
    text->assign(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return true;
  }
  template <typename T>
  [[nodiscard]] bool Read(std::vector<T>* items) {
    uint32_t count;
    // An item takes a byte at least, so a count beyond what is left is refused before memory is taken for it.
    if (!Read(&count) || count > kMaxListItems || count > bytes_.size()) return false;
    items->resize(count);
    for (T& item : *items) {
      if (!Read(&item)) return false;
    }
    return true;
  }

  bool is_at_end() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

}  // namespace cask
