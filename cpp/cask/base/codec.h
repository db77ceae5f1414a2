// Bytes of messages: fields one after another, integers little-endian and as wide as their types, nothing between them.
//
// A message is a struct for which FieldsOf lists the members; that list is all that encoding and decoding know of it. Members are integers, floats, ids,
// enumerators with a bound, truth values, texts, lists, sets, maps, optionals, variants, and structs with fields of their own. A class that keeps its
// members to itself has two functions instead, found by its namespace: `void AddTo(Encoder*, const T&)` and `bool ReadFrom(Decoder*, T*)`.
//
// Decoding trusts nothing: a length must fit its bound and what is left, an enumerator its type, a truth value is 0 or 1, and no byte may be left
// over. So a message has one encoding, and nothing else decodes. (Keys of maps and sets ascend.)
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include "cask/base/ids.h"
#include "cask/base/priority.h"

namespace cask {

inline constexpr size_t kMaxTextBytes = 16 << 20;  // a name, a pattern or a path may be as long as a user likes
inline constexpr size_t kMaxListItems = 1 << 20;

/// How many enumerators there are, from 0 on; 0: any value of the underlying type is one, as of ids.
template <typename Enum>
inline constexpr int64_t kNumEnumerators = 0;
template <>
inline constexpr int64_t kNumEnumerators<Priority> = kNumPriorities;

constexpr auto FieldsOf(std::type_identity<TaskId>) { return std::tuple(&TaskId::plan, &TaskId::layer, &TaskId::task); }

class Encoder;
class Decoder;

template <typename T>
concept HasOwnCodec = requires(Encoder* encoder, Decoder* decoder, T* value) {
  AddTo(encoder, *value);
  { ReadFrom(decoder, value) } -> std::same_as<bool>;
};

class Encoder {
 public:
  Encoder() { bytes_.reserve(kUsualBytes); }

  template <typename T>
  void Add(const T& value) {
    static_assert(std::endian::native == std::endian::little);
    if constexpr (HasOwnCodec<T>) {
      AddTo(this, value);
    } else if constexpr (std::is_same_v<T, bool>) {
      Add(static_cast<uint8_t>(value));
    } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    } else {
      std::apply([&](auto... members) { (Add(value.*members), ...); }, FieldsOf(std::type_identity<T>()));
    }
  }
  void Add(const std::string& text) {
    Add(static_cast<uint32_t>(text.size()));
    bytes_ += text;
  }
  void Add(std::monostate) {}
  template <typename T>
  void Add(const std::vector<T>& items) {
    AddItems(items);
  }
  void Add(const std::vector<bool>& items) {
    Add(static_cast<uint32_t>(items.size()));
    for (const bool item : items) Add(item);
  }
  template <typename T>
  void Add(const std::set<T>& items) {
    AddItems(items);
  }
  template <typename K, typename V>
  void Add(const std::map<K, V>& items) {
    AddItems(items);
  }
  template <typename A, typename B>
  void Add(const std::pair<A, B>& both) {
    Add(both.first);
    Add(both.second);
  }
  template <typename T>
  void Add(const std::optional<T>& value) {
    Add(value.has_value());
    if (value) Add(*value);
  }
  template <typename... Ts>
  void Add(const std::variant<Ts...>& value) {
    Add(static_cast<uint16_t>(value.index()));
    std::visit([this](const auto& alternative) { Add(alternative); }, value);
  }
  /// Bytes as they are, without their number: for what has a layout of its own.
  void AddBytes(const void* data, size_t size) { bytes_.append(static_cast<const char*>(data), size); }

  std::string Take() { return std::move(bytes_); }

 private:
  template <typename Items>
  void AddItems(const Items& items) {
    Add(static_cast<uint32_t>(items.size()));
    for (const auto& item : items) Add(item);
  }

  static constexpr size_t kUsualBytes = 96;

  std::string bytes_;
};

/// The bytes of one value.
template <typename T>
std::string ToBytes(const T& value) {
  Encoder encoder;
  encoder.Add(value);
  return encoder.Take();
}

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_(bytes) {}

  /// False, with `*value` partly filled, if the bytes do not go on with one.
  template <typename T>
  [[nodiscard]] bool Read(T* value) {
    if constexpr (HasOwnCodec<T>) {
      return ReadFrom(this, value);
    } else if constexpr (std::is_same_v<T, bool>) {
      uint8_t byte;
      if (!Read(&byte)) return false;
      *value = byte != 0;
      return byte <= 1;
    } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
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
  [[nodiscard]] bool Read(std::monostate*) { return true; }
  template <typename T>
  [[nodiscard]] bool Read(std::vector<T>* items) {
    uint32_t count;
    if (!ReadCount(&count)) return false;
    items->clear();
    for (uint32_t i = 0; i < count; ++i) {
      T item{};
      if (!Read(&item)) return false;
      items->push_back(std::move(item));
    }
    return true;
  }
  template <typename T>
  [[nodiscard]] bool Read(std::set<T>* items) {
    return ReadAscending<T>(items, [](const T& item) -> const T& { return item; });
  }
  template <typename K, typename V>
  [[nodiscard]] bool Read(std::map<K, V>* items) {
    return ReadAscending<std::pair<K, V>>(items, [](const auto& item) -> const K& { return item.first; });
  }
  template <typename A, typename B>
  [[nodiscard]] bool Read(std::pair<A, B>* both) {
    return Read(&both->first) && Read(&both->second);
  }
  template <typename T>
  [[nodiscard]] bool Read(std::optional<T>* value) {
    bool is_there;
    if (!Read(&is_there)) return false;
    value->reset();
    return !is_there || Read(&value->emplace());
  }
  template <typename... Ts>
  [[nodiscard]] bool Read(std::variant<Ts...>* value) {
    uint16_t number;
    return Read(&number) && number < sizeof...(Ts) && ReadAlternative(value, number, std::index_sequence_for<Ts...>());
  }
  /// `size` bytes as they are; they live as long as what is decoded. Null if there are fewer.
  [[nodiscard]] const char* ReadBytes(size_t size) {
    if (size > bytes_.size()) return nullptr;
    const char* bytes = bytes_.data();
    bytes_.remove_prefix(size);
    return bytes;
  }

  bool is_at_end() const { return bytes_.empty(); }
  size_t num_left() const { return bytes_.size(); }

 private:
  // An item takes a byte at least, so a count beyond what is left is refused before memory is taken for it.
  bool ReadCount(uint32_t* count) { return Read(count) && *count <= kMaxListItems && *count <= bytes_.size(); }

  template <typename Item, typename Items, typename KeyOf>
  bool ReadAscending(Items* items, KeyOf key_of) {
    uint32_t count;
    if (!ReadCount(&count)) return false;
    items->clear();
    for (uint32_t i = 0; i < count; ++i) {
      Item item{};
      if (!Read(&item)) return false;
      if (!items->empty() && !(key_of(*items->rbegin()) < key_of(item))) return false;
      items->insert(items->end(), std::move(item));
    }
    return true;
  }

  template <typename Variant, size_t... kNumbers>
  bool ReadAlternative(Variant* value, size_t number, std::index_sequence<kNumbers...>) {
    return ((number == kNumbers && Read(&value->template emplace<kNumbers>())) || ...);
  }

  std::string_view bytes_;
};

}  // namespace cask
