#include "cask/base/error.h"

namespace cask {
namespace {

constexpr const char* kTypeId = "cask::ErrorDetail";

class ErrorDetail : public arrow::StatusDetail {
 public:
  ErrorDetail(ErrorKind kind, std::vector<std::string> notes, std::shared_ptr<const std::string> payload)
      : kind_(kind), notes_(std::move(notes)), payload_(std::move(payload)) {}

  const char* type_id() const override { return kTypeId; }
  std::string ToString() const override { return std::string(ExceptionName(kind_)); }

  ErrorKind kind() const { return kind_; }
  const std::vector<std::string>& notes() const { return notes_; }
  const std::shared_ptr<const std::string>& payload() const { return payload_; }

 private:
  ErrorKind kind_;
  std::vector<std::string> notes_;
  std::shared_ptr<const std::string> payload_;  // null: none
};

const ErrorDetail* DetailOf(const Status& status) {
  const auto* detail = status.detail().get();
  // Arrow's details are told apart by the address of their type id.
  return detail != nullptr && detail->type_id() == kTypeId ? static_cast<const ErrorDetail*>(detail) : nullptr;
}

arrow::StatusCode CodeOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kKey: return arrow::StatusCode::KeyError;
    case ErrorKind::kType: return arrow::StatusCode::TypeError;
    case ErrorKind::kIndex: return arrow::StatusCode::IndexError;
    case ErrorKind::kOS:
    case ErrorKind::kFileNotFound:
    case ErrorKind::kPermission: return arrow::StatusCode::IOError;
    case ErrorKind::kMemory: return arrow::StatusCode::OutOfMemory;
    case ErrorKind::kNotImplemented: return arrow::StatusCode::NotImplemented;
    case ErrorKind::kCancelled: return arrow::StatusCode::Cancelled;
    case ErrorKind::kInternal: return arrow::StatusCode::UnknownError;
    default: return arrow::StatusCode::Invalid;
  }
}

}  // namespace

std::string_view ExceptionName(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kValue: return "ValueError";
    case ErrorKind::kKey: return "KeyError";
    case ErrorKind::kType: return "TypeError";
    case ErrorKind::kIndex: return "IndexError";
    case ErrorKind::kAxis: return "AxisError";
    case ErrorKind::kAttribute: return "AttributeError";
    case ErrorKind::kOverflow: return "OverflowError";
    case ErrorKind::kParser: return "ParserError";
    case ErrorKind::kEmptyData: return "EmptyDataError";
    case ErrorKind::kUnicode: return "UnicodeDecodeError";
    case ErrorKind::kOS: return "OSError";
    case ErrorKind::kFileNotFound: return "FileNotFoundError";
    case ErrorKind::kPermission: return "PermissionError";
    case ErrorKind::kMemory: return "MemoryError";
    case ErrorKind::kNotImplemented: return "NotImplementedError";
    case ErrorKind::kCancelled: return "CancelledError";
    case ErrorKind::kInternal: return "RuntimeError";
    case ErrorKind::kNeedsWiderType: return "ValueError";
    case ErrorKind::kTimeout: return "TimeoutError";
    case ErrorKind::kPython: return "Exception";
    case ErrorKind::kProcessLost: return "KilledWorker";
  }
  return "RuntimeError";
}

Status MakeError(ErrorKind kind, std::string message) {
  return Status(CodeOf(kind), std::move(message), std::make_shared<ErrorDetail>(kind, std::vector<std::string>{}, nullptr));
}

Status PythonError(std::string message, std::string payload) {
  return Status(CodeOf(ErrorKind::kPython), std::move(message),
                std::make_shared<ErrorDetail>(ErrorKind::kPython, std::vector<std::string>{}, std::make_shared<const std::string>(std::move(payload))));
}

const std::string& PayloadOf(const Status& status) {
  static const std::string kNone;
  const auto* detail = DetailOf(status);
  return detail != nullptr && detail->payload() != nullptr ? *detail->payload() : kNone;
}

ErrorKind KindOf(const Status& status) {
  if (const auto* detail = DetailOf(status)) return detail->kind();
  switch (status.code()) {
    case arrow::StatusCode::KeyError: return ErrorKind::kKey;
    case arrow::StatusCode::TypeError: return ErrorKind::kType;
    case arrow::StatusCode::IndexError: return ErrorKind::kIndex;
    case arrow::StatusCode::IOError: return ErrorKind::kOS;
    case arrow::StatusCode::OutOfMemory: return ErrorKind::kMemory;
    case arrow::StatusCode::NotImplemented: return ErrorKind::kNotImplemented;
    case arrow::StatusCode::Cancelled: return ErrorKind::kCancelled;
    case arrow::StatusCode::Invalid: return ErrorKind::kValue;
    default: return ErrorKind::kInternal;
  }
}

Status WithNote(const Status& status, std::string note) {
  if (status.ok()) return status;
  std::vector<std::string> notes = NotesOf(status);
  notes.push_back(std::move(note));
  const auto* detail = DetailOf(status);
  return Status(status.code(), status.message(),
                std::make_shared<ErrorDetail>(KindOf(status), std::move(notes), detail != nullptr ? detail->payload() : nullptr));
}

const std::vector<std::string>& NotesOf(const Status& status) {
  static const std::vector<std::string> kNone;
  const auto* detail = DetailOf(status);
  return detail != nullptr ? detail->notes() : kNone;
}

std::string Describe(const Status& status) {
  std::string text = status.message();
  for (const std::string& note : NotesOf(status)) text += "\n  " + note;
  return text;
}

}  // namespace cask
