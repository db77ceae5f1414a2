#include "cask/local/engine.h"

#include <arrow/buffer.h>
#include <arrow/memory_pool.h>
#include <arrow/type.h>
#include <pthread.h>

#include <atomic>
#include <limits>
#include <mutex>

#include "cask/base/exit_handler.h"
#include "cask/base/pool.h"
#include "cask/local/core.h"

namespace cask {

class LocalRun final : public Run {
 public:
  LocalRun(std::shared_ptr<LocalEngine::Core> core, std::shared_ptr<RunState> state) : core_(std::move(core)), state_(std::move(state)) {}
  ~LocalRun() override { core_->Release(*state_); }

  Status Wait(const std::function<Status()>& check_interrupt) override { return core_->Wait(*state_, check_interrupt); }
  bool WaitFor(double seconds) override { return core_->WaitFor(*state_, seconds); }
  bool done() const override { return core_->HasEnded(*state_); }
  void Cancel() override { core_->Cancel(*state_); }
  std::vector<LayerProgress> Progress() const override { return core_->Progress(*state_); }
  const std::string& name() const override { return state_->options.name; }
  Result<std::vector<TaskPieces>> TakeOutputs() override { return core_->TakeOutputs(*state_); }
  std::vector<TaskEvidence> TakeEvidence() override { return core_->TakeEvidence(*state_); }

 private:
  std::shared_ptr<LocalEngine::Core> core_;
  std::shared_ptr<RunState> state_;
};

LocalEngine::LocalEngine(EngineOptions options) : core_(std::make_shared<Core>(std::move(options))) { core_->StartThreads(); }

LocalEngine::~LocalEngine() {
  core_->Shutdown(std::numeric_limits<double>::infinity());
  // In a fork, nothing of the core can be taken apart: its locks may be held by threads that do not exist.
  if (!core_->is_own_process()) new std::shared_ptr<Core>(core_);
}

std::shared_ptr<Run> LocalEngine::Submit(Plan plan, SubmitOptions options) {
  auto state = std::make_shared<RunState>(std::move(plan), std::move(options));
  auto run = std::make_shared<LocalRun>(core_, state);
  state->handle = run;
  core_->Submit(state);
  return run;
}

Store& LocalEngine::store() { return core_->store(); }
int LocalEngine::num_threads() const { return core_->num_threads(); }
std::vector<std::shared_ptr<Run>> LocalEngine::ActiveRuns() const { return core_->ActiveRuns(); }
bool LocalEngine::Shutdown(double seconds) { return core_->Shutdown(seconds); }

namespace {

// How long a process that exits waits for tasks that do not stop.
constexpr double kExitSeconds = 5;

std::atomic<LocalEngine*> default_engine{nullptr};
alignas(std::mutex) char making_storage[sizeof(std::mutex)];
// Never destroyed: other threads may ask for the engine until the last moment.
std::mutex* making = new (making_storage) std::mutex;

// What tasks use of Arrow in every step, so that it is made before the handler that stops them is set.
void MakeWhatTasksUse() {
  for (const auto& factory : {arrow::null, arrow::boolean, arrow::int8, arrow::int16, arrow::int32, arrow::int64, arrow::uint8, arrow::uint16,
                              arrow::uint32, arrow::uint64, arrow::float32, arrow::float64, arrow::utf8, arrow::large_utf8, arrow::binary,
                              arrow::large_binary}) {
    (void)factory();
  }
  (void)arrow::AllocateBuffer(1, BufferPool());
}

void StopDefaultEngine() {
  LocalEngine* engine = default_engine.load();
  // Where a task does not stop, its thread still needs the engine.
  if (engine != nullptr && engine->Shutdown(kExitSeconds)) {
    default_engine.store(nullptr);
    // A thread that waits for a run as long as the process lives keeps the store alive.
    engine->store().RemoveFiles();
    delete engine;
  }
}

void ForgetDefaultEngine() {
  default_engine.store(nullptr);
  making = new (making_storage) std::mutex;
}

}  // namespace

LocalEngine& LocalEngine::Default() {
  if (LocalEngine* engine = default_engine.load()) return *engine;
  std::lock_guard lock(*making);
  if (LocalEngine* engine = default_engine.load()) return *engine;
  static const bool handlers_set = [] {
    MakeWhatTasksUse();
    pthread_atfork(nullptr, nullptr, ForgetDefaultEngine);
    SetExitHandler(StopDefaultEngine);
    return true;
  }();
  (void)handlers_set;
  auto* engine = new LocalEngine;
  default_engine.store(engine);
  return *engine;
}

bool LocalEngine::StopDefault(double seconds) {
  LocalEngine* engine = default_engine.load();
  return engine == nullptr || engine->Shutdown(seconds);
}

void LocalEngine::RemoveFilesOfDefault() {
  if (LocalEngine* engine = default_engine.load()) engine->store().RemoveFiles();
}

}  // namespace cask
