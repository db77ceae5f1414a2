// BackgroundLoad: the run that loads a persisted collection, from the point of view of who waits for it. One run may follow another. Thread-safe.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include "cask/local/run.h"

namespace cask {

class BackgroundLoad {
 public:
  /// Stops what still runs.
  ~BackgroundLoad();

  /// `run` loads from now on.
  void Begin(std::shared_ptr<Run> run);
  /// Nothing is loaded any more.
  void End(const Status& status);
  /// Whether loading has ended, after at most `seconds`. The error that ended it, if one did.
  Result<bool> Wait(double seconds);
  /// Stops the present run, and those that follow.
  void Cancel();
  /// Null before the first.
  std::shared_ptr<Run> run() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable ended_changed_;
  std::shared_ptr<Run> run_;
  bool is_cancelled_ = false;
  std::optional<Status> ended_;  // how loading ended
};

}  // namespace cask
