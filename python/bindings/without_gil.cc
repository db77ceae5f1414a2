#include "without_gil.h"

#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <new>
#include <optional>
#include <thread>

namespace cask {
namespace {

// Who is where. The mutex is never held while the GIL is asked for.
struct Border {
  std::mutex mutex;
  std::condition_variable changed;
  int num_outside = 0;  // threads in a stay that may still come back
  int num_known = 0;    // threads that were ever outside, and neither ended nor stay there
  bool ending = false;
  std::thread::id last;  // who ends the interpreter

  void Add(int* number, int change) {
    std::lock_guard lock(mutex);
    *number += change;
    changed.notify_all();
  }
  bool MustStay() {
    std::lock_guard lock(mutex);
    return ending && std::this_thread::get_id() != last;
  }
};

// Never destroyed: threads that stay outside use it as long as the process lives.
alignas(Border) char border_storage[sizeof(Border)];
Border* border = [] {
  pthread_atfork(nullptr, nullptr, [] { new (border_storage) Border; });
  return new (border_storage) Border;
}();

// Counts its thread as known from its first use to the thread's end.
struct KnownThread {
  KnownThread() { border->Add(&border->num_known, 1); }
  ~KnownThread() { border->Add(&border->num_known, -1); }
};
thread_local std::optional<KnownThread> known_thread;

// For a thread that is outside and counted as such.
void StayIfTheEndHasBegun() {
  if (!border->MustStay()) return;
  known_thread.reset();
  border->Add(&border->num_outside, -1);
  while (true) pause();
}

// A thread that runs Python code called from C++ is ended by Python as well. It will most likely be outside, and stay there, within
// this time; one that does without Cask by now costs the end of the interpreter so much.
constexpr auto kGraceTime = std::chrono::milliseconds(100);

}  // namespace

OutsidePython::OutsidePython() : state_(PyEval_SaveThread()) {
  if (!known_thread) known_thread.emplace();
  border->Add(&border->num_outside, 1);
  StayIfTheEndHasBegun();
}

OutsidePython::~OutsidePython() {
  StayIfTheEndHasBegun();
  PyEval_RestoreThread(state_);
  border->Add(&border->num_outside, -1);
}

VisitPython::VisitPython() {
  StayIfTheEndHasBegun();
  state_ = PyGILState_Ensure();
}

void BeginEnd() {
  std::lock_guard lock(border->mutex);
  border->ending = true;
  border->last = std::this_thread::get_id();
}

void WaitUntilAllStay(double seconds) {
  // Of the calling thread's own stays none is under way: it is inside, save for this.
  known_thread.reset();
  PyThreadState* state = PyEval_SaveThread();
  {
    std::unique_lock lock(border->mutex);
    border->changed.wait_for(lock, std::chrono::duration<double>(seconds), [] { return border->num_outside == 0; });
    border->changed.wait_for(lock, kGraceTime, [] { return border->num_known == 0; });
  }
  PyEval_RestoreThread(state);
}

}  // namespace cask
