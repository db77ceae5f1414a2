#include "cask/compute/python_caller.h"

#include <mutex>

namespace cask {
namespace {

// Never destroyed: threads that outlive static objects may still ask.
struct CallerOfProcess {
  std::mutex mutex;
  std::shared_ptr<PythonCaller> caller;
};

CallerOfProcess& TheCaller() {
  static auto* const held = new CallerOfProcess;
  return *held;
}

}  // namespace

Token TokenOfFunction(std::string_view function) { return Tokenizer("python function").Add(function).Finish(); }

void SetPythonCaller(std::shared_ptr<PythonCaller> caller) {
  CallerOfProcess& held = TheCaller();
  std::lock_guard lock(held.mutex);
  std::swap(held.caller, caller);
}

std::shared_ptr<PythonCaller> GetPythonCaller() {
  CallerOfProcess& held = TheCaller();
  std::lock_guard lock(held.mutex);
  return held.caller;
}

}  // namespace cask
