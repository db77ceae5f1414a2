#include "cask/wire/message.h"

namespace cask {

void AddTo(Encoder* encoder, const Blob& blob) {
  encoder->Add(static_cast<uint32_t>(blob.bytes.size()));
  encoder->AddBytes(blob.bytes.data(), blob.bytes.size());
}

bool ReadFrom(Decoder* decoder, Blob* blob) {
  uint32_t size;
  if (!decoder->Read(&size)) return false;
  const char* bytes = decoder->ReadBytes(size);
  if (bytes == nullptr) return false;
  blob->bytes.assign(bytes, size);
  return true;
}

Status NoMessage(std::string_view bytes, size_t num_messages) {
  uint16_t number;
  if (!Decoder(bytes).Read(&number)) return ValueError("a message of {} bytes has no number", bytes.size());
  if (number >= num_messages) return ValueError("there is no message {}", number);
  return ValueError("message {} is malformed", number);
}

}  // namespace cask
