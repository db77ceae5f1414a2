// cask._core.Call: a call of a user's function that runs on a cluster, as cask._futures uses it.

#include <arrow/buffer.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "cask/cluster/calls_run.h"
#include "cask/cluster/program.h"
#include "status.h"
#include "without_gil.h"

namespace cask {
namespace nb = nanobind;
using namespace nb::literals;
namespace {

// How long Python's signal handlers may wait.
constexpr double kSignalSeconds = 0.05;

// Memory of Arrow's, for Python's buffer protocol: read-only.
struct BufferView {
  std::shared_ptr<arrow::Buffer> buffer;
};

int GetBuffer(PyObject* self, Py_buffer* view, int flags) {
  const auto& buffer = *nb::inst_ptr<BufferView>(self)->buffer;
  return PyBuffer_FillInfo(view, self, const_cast<uint8_t*>(buffer.data()), buffer.size(), /*readonly=*/1, flags);
}

PyType_Slot kBufferSlots[] = {{Py_bf_getbuffer, reinterpret_cast<void*>(GetBuffer)}, {0, nullptr}};

std::string BytesOf(nb::handle object) {
  Py_buffer view;
  if (PyObject_GetBuffer(object.ptr(), &view, PyBUF_SIMPLE) != 0) throw nb::python_error();
  std::string bytes(static_cast<const char*>(view.buf), static_cast<size_t>(view.len));
  PyBuffer_Release(&view);
  return bytes;
}

TaskHolds SubmitCalls(ClusterClient& client, const std::string& name, nb::handle function, const nb::list& arguments, TaskHolds inputs,
                      std::vector<int64_t> offsets, std::vector<int64_t> indices, int priority, int retries, double timeout) {
  if (priority < 0 || priority >= kNumPriorities) throw nb::value_error("there is no such priority");
  CallProgram program;
  program.calls.name = name;
  program.calls.function.bytes = BytesOf(function);
  program.calls.timeout_seconds = timeout;
  program.calls.arguments.reserve(nb::len(arguments));
  for (nb::handle one : arguments) program.calls.arguments.push_back({BytesOf(one)});
  program.num_imports = static_cast<int64_t>(inputs.size());
  program.inputs = {std::move(offsets), std::move(indices), program.num_imports};
  SubmitOptions options;
  options.name = name;
  options.priority = static_cast<Priority>(priority);
  options.retries = retries;
  return Unwrap(WithoutGil([&] { return client.SubmitCalls(program, std::move(inputs), options); }));
}

// Waits by short steps, between which Python's signal handlers run. `step` is given seconds and says whether it is done.
template <typename Step>
bool WaitBySteps(double seconds, Step step) {
  for (;;) {
    const double now = std::min(seconds, kSignalSeconds);
    if (WithoutGil([&] { return step(now); })) return true;
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
    seconds -= now;
    if (seconds <= 0) return false;
  }
}

bool Wait(const TaskHold& hold, double seconds) {
  return WaitBySteps(seconds, [&](double step) { return hold.run->WaitFor(hold.task, step); });
}

nb::object ValueOf(const TaskHold& hold, double seconds) {
  Result<std::shared_ptr<arrow::Buffer>> value(nullptr);
  const bool is_there = WaitBySteps(seconds, [&](double step) {
    value = hold.run->ValueOf(hold.task, step);
    return !value.ok() || *value != nullptr;
  });
  if (!is_there) return nb::none();
  return nb::cast(BufferView{Unwrap(std::move(value))});
}

}  // namespace

void BindCalls(nb::module_& module) {
  nb::class_<BufferView>(module, "BufferView", nb::type_slots(kBufferSlots), "Memory that Cask holds.");
  nb::class_<TaskHold>(module, "Call", "A call of a function on a cluster. Nobody holding it any more, its value is freed.")
      .def_prop_ro("state", [](const TaskHold& hold) { return static_cast<int>(hold.run->StateOf(hold.task)); }, "0: pending, 1: finished, 2: failed.")
      .def("wait", &Wait, "seconds"_a, "Whether it has ended within that time.")
      .def("prefetch", [](const TaskHold& hold) { WithoutGil([&] { hold.run->Prefetch(hold.task); }); }, "Has the value fetched when it is there.")
      .def("value", &ValueOf, "seconds"_a, "The value's bytes; None if they are not here within that time. Raises what the function raised.")
      .def("raise_error", [](const TaskHold& hold) { RaiseIfError(WithoutGil([&] { return hold.run->ErrorOf(hold.task); })); },
           "Raises what the function raised, if it did.")
      .def("watch", [](const TaskHold& hold) {
             WithoutGil([&] { hold.run->Watch(hold.task); });
             return nb::make_tuple(Number(hold.run->request()), hold.task);
           }, "Has ClusterClient.take_ended tell its end, by the name that this gives.")
      .def("retry", [](const TaskHold& hold) { WithoutGil([&] { hold.run->Retry(hold.task); }); }, "Runs it again if it has failed.");
  module.def("submit_calls", &SubmitCalls, "client"_a, "name"_a, "function"_a, "arguments"_a, "inputs"_a, "offsets"_a, "indices"_a, "priority"_a, "retries"_a,
             "timeout"_a, "Calls a function once for each item of arguments; call i gets the values of inputs[indices[offsets[i]:offsets[i + 1]]], too.");
}

}  // namespace cask
