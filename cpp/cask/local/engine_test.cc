#include "cask/local/engine.h"

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/memory_pool.h>
#include <arrow/type.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <new>
#include <stdexcept>
#include <thread>

#include "cask/base/pool.h"
#include "cask/base/random.h"
#include "cask/data/batch.h"

namespace cask {
namespace {

struct Number : Piece {
  explicit Number(int64_t value) : value(value) { ++alive; }
  ~Number() override { --alive; }
  int64_t num_bytes() const override { return 8; }
  int64_t value;
  static std::atomic<int64_t> alive;
};
std::atomic<int64_t> Number::alive{0};

using BodyFunction = std::function<Result<TaskPieces>(TaskContext&)>;

class FunctionBody final : public TaskBody {
 public:
  explicit FunctionBody(BodyFunction run, int num_outputs = 1) : run_(std::move(run)), num_outputs_(num_outputs) {}
  int num_outputs() const override { return num_outputs_; }
  Result<TaskPieces> Run(TaskContext& context) const override { return run_(context); }
  std::string Describe() const override { return "function"; }

 private:
  BodyFunction run_;
  int num_outputs_;
};

std::shared_ptr<const TaskBody> Body(BodyFunction run) { return std::make_shared<FunctionBody>(std::move(run)); }

TaskPieces One(int64_t value) { return {std::make_shared<Number>(value)}; }
int64_t ValueOf(const std::shared_ptr<const Piece>& piece) { return static_cast<const Number&>(*piece).value; }

std::shared_ptr<const TaskBody> Ids() {
  return Body([](TaskContext& context) -> Result<TaskPieces> { return One(context.partition()); });
}
std::shared_ptr<const TaskBody> Sum() {
  return Body([](TaskContext& context) -> Result<TaskPieces> {
    int64_t sum = 0;
    for (const auto& group : context.inputs()) {
      for (const auto& piece : group) sum += ValueOf(piece);
    }
    return One(sum);
  });
}

Plan Independent(int64_t n, std::shared_ptr<const TaskBody> body) { return {{{"source", n, std::move(body), {}}}, {{0, 0}}}; }

Plan TreeSum(int64_t n, int64_t fan_in) {
  Plan plan{{{"source", n, Ids(), {}}}, {}};
  while (n > 1) {
    const int64_t parents = (n + fan_in - 1) / fan_in;
    plan.layers.push_back({"sum", parents, Sum(), {{static_cast<int>(plan.layers.size()) - 1, 0, Tree(n, fan_in)}}});
    n = parents;
  }
  plan.outputs = {{static_cast<int>(plan.layers.size()) - 1, 0}};
  return plan;
}

// Lets tasks wait for each other and for the test.
class Gate {
 public:
  void Open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Arrive() {
    std::lock_guard lock(mutex_);
    ++arrived_;
    changed_.notify_all();
  }
  void AwaitArrivals(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= count; });
  }
  void AwaitOpen() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return open_; });
  }
  bool is_open() {
    std::lock_guard lock(mutex_);
    return open_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int arrived_ = 0;
};

class EngineTest : public testing::Test {
 protected:
  void TearDown() override {
    engine_.Shutdown(60);
    EXPECT_EQ(Number::alive, 0) << "pieces were leaked";
    EXPECT_EQ(engine_.store().memory_bytes(), 0);
  }
  LocalEngine engine_{EngineOptions{.num_threads = 2, .store = {}}};
};

TEST_F(EngineTest, GivesOutputsInOrder) {
  const auto run = engine_.Submit(Independent(100, Ids()), {.name = "ids"});
  ASSERT_TRUE(run->Wait().ok());
  EXPECT_TRUE(run->done());
  EXPECT_EQ(run->name(), "ids");
  EXPECT_FALSE(run->TakeOutputs().ValueOrDie().empty());
  EXPECT_FALSE(run->TakeOutputs().ok());
  const auto again = engine_.Submit(Independent(100, Ids()));
  ASSERT_TRUE(again->Wait().ok());
  const auto outputs = again->TakeOutputs().ValueOrDie();
  ASSERT_EQ(outputs.size(), 1u);
  ASSERT_EQ(outputs[0].size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ValueOf(outputs[0][i]), i);
}

TEST_F(EngineTest, ReducesInATree) {
  for (int64_t n : {1, 2, 5, 1000}) {
    const auto run = engine_.Submit(TreeSum(n, 4));
    ASSERT_TRUE(run->Wait().ok());
    EXPECT_EQ(ValueOf(run->TakeOutputs().ValueOrDie()[0][0]), n * (n - 1) / 2);
  }
}

