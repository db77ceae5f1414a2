#include "cask/base/serial_thread.h"

#include <utility>

#include "cask/base/threads.h"

namespace cask {

SerialThread::SerialThread(std::string name) : thread_(StartThread(name, [this] { Run(); })) {}

void SerialThread::Post(std::function<void()> work) {
  std::lock_guard lock(mutex_);
  if (is_stopped_) return;
  queue_.push_back(std::move(work));
  changed_.notify_one();
}

void SerialThread::Stop() {
  std::deque<std::function<void()>> dropped;
  {
    std::lock_guard lock(mutex_);
    is_stopped_ = true;
    dropped = std::exchange(queue_, {});
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void SerialThread::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return is_stopped_ || !queue_.empty(); });
    if (is_stopped_) return;
    const std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace cask
