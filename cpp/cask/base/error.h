// Errors: arrow::Status with a kind that the Python bindings turn into the exception that pandas or Dask would raise,
// and notes that say where it happened, innermost first. Cask's code returns these; only api/ throws.
#pragma once

#include <arrow/result.h>
#include <arrow/status.h>
#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

namespace cask {

using arrow::Result;
using arrow::Status;

/// What an error is to the user; each maps to one exception in Python.
enum class ErrorKind : uint8_t {
  kValue,           // ValueError
  kKey,             // KeyError
  kType,            // TypeError
  kIndex,           // IndexError
  kAxis,            // numpy.exceptions.AxisError
  kAttribute,       // AttributeError
  kOverflow,        // OverflowError
  kParser,          // pandas.errors.ParserError
  kEmptyData,       // pandas.errors.EmptyDataError
  kUnicode,         // UnicodeDecodeError
  kOS,              // OSError
  kFileNotFound,    // FileNotFoundError
  kPermission,      // PermissionError
  kMemory,          // MemoryError
  kNotImplemented,  // NotImplementedError
  kCancelled,       // CancelledError
  kInternal,        // RuntimeError: a bug in Cask
  kNeedsWiderType,  // ValueError: the values need a wider result type than was inferred; see FunctionOptions::number
  kTimeout,         // TimeoutError
  kPython,          // the exception that a user's function raised: its pickle is the payload
  kProcessLost,     // cask.distributed.KilledWorker: the process that ran a user's function has ended
};

/// The class name of the exception that `kind` becomes in Python.
std::string_view ExceptionName(ErrorKind kind);

Status MakeError(ErrorKind kind, std::string message);

/// What a user's function raised. `payload`: only a Python of the user's reads it.
Status PythonError(std::string message, std::string payload);
/// Empty but for an error of PythonError.
const std::string& PayloadOf(const Status& status);

/// The kind of any non-OK status, also of one that Arrow made.
ErrorKind KindOf(const Status& status);

/// `status` with one more note, e.g. "reading partition 3 of 31: /data/7.csv, bytes 192000000 to 256000000".
/// An OK status stays OK.
Status WithNote(const Status& status, std::string note);

/// The notes of a status, innermost first.
const std::vector<std::string>& NotesOf(const Status& status);

/// The message followed by its notes, a line each, indented.
std::string Describe(const Status& status);

#define CASK_DEFINE_ERROR(Name, kind)                                          \
  template <typename... Args>                                                  \
  Status Name(fmt::format_string<Args...> format, Args&&... args) {            \
    return MakeError(kind, fmt::format(format, std::forward<Args>(args)...));  \
  }
CASK_DEFINE_ERROR(ValueError, ErrorKind::kValue)
CASK_DEFINE_ERROR(KeyError, ErrorKind::kKey)
CASK_DEFINE_ERROR(TypeError, ErrorKind::kType)
CASK_DEFINE_ERROR(IndexError, ErrorKind::kIndex)
CASK_DEFINE_ERROR(AxisError, ErrorKind::kAxis)
CASK_DEFINE_ERROR(AttributeError, ErrorKind::kAttribute)
CASK_DEFINE_ERROR(OverflowError, ErrorKind::kOverflow)
CASK_DEFINE_ERROR(ParserError, ErrorKind::kParser)
CASK_DEFINE_ERROR(EmptyDataError, ErrorKind::kEmptyData)
CASK_DEFINE_ERROR(UnicodeError, ErrorKind::kUnicode)
CASK_DEFINE_ERROR(OSError, ErrorKind::kOS)
CASK_DEFINE_ERROR(FileNotFoundError, ErrorKind::kFileNotFound)
CASK_DEFINE_ERROR(PermissionError, ErrorKind::kPermission)
CASK_DEFINE_ERROR(MemoryError, ErrorKind::kMemory)
CASK_DEFINE_ERROR(NotImplementedError, ErrorKind::kNotImplemented)
CASK_DEFINE_ERROR(CancelledError, ErrorKind::kCancelled)
CASK_DEFINE_ERROR(InternalError, ErrorKind::kInternal)
CASK_DEFINE_ERROR(NeedsWiderType, ErrorKind::kNeedsWiderType)
CASK_DEFINE_ERROR(TimeoutError, ErrorKind::kTimeout)
CASK_DEFINE_ERROR(ProcessLostError, ErrorKind::kProcessLost)
#undef CASK_DEFINE_ERROR

}  // namespace cask
