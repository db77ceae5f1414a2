// SerialThread: a thread that does what it is given one after another, in order. For work that is too long for a thread that others wait for.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace cask {

/// Thread-safe.
class SerialThread {
 public:
  explicit SerialThread(std::string name);
  ~SerialThread() { Stop(); }

  /// Nothing happens after Stop().
  void Post(std::function<void()> work);
  /// Waits for what is being done; what has not begun is dropped. Not from the thread itself.
  void Stop();
  bool is_this_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool is_stopped_ = false;
  std::thread thread_;
};

}  // namespace cask
