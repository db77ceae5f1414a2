// Leaving Python for work that may take long, and coming back, or not, when the interpreter ends.
//
//   Result<Table> table = WithoutGil([&] { return Compute(...); });
//
// While the interpreter finalizes, Python ends any other thread that asks for the GIL, in the midst of its C++ frames, and that
// aborts the process. So once the end has begun (BeginEnd) threads that left Python stay outside for good, save the one that ends it;
// these can only be daemon threads, whose end is never waited for. WaitUntilAllStay makes sure that none is still on its way in.
//
// Thread-safe. A forked child starts with nobody outside.
#pragma once

#include <nanobind/nanobind.h>

namespace cask {

/// A stay outside of Python: without the GIL from the constructor to the destructor.
class OutsidePython {
 public:
  OutsidePython();
  ~OutsidePython();
  OutsidePython(const OutsidePython&) = delete;
  OutsidePython& operator=(const OutsidePython&) = delete;

 private:
  PyThreadState* state_;
};

/// A visit back inside, with the GIL, during a stay outside on the same thread.
class VisitPython {
 public:
  VisitPython();
  ~VisitPython() { PyGILState_Release(state_); }
  VisitPython(const VisitPython&) = delete;
  VisitPython& operator=(const VisitPython&) = delete;

 private:
  PyGILState_STATE state_;
};

template <typename Function>
auto WithoutGil(Function function) {
  OutsidePython outside;
  return function();
}

/// From now on only the calling thread comes back inside.
void BeginEnd();
/// Waits, without the GIL, until all others that are outside will stay there; at most so long.
void WaitUntilAllStay(double seconds);

}  // namespace cask
