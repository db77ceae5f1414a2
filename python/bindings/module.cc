#include <nanobind/nanobind.h>

#include "cask/api/default_cluster.h"
#include "cask/local/engine.h"
#include "python_caller.h"
#include "without_gil.h"

#include <csignal>

namespace cask {
void BindArray(nanobind::module_& module);
void BindCalls(nanobind::module_& module);
void BindCluster(nanobind::module_& module);
void BindColumns(nanobind::module_& module);
void BindFrame(nanobind::module_& module);
void BindMapPartitions(nanobind::module_& module);
void BindWriteCsv(nanobind::module_& module);

namespace {

// How long the end of the interpreter waits for tasks that do not stop.
constexpr double kExitSeconds = 5;

// As a process does that does not handle Ctrl-C.
void DieByInterrupt() {
  std::signal(SIGINT, SIG_DFL);
  std::raise(SIGINT);
}

// The threads of the engine let go of Python's objects, so they must have stopped while there is a Python.
void OnInterpreterExit() {
  BeginEnd();
  BeginEndOfCalls();
  // A script that was interrupted dies by the signal, so that nothing after this is sure to run.
  WithoutGil([] {
    SetDefaultCluster(nullptr);
    if (LocalEngine::StopDefault(kExitSeconds)) LocalEngine::RemoveFilesOfDefault();
  });
  // A function that is in the midst of a long call, sleeping perhaps, cannot be interrupted; Python waits for threads that it has started, too.
  if (!WaitUntilCallsHaveEnded()) DieByInterrupt();
  WaitUntilAllStay(kExitSeconds);
  // Daemon threads never let go of what they hold, so what nanobind calls a leak then is none.
  const auto num_threads = nanobind::module_::import_("threading").attr("active_count")();
  if (nanobind::cast<int>(num_threads) > 1) nanobind::set_leak_warnings(false);
}

}  // namespace
}  // namespace cask

NB_MODULE(_core, module) {
  module.doc() = "Cask's C++ library, as the package's Python modules use it.";
  cask::BindArray(module);
  cask::BindCalls(module);
  cask::BindCluster(module);
  cask::BindColumns(module);
  cask::BindFrame(module);
  cask::BindMapPartitions(module);
  cask::BindWriteCsv(module);
  cask::CallFunctionsInThisProcess();
  module.def("stop_engine", [] { return cask::WithoutGil([] { return cask::LocalEngine::StopDefault(0); }); },
             "Cancels what the engine computes and refuses more, for good.");
  nanobind::module_::import_("atexit").attr("register")(nanobind::cpp_function(cask::OnInterpreterExit));
}