TEST_F(EngineTest, PassesInputGroupsAndOutputsSeparately) {
  Plan plan;
  plan.layers.push_back({"two", 4,
                         std::make_shared<FunctionBody>(
                             [](TaskContext& context) -> Result<TaskPieces> {
                               return TaskPieces{std::make_shared<Number>(context.partition()), std::make_shared<Number>(context.partition() * 100)};
                             },
                             2),
                         {}});
  plan.layers.push_back({"difference", 4, Body([](TaskContext& context) -> Result<TaskPieces> {
                           const auto& inputs = context.inputs();
                           return One(ValueOf(inputs[0][0]) - ValueOf(inputs[1][0]));
                         }),
                         {{0, 1, OneToOne()}, {0, 0, OneToOne()}}});
  plan.outputs = {{1, 0}, {0, 1}};
  const auto run = engine_.Submit(plan);
  ASSERT_TRUE(run->Wait().ok());
  const auto outputs = run->TakeOutputs().ValueOrDie();
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(ValueOf(outputs[0][i]), 99 * i);
    EXPECT_EQ(ValueOf(outputs[1][i]), 100 * i);
  }
}

TEST_F(EngineTest, AnEmptyPlanEndsAtOnce) {
  std::atomic<int> finished{0};
  const auto run = engine_.Submit(Independent(0, Ids()), {.on_finish = [&](const Status& status) { finished += status.ok() ? 1 : 100; }});
  ASSERT_TRUE(run->Wait().ok());
  EXPECT_TRUE(run->TakeOutputs().ValueOrDie()[0].empty());
  engine_.Shutdown(60);
  EXPECT_EQ(finished, 1);
}

TEST_F(EngineTest, TheFirstFailureEndsTheRunAndSaysWhichTaskItWas) {
  std::atomic<int> ran{0};
  const auto run = engine_.Submit(Independent(1000, Body([&](TaskContext& context) -> Result<TaskPieces> {
                                    ++ran;
                                    if (context.partition() == 1) return ValueError("bad value '{}'", "x");
                                    while (context.partition() == 0) ARROW_RETURN_NOT_OK(context.Breathe());
                                    return One(1);
                                  })));
  const Status status = run->Wait();
  EXPECT_EQ(KindOf(status), ErrorKind::kValue);
  EXPECT_EQ(Describe(status), "bad value 'x'\n  in source, task 2 of 1000");
  EXPECT_FALSE(run->TakeOutputs().ok());
  // The task that is being stopped may still count itself.
  engine_.Shutdown(60);
  EXPECT_LT(ran, 1000);
}

TEST_F(EngineTest, RetriesWhatFailed) {
  std::atomic<int> attempts{0};
  const auto run = engine_.Submit(Independent(1, Body([&](TaskContext&) -> Result<TaskPieces> {
                                    if (++attempts < 3) return OSError("not yet");
                                    return One(attempts);
                                  })),
                                  {.retries = 2});
  ASSERT_TRUE(run->Wait().ok());
  EXPECT_EQ(attempts, 3);
}

TEST_F(EngineTest, ExceptionsBecomeErrors) {
  const auto status_of = [&](std::function<void()> raise) {
    return engine_.Submit(Independent(1, Body([=](TaskContext&) -> Result<TaskPieces> {
                            raise();
                            return One(1);
                          })))
        ->Wait();
  };
  EXPECT_EQ(KindOf(status_of([] { throw std::bad_alloc(); })), ErrorKind::kMemory);
  EXPECT_NE(status_of([] { throw std::runtime_error("odd"); }).message().find("odd"), std::string::npos);
  EXPECT_EQ(KindOf(status_of([] { throw 3; })), ErrorKind::kInternal);
}

TEST_F(EngineTest, CancelStopsRunningTasks) {
  Gate gate;
  std::atomic<int> finished{0};
  const auto run = engine_.Submit(Independent(100, Body([&](TaskContext& context) -> Result<TaskPieces> {
                                    gate.Arrive();
                                    while (true) ARROW_RETURN_NOT_OK(context.Breathe());
                                  })),
                                  {.on_finish = [&](const Status& status) { finished += KindOf(status) == ErrorKind::kCancelled ? 1 : 100; }});
  gate.AwaitArrivals(2);
  EXPECT_FALSE(run->done());
  EXPECT_EQ(engine_.ActiveRuns().size(), 1u);
  EXPECT_EQ(run->Progress()[0].processing, 2);
  run->Cancel();
  EXPECT_EQ(KindOf(run->Wait()), ErrorKind::kCancelled);
  EXPECT_TRUE(engine_.ActiveRuns().empty());
  run->Cancel();
  engine_.Shutdown(60);
  EXPECT_EQ(finished, 1);
}

