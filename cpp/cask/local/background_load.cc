#include "cask/local/background_load.h"

#include <chrono>
#include <utility>

namespace cask {

BackgroundLoad::~BackgroundLoad() {
  if (run_) run_->Cancel();
}

void BackgroundLoad::Begin(std::shared_ptr<Run> run) {
  std::lock_guard lock(mutex_);
  run_ = std::move(run);
  if (is_cancelled_) run_->Cancel();
}

void BackgroundLoad::End(const Status& status) {
  std::lock_guard lock(mutex_);
  ended_ = status;
  ended_changed_.notify_all();
}

Result<bool> BackgroundLoad::Wait(double seconds) {
  std::unique_lock lock(mutex_);
  if (!ended_changed_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return ended_.has_value(); })) return false;
  ARROW_RETURN_NOT_OK(*ended_);
  return true;
}

void BackgroundLoad::Cancel() {
  std::shared_ptr<Run> present;
  {
    std::lock_guard lock(mutex_);
    is_cancelled_ = true;
    present = run_;
  }
  if (present) present->Cancel();
}

std::shared_ptr<Run> BackgroundLoad::run() const {
  std::lock_guard lock(mutex_);
  return run_;
}

}  // namespace cask
