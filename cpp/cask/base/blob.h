// Blob: bytes of which only their receiver knows what they say: a program, a piece, evidence, a pickle. As long as a message may be.
#pragma once

#include <string>

#include "cask/base/codec.h"

namespace cask {

struct Blob {
  std::string bytes;
  bool operator==(const Blob&) const = default;
};

inline void AddTo(Encoder* encoder, const Blob& blob) {
  encoder->Add(static_cast<uint32_t>(blob.bytes.size()));
  encoder->AddBytes(blob.bytes.data(), blob.bytes.size());
}

inline bool ReadFrom(Decoder* decoder, Blob* blob) {
  uint32_t size;
  if (!decoder->Read(&size)) return false;
  const char* bytes = decoder->ReadBytes(size);
  if (bytes == nullptr) return false;
  blob->bytes.assign(bytes, size);
  return true;
}

}  // namespace cask
