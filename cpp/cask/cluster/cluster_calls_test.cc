// Calls of functions on a cluster. In Python's place is a caller that adds numbers: what a function is means nothing to scheduler and workers.

#include <arrow/buffer.h>
#include <gtest/gtest.h>

#include <atomic>
#include <numeric>

#include "cask/base/random.h"
#include "cask/base/test_seeds.h"
#include "cask/cluster/calls_run.h"
#include "cask/cluster/program.h"
#include "cask/cluster/test_cluster.h"
#include "cask/compute/python_caller.h"

namespace cask {
namespace {

constexpr double kPatience = TestCluster::kPatienceSeconds;
constexpr size_t kLong = 10'000;  // too long to go along with the news

// Values are decimal numbers; "sum" adds those that it gets, "long" gives theirs with many blanks behind it, "fail" fails if they are 0 together, "wait" waits
// until its run is cancelled.
class Adder final : public PythonCaller {
 public:
  Result<std::shared_ptr<arrow::Buffer>> Call(const PythonCall& call, const std::function<bool()>& is_cancelled) override {
    num_calls.fetch_add(1);
    int64_t sum = 0;
    for (const auto& argument : call.arguments) sum += std::stoll(argument->ToString());
    const std::string function = call.function->ToString();
    if (function == "fail" && sum == 0) return PythonError("it is 0", "pickled");
    while (function == "wait" && !is_cancelled()) std::this_thread::yield();
    std::string text = std::to_string(sum);
    if (function == "long") text.resize(kLong, ' ');
    return arrow::Buffer::FromString(std::move(text));
  }
  std::atomic<int64_t> num_calls{0};
};

class CallsTest : public testing::Test {
 protected:
  CallsTest() { SetPythonCaller(adder_); }
  ~CallsTest() override { SetPythonCaller(nullptr); }

  using Hold = std::shared_ptr<TaskHold>;

