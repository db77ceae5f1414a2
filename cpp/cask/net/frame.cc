#include "cask/net/frame.h"

#include <cstring>

#include "cask/base/check.h"

namespace cask {
namespace {

struct Header {
  uint32_t body_bytes;
  uint16_t kind;
  uint16_t zeros;
};
static_assert(sizeof(Header) == kFrameHeaderBytes);

}  // namespace

size_t MaxFrameBytes(FrameKind kind) {
  switch (kind) {
    case FrameKind::kGreeting: return 128 << 10;
    case FrameKind::kMessage:
    case FrameKind::kPart: return 2 << 20;
  }
  return 0;
}

void AppendFrame(FrameKind kind, std::string_view body, std::string* out) {
  CASK_CHECK_LE(body.size(), MaxFrameBytes(kind));
  const Header header{static_cast<uint32_t>(body.size()), static_cast<uint16_t>(kind), 0};
  out->append(reinterpret_cast<const char*>(&header), sizeof(header));
  out->append(body);
}

Result<std::optional<Frame>> FrameReader::Next() {
  if (bytes_.size() - position_ < kFrameHeaderBytes) return std::nullopt;
  Header header;
  std::memcpy(&header, bytes_.data() + position_, sizeof(header));
  if (header.kind >= kNumFrameKinds || header.zeros != 0) return ValueError("the peer sent what is no frame");
  const auto kind = static_cast<FrameKind>(header.kind);
  if (header.body_bytes > MaxFrameBytes(kind)) {
    return ValueError("the peer sent a frame of {} bytes; those of its kind have {} at most", header.body_bytes, MaxFrameBytes(kind));
  }
  if (bytes_.size() - position_ - kFrameHeaderBytes < header.body_bytes) return std::nullopt;
  Frame frame{kind, bytes_.substr(position_ + kFrameHeaderBytes, header.body_bytes)};
  position_ += kFrameHeaderBytes + header.body_bytes;
  if (position_ == bytes_.size() || position_ > (1 << 20)) {
    bytes_.erase(0, position_);
    position_ = 0;
  }
  return frame;
}

}  // namespace cask
