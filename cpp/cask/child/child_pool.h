// ChildPool: the Python processes beside a worker in which users' functions run. docs/python.md
//
// A call has a child to itself, started when first needed and kept for later calls; the one used last is used first, as its memory is warm. Thread-safe.
//
// Invariants:
//   1. There are at most `max_children`, the idle ones included.
//   2. A child has at most one call. What a call leaves in doubt ends its child.
//   3. Children end with the pool, or with this process however it ends. None is left unreaped.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "cask/base/serial_thread.h"
#include "cask/child/child.h"
#include "cask/compute/python_caller.h"

namespace cask {

struct ChildPoolOptions {
  std::string python = "python3";  // a path, or a name to look for in $PATH; it must be able to import cask
  int max_children = 1;            // calls beyond that wait for one
  /// Private memory that each may have, arguments that it maps included; 0: no limit. A function that wants more gets a MemoryError.
  int64_t memory_limit_bytes = 0;
  /// Added to the environment that this process has when the pool is made.
  std::vector<std::pair<std::string, std::string>> environment;
};

class ChildPool final : public PythonCaller {
 public:
  static Result<std::unique_ptr<ChildPool>> Make(ChildPoolOptions options);
  /// No call may be under way.
  ~ChildPool() override;

  Result<std::shared_ptr<arrow::Buffer>> Call(const PythonCall& call, const std::function<bool()>& is_cancelled) override;

  /// Those that there are now, idle or not.
  int num_children() const;

 private:
  explicit ChildPool(ChildPoolOptions options);

  Result<std::unique_ptr<Child>> Take(const PythonCall& call, const Child::IsCancelled& is_cancelled);
  void GiveBack(std::unique_ptr<Child> child);
  void Destroy(std::vector<std::unique_ptr<Child>> children);
  Result<std::unique_ptr<Child>> Start(const Child::IsCancelled& is_cancelled);
  Result<std::unique_ptr<Child>> StartChild();
  Result<std::unique_ptr<ChildProcess>> StartProcess(int socket, int output);
  void DropEnded();

  const ChildPoolOptions options_;
  const std::vector<std::string> environment_;  // of each child, all of it
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Child>> idle_;  // the one used last at the end
  int num_children_ = 0;                      // those being started or ended included
  std::unique_ptr<OutputReader> reader_;
  SerialThread starter_;  // children end with the thread that started them
};

}  // namespace cask
