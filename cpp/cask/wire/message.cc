#include "cask/wire/message.h"

namespace cask {

Status NoMessage(std::string_view bytes, size_t num_messages) {
  uint16_t number;
  if (!Decoder(bytes).Read(&number)) return ValueError("a message of {} bytes has no number", bytes.size());
  if (number >= num_messages) return ValueError("there is no message {}", number);
  return ValueError("message {} is malformed", number);
}

}  // namespace cask