TEST_F(EngineTest, LettingGoOfARunStopsIt) {
  Gate gate;
  std::atomic<int> stopped{0};
  auto run = engine_.Submit(Independent(3, Body([&](TaskContext& context) -> Result<TaskPieces> {
    gate.Arrive();
    Status status;
    while (status.ok()) status = context.Breathe();
    ++stopped;
    return status;
  })));
  gate.AwaitArrivals(2);
  run.reset();
  engine_.Shutdown(60);
  EXPECT_EQ(stopped, 2);
}

TEST_F(EngineTest, AnInterruptCancelsAndIsReturned) {
  const auto run = engine_.Submit(Independent(1, Body([&](TaskContext& context) -> Result<TaskPieces> {
    while (true) ARROW_RETURN_NOT_OK(context.Breathe());
  })));
  int calls = 0;
  const Status status = run->Wait([&] { return ++calls == 2 ? CancelledError("interrupted") : Status::OK(); });
  EXPECT_EQ(status.message(), "interrupted");
  EXPECT_EQ(KindOf(run->Wait()), ErrorKind::kCancelled);
}

TEST_F(EngineTest, WaitsForALimitedTime) {
  Gate gate;
  const auto run = engine_.Submit(Independent(1, Body([&](TaskContext&) -> Result<TaskPieces> {
    gate.AwaitOpen();
    return One(1);
  })));
  EXPECT_FALSE(run->WaitFor(0.001));
  gate.Open();
  EXPECT_TRUE(run->WaitFor(1000));
}

TEST_F(EngineTest, UrgentWorkRunsOnThreadsThatBackgroundWorkHas) {
  Gate started, done;
  const auto background = engine_.Submit(Independent(2, Body([&](TaskContext& context) -> Result<TaskPieces> {
                                           started.Arrive();
                                           while (!done.is_open()) ARROW_RETURN_NOT_OK(context.Breathe());
                                           return One(1);
                                         })),
                                         {.priority = Priority::kBackground});
  started.AwaitArrivals(2);
  // Both threads are taken by tasks that end only after this.
  const auto urgent = engine_.Submit(TreeSum(100, 3));
  ASSERT_TRUE(urgent->Wait().ok());
  EXPECT_EQ(ValueOf(urgent->TakeOutputs().ValueOrDie()[0][0]), 4950);
  EXPECT_FALSE(background->done());
  const auto interactive = engine_.Submit(Independent(1, Ids()), {.priority = Priority::kInteractive});
  ASSERT_TRUE(interactive->Wait().ok());
  done.Open();
  ASSERT_TRUE(background->Wait().ok());
}

struct Seen final : Evidence {
  explicit Seen(int64_t task) : task(task) {}
  int64_t task;
};

TEST_F(EngineTest, CollectsEvidenceInOrderAlsoOfFailedRuns) {
  const auto body = [](bool fail) {
    return Body([fail](TaskContext& context) -> Result<TaskPieces> {
      context.AddEvidence(std::make_shared<Seen>(context.partition()));
      if (fail) return ValueError("no");
      return One(1);
    });
  };
  const auto run = engine_.Submit(Independent(50, body(false)));
  ASSERT_TRUE(run->Wait().ok());
  const auto evidence = run->TakeEvidence();
  ASSERT_EQ(evidence.size(), 50u);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(static_cast<const Seen&>(*evidence[i].evidence).task, i);
  EXPECT_TRUE(run->TakeEvidence().empty());
  const auto failed = engine_.Submit(Independent(1, body(true)));
  EXPECT_FALSE(failed->Wait().ok());
  EXPECT_EQ(failed->TakeEvidence().size(), 1u);
}

TEST_F(EngineTest, ReportsProgressAndEachTask) {
  std::atomic<int64_t> seen{0};
  const auto run = engine_.Submit(TreeSum(16, 4), {.on_task_done = [&](int, int64_t, const TaskPieces& pieces) { seen += pieces.size(); }});
  ASSERT_TRUE(run->Wait().ok());
  EXPECT_EQ(seen, 16 + 4 + 1);
  const auto progress = run->Progress();
  ASSERT_EQ(progress.size(), 3u);
  EXPECT_EQ(progress[0].name, "source");
  EXPECT_EQ(progress[0].total, 16);
  EXPECT_EQ(progress[0].done, 16);
  EXPECT_EQ(progress[0].in_memory, 0);
  EXPECT_EQ(progress[2].in_memory, 1);
}

TEST_F(EngineTest, HoldsNoMoreThanItMust) {
  std::atomic<int64_t> most{0};
  const auto run = engine_.Submit(TreeSum(5000, 8), {.on_task_done = [&](int, int64_t, const TaskPieces&) {
                                    const int64_t alive = Number::alive;
                                    for (int64_t seen = most; alive > seen && !most.compare_exchange_weak(seen, alive);) {
                                    }
                                  }});
  ASSERT_TRUE(run->Wait().ok());
  // Eight partial sums a level of the tree, for each thread, and what is being freed.
  EXPECT_LT(most, 200);
}

