// The PythonCaller of a Python process: calls users' functions in this very process.
#pragma once

#include <nanobind/nanobind.h>

#include "cask/base/error.h"

namespace cask {

/// From now on this process calls functions itself. For module initialization.
void CallFunctionsInThisProcess();

/// No call begins any more. Those under way are interrupted as by Ctrl-C, again and again until they end. For the end of the interpreter, after which
/// no thread may be inside of Python.
void BeginEndOfCalls();
/// Waits, without the GIL, until no call is under way. Runs Python's signal handlers meanwhile: false if one raised.
bool WaitUntilCallsHaveEnded();

/// Raises NotImplementedError on a thread that is calling a user's function: that thread is one of those that would have to compute.
void RefuseWithinCalls();

/// The exception that is being handled, as an error of kind kPython. With the GIL.
Status StatusOfException(nanobind::python_error& error);

}  // namespace cask
