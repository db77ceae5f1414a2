// Bytes of a Status (base/codec.h): what kind of error it is, its message and its notes, or that it is none. Whatever its texts are it can be
// written: a text is cut where it is longer than kMaxErrorTextBytes, and says so by "..."; of notes the innermost kMaxErrorNotes go along. A payload that is longer than kMaxErrorPayloadBytes is left out.
#pragma once

#include "cask/base/codec.h"
#include "cask/base/error.h"

namespace cask {

template <>
inline constexpr int64_t kNumEnumerators<ErrorKind> = static_cast<int64_t>(ErrorKind::kProcessLost) + 1;

inline constexpr size_t kMaxErrorTextBytes = 16 << 10;
inline constexpr size_t kMaxErrorNotes = 16;
inline constexpr size_t kMaxErrorPayloadBytes = 1 << 20;

/// `text`, or as much of it as fits `max_bytes` with "..." behind it. No character of UTF-8 is cut through.
std::string CutText(std::string_view text, size_t max_bytes);

void AddTo(Encoder* encoder, const Status& status);
bool ReadFrom(Decoder* decoder, Status* status);

}  // namespace cask
