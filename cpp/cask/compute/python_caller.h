// PythonCaller: has users' functions called in Python. docs/python.md says how.
#pragma once

#include <arrow/type_fwd.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cask/base/error.h"
#include "cask/base/token.h"

namespace cask {

/// A function and its arguments, as bytes. `function` is the pickle of a handler: what it unpickles to is called with a list of the arguments, each a
/// memoryview, and gives a list of bytes-like objects, which follow each other in the result.
struct PythonCall {
  std::string name;                          // for people: "inc"
  std::shared_ptr<arrow::Buffer> function;
  Token function_token;                      // of its bytes: a Python that has it unpickled uses it again
  std::vector<std::shared_ptr<arrow::Buffer>> arguments;
  double timeout_seconds = 0;                // 0: none
};

/// What a handler's bytes are known by.
Token TokenOfFunction(std::string_view function);

/// Thread-safe; calls of several threads run at the same time where Python allows it.
class PythonCaller {
 public:
  virtual ~PythonCaller() = default;
  /// Called on the thread that waits for the result. `is_cancelled` is asked many times a second. An error of kind kPython where the function raised: its message
  /// is the exception's text, its payload the pickled exception; kProcessLost where the process that ran it ended; kCancelled, kTimeout.
  virtual Result<std::shared_ptr<arrow::Buffer>> Call(const PythonCall& call, const std::function<bool()>& is_cancelled) = 0;
};

/// The caller of this process: a worker's children, or the Python that the process is itself. Null: it has no Python. Thread-safe.
void SetPythonCaller(std::shared_ptr<PythonCaller> caller);
std::shared_ptr<PythonCaller> GetPythonCaller();

}  // namespace cask