TEST(EngineMemory, ShortageSlowsWorkButDoesNotStopIt) {
  LocalEngine engine({.num_threads = 2, .store = {.memory_limit_bytes = 1000, .scratch_directory = {}}});
  // Held by somebody else, more than the engine may use.
  uint8_t* block;
  ASSERT_TRUE(BufferPool()->Allocate(100'000, &block).ok());
  const auto run = engine.Submit(TreeSum(500, 4));
  ASSERT_TRUE(run->Wait().ok());
  EXPECT_EQ(ValueOf(run->TakeOutputs().ValueOrDie()[0][0]), 500 * 499 / 2);
  BufferPool()->Free(block, 100'000);
}

TEST_F(EngineTest, AStoppedEngineRefusesWork) {
  ASSERT_TRUE(engine_.Shutdown(60));
  const auto run = engine_.Submit(Independent(5, Ids()));
  EXPECT_EQ(KindOf(run->Wait()), ErrorKind::kCancelled);
}

TEST_F(EngineTest, ManyRunsFromManyThreads) {
  const uint64_t seed = FreshSeed();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Random random(seed + t);
      for (int i = 0; i < 60; ++i) {
        const int64_t n = random.Between(1, 300);
        const auto run = engine_.Submit(TreeSum(n, random.Between(2, 9)), {.priority = static_cast<Priority>(random.Below(3))});
        switch (random.Below(4)) {
          case 0: break;  // let go of at once
          case 1: run->Cancel(); break;
          default:
            ASSERT_TRUE(run->Wait().ok());
            EXPECT_EQ(ValueOf(run->TakeOutputs().ValueOrDie()[0][0]), n * (n - 1) / 2);
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

#if !defined(__SANITIZE_THREAD__)  // the sanitizer itself does not survive a fork of many threads
TEST(DefaultEngine, AForkedChildMakesItsOwn) {
  auto before = LocalEngine::Default().Submit(Independent(10, Ids()));
  ASSERT_TRUE(before->Wait().ok());
  const pid_t child = fork();
  if (child == 0) {
    const auto run = LocalEngine::Default().Submit(TreeSum(100, 3));
    const bool ok = run->Wait().ok() && run->TakeOutputs().ok() && !before->Wait().ok();
    before.reset();
    const bool stopped = LocalEngine::Default().Shutdown(60);
    // Without the handlers of exit(): a leak checker would find what the threads had that the child does not have.
    _exit(ok && stopped ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(before->TakeOutputs().ok());
}
#endif

void ExitWhileWorkGoesOn() {
  static const auto run = LocalEngine::Default().Submit(Independent(1000, Body([](TaskContext& context) -> Result<TaskPieces> {
    while (true) ARROW_RETURN_NOT_OK(context.Breathe());
  })));
  std::exit(7);
}

TEST(DefaultEngineDeathTest, TheProcessEndsWhileWorkGoesOn) {
  // In a new process rather than in a fork of this one.
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(ExitWhileWorkGoesOn(), testing::ExitedWithCode(7), "");
}

// Lets tasks go on until they have done some more steps.
struct MoreSteps {
  ~MoreSteps() {
    for (const int64_t until = steps + 10'000; steps < until;) std::this_thread::yield();
  }
  static inline std::atomic<int64_t> steps{0};
};

void ExitWhileTasksMakeColumns() {
  LocalEngine& engine = LocalEngine::Default();
  // Destroyed after whatever tasks make once in a process, and before the engine is stopped.
  static const MoreSteps more_steps;
  // Never let go of, which would stop the tasks.
  [[maybe_unused]] static const auto& run = *new std::shared_ptr<Run>(engine.Submit(Independent(8, Body([](TaskContext& context) -> Result<TaskPieces> {
    while (true) {
      ARROW_RETURN_NOT_OK(context.Breathe());
      for (Kind kind : {Kind::kBool, Kind::kInt8, Kind::kInt64, Kind::kUInt16, Kind::kFloat32, Kind::kFloat64, Kind::kString, Kind::kNull}) {
        ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer(64, context.pool()));
        Column column = arrow::ArrayData::Make(DType(kind).arrow_type(), 0, {nullptr, std::move(buffer)}, 0);
        Column bytes = arrow::ArrayData::Make(arrow::uint8(), 0, {nullptr, column->buffers[1]}, 0);
      }
      ++MoreSteps::steps;
    }
  }))));
  while (MoreSteps::steps == 0) std::this_thread::yield();
  std::exit(7);
}

TEST(DefaultEngineDeathTest, WhatTasksUseOutlivesThem) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(ExitWhileTasksMakeColumns(), testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace cask
