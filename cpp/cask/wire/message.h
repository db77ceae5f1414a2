// Messages: one of the structs of a std::variant, whose place in it is its number on the wire. So new ones are added at the end, and none is taken out.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "cask/base/blob.h"
#include "cask/base/codec.h"
#include "cask/base/error.h"

namespace cask {

template <typename... Messages>
std::string Encode(const std::variant<Messages...>& message) {
  Encoder encoder;
  encoder.Add(message);
  return encoder.Take();
}

/// ValueError that says why bytes are no message of `num_messages`, of which `bytes` may name one.
Status NoMessage(std::string_view bytes, size_t num_messages);

/// Error if the bytes are no such message.
template <typename Variant>
Result<Variant> Decode(std::string_view bytes) {
  Decoder decoder(bytes);
  Variant message;
  if (decoder.Read(&message) && decoder.is_at_end()) return message;
  return NoMessage(bytes, std::variant_size_v<Variant>);
}

}  // namespace cask