  TaskHolds Map(const std::string& function, const std::vector<int64_t>& arguments, const std::vector<TaskHolds>& inputs = {}) {
    CallProgram program;
    program.calls.name = function;
    program.calls.function.bytes = function;
    for (const int64_t argument : arguments) program.calls.arguments.push_back({std::to_string(argument)});
    TaskHolds imports;
    for (const TaskHolds& of_call : inputs) {
      for (const Hold& hold : of_call) {
        program.inputs.inputs.push_back(static_cast<int64_t>(imports.size()));
        imports.push_back(hold);
      }
      program.inputs.offsets.push_back(static_cast<int64_t>(imports.size()));
    }
    program.num_imports = program.inputs.num_inputs = static_cast<int64_t>(imports.size());
    return client_->SubmitCalls(program, imports, {.name = function}).ValueOrDie();
  }
  Hold Submit(const std::string& function, int64_t argument, const TaskHolds& inputs = {}) {
    return Map(function, {argument}, inputs.empty() ? std::vector<TaskHolds>{} : std::vector<TaskHolds>{inputs})[0];
  }
  static int64_t ValueOf(const Hold& hold) {
    const auto value = hold->run->ValueOf(hold->task, kPatience);
    EXPECT_TRUE(value.ok()) << value.status();
    if (!value.ok()) return -1;
    EXPECT_NE(*value, nullptr) << "the call did not end";
    return *value == nullptr ? -1 : std::stoll((*value)->ToString());
  }
  static Status ErrorOf(const Hold& hold) { return hold->run->ValueOf(hold->task, kPatience).status(); }
  static bool ComesTrue(const std::function<bool()>& condition) {
    for (int i = 0; i < 3000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return condition();
  }

  const std::shared_ptr<Adder> adder_ = std::make_shared<Adder>();
  TestCluster cluster_;
  std::shared_ptr<ClusterClient> client_ = cluster_.Connect();
};

TEST_F(CallsTest, ValuesComeBackShortOrLong) {
  cluster_.AddWorker();
  cluster_.AddWorker();
  std::vector<int64_t> arguments(100);
  std::iota(arguments.begin(), arguments.end(), 0);
  for (const char* function : {"sum", "long"}) {
    const TaskHolds calls = Map(function, arguments);
    for (const int64_t argument : arguments) EXPECT_EQ(ValueOf(calls[static_cast<size_t>(argument)]), argument);
    EXPECT_EQ(ValueOf(calls[3]), 3) << "and again";
  }
}

TEST_F(CallsTest, ValuesOfOtherCallsGoToWhereTheyAreNeeded) {
  cluster_.AddWorker();
  cluster_.AddWorker();
  TaskHolds level = Map("long", {1, 2, 3, 4, 5, 6, 7, 8});
  while (level.size() > 1) {
    std::vector<TaskHolds> pairs;
    for (size_t i = 0; i < level.size(); i += 2) pairs.push_back({level[i], level[i + 1]});
    level = Map("long", std::vector<int64_t>(pairs.size(), 100), pairs);
  }
  EXPECT_EQ(ValueOf(level[0]), 36 + 700);
}

TEST_F(CallsTest, ACallThatFailsFailsWhatNeedsItAndNothingElse) {
  cluster_.AddWorker();
  const TaskHolds calls = Map("fail", {1, 0, 2});
  const Hold needs_it = Submit("sum", 5, {calls[0], calls[1]});
  EXPECT_EQ(ErrorOf(calls[1]).message(), "it is 0");
  EXPECT_EQ(PayloadOf(ErrorOf(calls[1])), "pickled");
  EXPECT_EQ(PayloadOf(ErrorOf(needs_it)), "pickled");
  EXPECT_EQ(ValueOf(calls[0]) + ValueOf(calls[2]), 3);
  EXPECT_EQ(ErrorOf(Submit("sum", 5, {calls[1]})).message(), "it is 0") << "also what comes later";
  const int64_t before = adder_->num_calls.load();
  calls[1]->run->Retry(calls[1]->task);
  EXPECT_EQ(ErrorOf(calls[1]).message(), "it is 0");
  EXPECT_EQ(adder_->num_calls.load(), before + 1);
}

TEST_F(CallsTest, WhatNobodyHoldsIsFreedOrStopped) {
  WorkerServer* worker = cluster_.AddWorker();
  TaskHolds calls = Map("long", std::vector<int64_t>(50, 7));
  for (const Hold& hold : calls) EXPECT_TRUE(hold->run->WaitFor(hold->task, kPatience));
  EXPECT_TRUE(ComesTrue([&] { return worker->held().result_bytes == int64_t{50} * kLong; }));
  calls.resize(20);
  EXPECT_TRUE(ComesTrue([&] { return worker->held().result_bytes == int64_t{20} * kLong; }));
  Hold waits = Submit("wait", 0);
  EXPECT_FALSE(waits->run->WaitFor(0, 0.05));
  calls.clear();
  waits.reset();
  EXPECT_TRUE(ComesTrue([&] { return worker->held().result_bytes == 0; }));
  EXPECT_EQ(ValueOf(Submit("sum", 1)), 1) << "the thread is free again";
}

TEST_F(CallsTest, WhatWasLetGoOfIsComputedAgainForWhatNeedsIt) {
  WorkerServer* first = cluster_.AddWorker();
  Hold base = Submit("long", 5);
  Hold middle = Submit("long", 10, {base});
  base.reset();
  EXPECT_EQ(ValueOf(middle), 15);
  // Their values are lost, and nobody holds the first any more.
  cluster_.AddWorker();
  cluster_.LoseWorker(first);
  EXPECT_EQ(ValueOf(Submit("sum", 1, {middle})), 16);
  EXPECT_EQ(adder_->num_calls.load(), 5);
}

TEST_F(CallsTest, CallsOutliveTheirScheduler) {
  cluster_.AddWorker();
  const TaskHolds done = Map("long", {1, 2, 3});
  for (const Hold& hold : done) EXPECT_TRUE(hold->run->WaitFor(hold->task, kPatience));
  EXPECT_EQ(PayloadOf(ErrorOf(Submit("fail", 0))), "pickled");
  const int64_t before = adder_->num_calls.load();
  cluster_.StopScheduler();
  const Hold asked_meanwhile = Submit("sum", 10, {done[0], done[1]});
  cluster_.StartScheduler();
  EXPECT_EQ(ValueOf(asked_meanwhile), 13);
  for (size_t i = 0; i < done.size(); ++i) EXPECT_EQ(ValueOf(done[i]), static_cast<int64_t>(i + 1));
  EXPECT_EQ(adder_->num_calls.load(), before + 1) << "what was done does not run again";
}

TEST_F(CallsTest, EndsOfWatchedCallsAreTold) {
  cluster_.AddWorker();
  const TaskHolds calls = Map("sum", {1, 2, 3});
  for (const Hold& hold : calls) hold->run->Watch(hold->task);
  size_t told = 0;
  while (told < calls.size()) told += client_->TakeEnded(kPatience)->size();
  client_->Close();
  EXPECT_FALSE(client_->TakeEnded(kPatience).has_value());
}

TEST_F(CallsTest, AChainLetGoOfFromItsEndIsLetGoOfWhole) {
  // No worker: nothing of it has ended.
  Hold last = Submit("sum", 1);
  for (int i = 0; i < 20'000; ++i) last = Submit("sum", 1, {last});
  last.reset();
  cluster_.AddWorker();
  EXPECT_EQ(ValueOf(Submit("sum", 2)), 2);
}

// Functions of random arguments whose workers and scheduler are lost again and again.
TEST_F(CallsTest, RandomGraphsOfCallsHaveTheirValuesWhateverIsLost) {
  const uint64_t seed = FirstTestSeed();
  SCOPED_TRACE(seed);
  Random random(seed);
  std::vector<WorkerServer*> workers{cluster_.AddWorker(), cluster_.AddWorker()};
  std::vector<std::pair<Hold, int64_t>> held;  // a call and its value
  for (int step = 0; step < 400; ++step) {
    TaskHolds inputs;
    int64_t expected = random.Below(100);
    const int64_t argument = expected;
    for (int64_t i = random.Below(4); i > 0 && !held.empty(); --i) {
      const auto& [hold, value] = held[static_cast<size_t>(random.Below(static_cast<int64_t>(held.size())))];
      inputs.push_back(hold);
      expected += value;
    }
    if (expected > (int64_t{1} << 50)) continue;
    held.emplace_back(Submit(random.Percent(50) ? "sum" : "long", argument, inputs), expected);
    if (random.Percent(30)) held.erase(held.begin() + random.Below(static_cast<int64_t>(held.size())));
    if (random.Percent(10) && !held.empty()) {
      const auto& [hold, value] = held[static_cast<size_t>(random.Below(static_cast<int64_t>(held.size())))];
      EXPECT_EQ(ValueOf(hold), value);
    }
    if (random.Percent(2)) {
      const auto lost = static_cast<size_t>(random.Below(static_cast<int64_t>(workers.size())));
      cluster_.LoseWorker(workers[lost]);
      workers[lost] = cluster_.AddWorker();
    }
  }
  for (const auto& [hold, value] : held) EXPECT_EQ(ValueOf(hold), value);
}

}  // namespace
}  // namespace cask
