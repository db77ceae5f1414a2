// What children print: each line is logged, and the last ones are kept for errors.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cask/base/descriptor.h"
#include "cask/base/error.h"

namespace cask {

/// Of one child. Thread-safe.
class ChildOutput {
 public:
  /// `pipe`: what to read from, without blocking.
  explicit ChildOutput(int pipe) : pipe_(pipe) {}

  int fd() const { return pipe_.get(); }
  void set_pid(pid_t pid) { pid_.store(pid); }

  /// Takes what is there now.
  void Read();
  /// Whether nothing can come any more.
  bool has_ended() const { return has_ended_.load(); }
  /// The lines until now do not count as last lines any more.
  void Forget();
  std::vector<std::string> LastLines();

 private:
  void ReadLocked();
  void Add(std::string_view bytes);
  void EndLine();

  Descriptor pipe_;
  std::atomic<pid_t> pid_{0};
  std::atomic<bool> has_ended_{false};
  std::mutex mutex_;
  std::string line_;  // the beginning of one
  std::deque<std::string> last_lines_;
};

/// A thread that reads the output of many children. Thread-safe.
class OutputReader {
 public:
  /// `on_end`: called on the reader's thread when the output of one has ended.
  static Result<std::unique_ptr<OutputReader>> Make(std::function<void()> on_end);
  ~OutputReader() { Stop(); }

  Status Add(std::shared_ptr<ChildOutput> output);
  void Remove(const ChildOutput& output);
  /// Waits for `on_end` if it is being called. Nothing is read any more.
  void Stop();

 private:
  OutputReader(int epoll, int stop, std::function<void()> on_end) : epoll_(epoll), stop_(stop), on_end_(std::move(on_end)) {}
  bool WaitFor(int fd);
  void Run();
  void OnReadable(int fd);

  Descriptor epoll_, stop_;
  const std::function<void()> on_end_;
  std::mutex mutex_;
  std::map<int, std::shared_ptr<ChildOutput>> outputs_;  // by descriptor
  std::thread thread_;
};

}  // namespace cask
