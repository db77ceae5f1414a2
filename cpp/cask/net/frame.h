// A frame: what a connection carries, after a header of 8 bytes: the length of the body (4), the kind (2), zeros (2), little-endian.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cask/base/error.h"

namespace cask {

enum class FrameKind : uint16_t {
  kGreeting,  // the first of each side: who it is
  kMessage,   // a message of wire/, or the last part of one
  kPart,      // a part of a message that goes on in the next frame
};
inline constexpr int kNumFrameKinds = 3;

struct Frame {
  FrameKind kind;
  std::string body;
};

inline constexpr size_t kFrameHeaderBytes = 8;

/// The most that the body of a frame of that kind may be.
size_t MaxFrameBytes(FrameKind kind);

/// Appends a frame. The body is at most MaxFrameBytes(kind).
void AppendFrame(FrameKind kind, std::string_view body, std::string* out);

/// Takes frames out of bytes as they arrive. Holds at most a frame and what came with its end.
class FrameReader {
 public:
  void Append(std::string_view bytes) { bytes_ += bytes; }
  /// The next frame, if all of it is there. Error, then and ever after, if the bytes are no frame.
  Result<std::optional<Frame>> Next();
  /// Whether nothing of a frame is there.
  bool is_between_frames() const { return position_ == bytes_.size(); }

 private:
  std::string bytes_;
  size_t position_ = 0;  // what is before it was taken
};

}  // namespace cask
