#include "python_caller.h"

#include <arrow/buffer.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <new>
#include <thread>

#include "cask/base/pool.h"
#include "cask/compute/python_caller.h"
#include "status.h"
#include "without_gil.h"

namespace nb = nanobind;

namespace cask {
namespace {

using Clock = std::chrono::steady_clock;

// How often calls are asked whether anybody still wants them, and how long a call that was interrupted has until it is again.
constexpr auto kLookInterval = std::chrono::milliseconds(20);
constexpr auto kPatience = std::chrono::seconds(1);

enum class Interruption : uint8_t { kNone, kCancelled, kTimeout };

// A call on its thread, from before it asks for the GIL until after it has given it back.
struct CallUnderWay {
  const std::function<bool()>& is_cancelled;
  std::optional<Clock::time_point> deadline;
  unsigned long thread = 0;  // 0: not in Python yet, or not any more
  Interruption interruption = Interruption::kNone;
  Clock::time_point next_interrupt = {};
};

// All calls, and the thread that looks after them. The mutex is never held while the GIL is asked for; it may be taken with the GIL.
class Calls {
 public:
  // False once the end has begun.
  bool Begin(CallUnderWay* call) {
    std::lock_guard lock(mutex_);
    if (is_ending_) return false;
    calls_.push_back(call);
    if (!has_watcher_) StartWatcher();
    changed_.notify_all();
    return true;
  }

  // With the GIL: from now on the thread may be interrupted.
  void Enter(CallUnderWay* call) {
    std::lock_guard lock(mutex_);
    call->thread = PyThread_get_thread_ident();
  }

  // With the GIL: from now on it is not. What was sent and has not arrived is taken back.
  void Leave(CallUnderWay* call) {
    std::lock_guard lock(mutex_);
    call->thread = 0;
    PyThreadState_SetAsyncExc(PyThread_get_thread_ident(), nullptr);
  }

  void End(CallUnderWay* call) {
    std::lock_guard lock(mutex_);
    calls_.remove(call);
    changed_.notify_all();
  }

  void BeginEnd() {
    std::lock_guard lock(mutex_);
    is_ending_ = true;
    changed_.notify_all();
  }

  bool WaitUntilNone(std::chrono::milliseconds at_most) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, at_most, [&] { return calls_.empty() && !has_watcher_; });
  }

 private:
  void StartWatcher() {
    has_watcher_ = true;
    std::thread([this] { Watch(); }).detach();
  }

  // Lives as long as there are calls, and a little longer.
  void Watch() {
    std::unique_lock lock(mutex_);
    while (!calls_.empty()) {
      changed_.wait_for(lock, kLookInterval);
      if (!NeedsInterrupt()) continue;
      lock.unlock();
      {
        nb::gil_scoped_acquire gil;
        Interrupt();
      }
      lock.lock();
    }
    has_watcher_ = false;
    changed_.notify_all();
  }

  bool NeedsInterrupt() {
    bool needs = false;
    for (CallUnderWay* call : calls_) {
      if (call->interruption == Interruption::kNone) call->interruption = ReasonToInterrupt(*call);
      needs |= IsDue(*call);
    }
    return needs;
  }

  Interruption ReasonToInterrupt(const CallUnderWay& call) const {
    if (is_ending_ || call.is_cancelled()) return Interruption::kCancelled;
    return call.deadline && Clock::now() >= *call.deadline ? Interruption::kTimeout : Interruption::kNone;
  }

  static bool IsDue(const CallUnderWay& call) {
    return call.interruption != Interruption::kNone && call.thread != 0 && Clock::now() >= call.next_interrupt;
  }

