#include "status.h"

#include <nanobind/stl/string.h>

#include "without_gil.h"

namespace cask {
namespace {

namespace nb = nanobind;

nb::object ExceptionClass(ErrorKind kind) {
  const char* module = "builtins";
  std::string name(ExceptionName(kind));
  switch (kind) {
    case ErrorKind::kAxis: module = "numpy.exceptions"; break;
    case ErrorKind::kParser:
    case ErrorKind::kEmptyData: module = "pandas.errors"; break;
    case ErrorKind::kCancelled: module = "concurrent.futures"; break;
    case ErrorKind::kUnicode: name = "UnicodeError"; break;  // UnicodeDecodeError needs the bytes, which are gone
    case ErrorKind::kProcessLost: module = "cask.distributed"; break;
    default: break;
  }
  return nb::module_::import_(module).attr(name.c_str());
}

nb::object MakeException(const Status& status) {
  if (KindOf(status) != ErrorKind::kPython) return ExceptionClass(KindOf(status))(status.message());
  const std::string& payload = PayloadOf(status);
  return nb::module_::import_("cask._call_errors").attr("load_error")(nb::bytes(payload.data(), payload.size()), status.message());
}

}  // namespace

void RaiseIfError(const Status& status) {
  if (status.ok()) return;
  // What a signal handler raised (KeyboardInterrupt) is the reason for the cancellation.
  if (KindOf(status) == ErrorKind::kCancelled && PyErr_Occurred()) throw nb::python_error();
  nb::object error = MakeException(status);
  for (const std::string& note : NotesOf(status)) error.attr("add_note")(note);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.ptr())), error.ptr());
  throw nb::python_error();
}

Status CheckPythonSignals() {
  VisitPython visit;
  if (PyErr_CheckSignals() == 0) return Status::OK();
  return CancelledError("interrupted");
}

}  // namespace cask
