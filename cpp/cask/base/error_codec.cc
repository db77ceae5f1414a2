#include "cask/base/error_codec.h"

#include <algorithm>

namespace cask {
namespace {

struct ErrorFields {
  ErrorKind kind = ErrorKind::kInternal;
  std::string message;
  std::vector<std::string> notes;
  std::string payload;
};
constexpr auto FieldsOf(std::type_identity<ErrorFields>) {
  return std::tuple(&ErrorFields::kind, &ErrorFields::message, &ErrorFields::notes, &ErrorFields::payload);
}

bool IsBounded(const std::string& text) { return text.size() <= kMaxErrorTextBytes; }

}  // namespace

std::string CutText(std::string_view text, size_t max_bytes) {
  constexpr std::string_view kMark = "...";
  if (text.size() <= max_bytes) return std::string(text);
  size_t end = max_bytes - kMark.size();
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)).append(kMark);
}

void AddTo(Encoder* encoder, const Status& status) {
  std::optional<ErrorFields> error;
  if (!status.ok()) {
    error = ErrorFields{KindOf(status), CutText(status.message(), kMaxErrorTextBytes), {}, {}};
    if (PayloadOf(status).size() <= kMaxErrorPayloadBytes) error->payload = PayloadOf(status);
    for (const std::string& note : NotesOf(status)) {
      if (error->notes.size() < kMaxErrorNotes) error->notes.push_back(CutText(note, kMaxErrorTextBytes));
    }
  }
  encoder->Add(error);
}

bool ReadFrom(Decoder* decoder, Status* status) {
  std::optional<ErrorFields> error;
  if (!decoder->Read(&error)) return false;
  *status = Status::OK();
  if (!error) return true;
  if (error->notes.size() > kMaxErrorNotes || !IsBounded(error->message)) return false;
  if (!std::all_of(error->notes.begin(), error->notes.end(), IsBounded)) return false;
  if (error->payload.size() > kMaxErrorPayloadBytes || (!error->payload.empty() && error->kind != ErrorKind::kPython)) return false;
  *status = error->kind == ErrorKind::kPython ? PythonError(std::move(error->message), std::move(error->payload))
                                              : MakeError(error->kind, std::move(error->message));
  for (std::string& note : error->notes) *status = WithNote(*status, std::move(note));
  return true;
}

}  // namespace cask