  void Interrupt() {
    std::lock_guard lock(mutex_);
    for (CallUnderWay* call : calls_) {
      if (!IsDue(*call)) continue;
      PyThreadState_SetAsyncExc(call->thread, PyExc_KeyboardInterrupt);
      call->next_interrupt = Clock::now() + kPatience;
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<CallUnderWay*> calls_;
  bool has_watcher_ = false;
  bool is_ending_ = false;
};

// Never destroyed. A forked child starts with no calls.
alignas(Calls) char calls_storage[sizeof(Calls)];
Calls* calls = [] {
  pthread_atfork(nullptr, nullptr, [] { new (calls_storage) Calls; });
  return new (calls_storage) Calls;
}();

thread_local bool is_calling = false;

nb::object Helper(const char* name) { return nb::module_::import_("cask._in_process").attr(name); }

// A NumPy array of the buffer's bytes, which keeps them: users' functions may keep what they get.
nb::object BytesToPython(const std::shared_ptr<arrow::Buffer>& buffer) {
  auto* keep = new std::shared_ptr<arrow::Buffer>(buffer);
  nb::capsule owner(keep, [](void* held) noexcept { delete static_cast<std::shared_ptr<arrow::Buffer>*>(held); });
  const size_t shape[] = {static_cast<size_t>(buffer->size())};
  auto* data = const_cast<uint8_t*>(buffer->data());
  if (!buffer->is_mutable()) return nb::cast(nb::ndarray<nb::numpy, const uint8_t>(data, 1, shape, owner));
  return nb::cast(nb::ndarray<nb::numpy, uint8_t>(data, 1, shape, owner));
}

// A view of a bytes-like object for as long as it is used here.
class View {
 public:
  explicit View(nb::handle object) {
    if (PyObject_GetBuffer(object.ptr(), &view_, PyBUF_SIMPLE) != 0) throw nb::python_error();
  }
  ~View() { PyBuffer_Release(&view_); }
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  const void* data() const { return view_.buf; }
  int64_t size() const { return view_.len; }

 private:
  Py_buffer view_;
};

// Copied: what a task gave must not depend on Python's memory, which ends with the interpreter.
Result<std::shared_ptr<arrow::Buffer>> Joined(nb::handle parts) {
  std::list<View> views;
  int64_t size = 0;
  for (nb::handle part : parts) size += views.emplace_back(part).size();
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> joined, arrow::AllocateBuffer(size, BufferPool()));
  uint8_t* out = joined->mutable_data();
  for (const View& view : views) {
    if (view.size() > 0) std::memcpy(out, view.data(), static_cast<size_t>(view.size()));
    out += view.size();
  }
  return joined;
}

// With the GIL.
Result<std::shared_ptr<arrow::Buffer>> CallHandler(const PythonCall& call) {
  try {
    nb::list arguments;
    for (const auto& argument : call.arguments) arguments.append(BytesToPython(argument));
    return Joined(Helper("call_handler")(call.function_token.ToString(), BytesToPython(call.function), arguments));
  } catch (nb::python_error& error) {
    return StatusOfException(error);
  }
}

class CallerInThisProcess final : public PythonCaller {
 public:
  Result<std::shared_ptr<arrow::Buffer>> Call(const PythonCall& call, const std::function<bool()>& is_cancelled) override {
    CallUnderWay under_way{is_cancelled, std::nullopt};
    if (call.timeout_seconds > 0) {
      under_way.deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(call.timeout_seconds));
    }
    if (!calls->Begin(&under_way)) return CancelledError("Python is ending");
    auto result = InPython(call, &under_way);
    calls->End(&under_way);
    if (result.ok() || under_way.interruption == Interruption::kNone) return result;
    if (under_way.interruption == Interruption::kCancelled) return CancelledError("{} was interrupted", call.name);
    return TimeoutError("{} took more than {} s", call.name, call.timeout_seconds);
  }

 private:
  static Result<std::shared_ptr<arrow::Buffer>> InPython(const PythonCall& call, CallUnderWay* under_way) {
    nb::gil_scoped_acquire gil;
    calls->Enter(under_way);
    is_calling = true;
    auto result = CallHandler(call);
    is_calling = false;
    calls->Leave(under_way);
    return result;
  }
};

}  // namespace

void CallFunctionsInThisProcess() { SetPythonCaller(std::make_shared<CallerInThisProcess>()); }

void BeginEndOfCalls() { calls->BeginEnd(); }

bool WaitUntilCallsHaveEnded() {
  return WithoutGil([] {
    while (!calls->WaitUntilNone(std::chrono::milliseconds(100))) {
      if (!CheckPythonSignals().ok()) return false;
    }
    return true;
  });
}

void RefuseWithinCalls() {
  if (!is_calling) return;
  RaiseIfError(NotImplementedError("a function that is called for a partition cannot compute lazy collections; compute() them before"));
}

Status StatusOfException(nb::python_error& error) {
  try {
    const nb::tuple packed = nb::cast<nb::tuple>(Helper("pack_error")(error.value()));
    const nb::bytes payload = nb::cast<nb::bytes>(packed[1]);
    return PythonError(nb::cast<std::string>(packed[0]), std::string(payload.c_str(), payload.size()));
  } catch (nb::python_error& other) {
    return PythonError(other.what(), "");
  }
}

}  // namespace cask
