// Arrays on a cluster: the elements of every chunk are those that the engine of one process gives, to the last bit.

#include <gtest/gtest.h>

#include "cask/cluster/test_cluster.h"
#include "cask/expr/array_codec.h"
#include "cask/expr/test_arrays.h"
#include "cask/local/engine.h"
#include "cask/plan/lower_array.h"

namespace cask {
namespace {

using RunPtr = std::shared_ptr<Run>;  // (testing::Test has a Run of its own)
using Arrays = std::vector<ArrayExprPtr>;

Plan Lowered(const Arrays& arrays) {
  Plan plan;
  EXPECT_TRUE(LowerArrays(arrays, {}, &plan).ok());
  return plan;
}

// The bytes of each array's elements.
std::vector<std::string> ElementsOf(const Arrays& arrays, Run& run) {
  const std::vector<TaskPieces> outputs = run.TakeOutputs().ValueOrDie();
  std::vector<std::string> elements;
  for (size_t i = 0; i < arrays.size(); ++i) {
    const auto whole = GatherChunks(arrays[i]->grid(), arrays[i]->kind(), outputs[i], arrow::default_memory_pool()).ValueOrDie();
    const auto size = static_cast<size_t>(NumElements(whole->shape) * WidthOf(whole->kind));
    elements.emplace_back(reinterpret_cast<const char*>(whole->data), size);
  }
  return elements;
}

class ClusterArrayTest : public testing::Test {
 protected:
  ClusterArrayTest() {
    cluster_.AddWorker(1);
    last_worker_ = cluster_.AddWorker(2);
    client_ = cluster_.Connect();
  }

  RunPtr Submit(const Arrays& arrays) { return client_->SubmitArrays(arrays, Lowered(arrays), {.name = "test"}).ValueOrDie(); }
  static std::vector<std::string> Expected(const Arrays& arrays) {
    LocalEngine engine;
    const auto run = engine.Submit(Lowered(arrays));
    EXPECT_TRUE(run->Wait().ok()) << run->Wait();
    return ElementsOf(arrays, *run);
  }
  static void ExpectRight(const Arrays& arrays, RunPtr::element_type& run) {
    ASSERT_TRUE(run.WaitFor(TestCluster::kPatienceSeconds));
    ASSERT_TRUE(run.Wait().ok()) << run.Wait();
    EXPECT_EQ(ElementsOf(arrays, run), Expected(arrays));
  }
  void ExpectRight(const Arrays& arrays) { ExpectRight(arrays, *Submit(arrays)); }

  TestCluster cluster_;
  WorkerServer* last_worker_;
  std::shared_ptr<ClusterClient> client_;
};

// A chain over 36 chunks, with reductions, a product and moves of it.
Arrays Large() {
  const ArrayExprPtr x = test::RandomNumbers({600, 600}, {100, 100}, {.distribution = Distribution::kNormal, .seed = 11});
  const ArrayExprPtr chain = test::Do(Operation::kSqrt, {test::Do(Operation::kAdd, {test::Do(Operation::kSquare, {x}), Literal::Float(0.5)})});
  const ArrayExprPtr transposed = MakeTransposed(chain, {}).ValueOrDie();
  const ArrayExprPtr product = MakeProduct(transposed, x).ValueOrDie();
  return {chain,
          test::Reduce(ArrayReduction::kSum, chain),
          test::Reduce(ArrayReduction::kDeviation, transposed, {.axes = std::vector<int64_t>{0}}),
          product,
          test::Reduce(ArrayReduction::kMean, MakeReshaped(product, {-1, 8}).ValueOrDie(), {.axes = std::vector<int64_t>{1}}),
          MakeRechunked(chain, test::Grid({600, 600}, {70, 600})),
          test::Reduce(ArrayReduction::kSum, MakeConcatenated({transposed, x}, 1).ValueOrDie())};
}

TEST_F(ClusterArrayTest, ArraysOfEveryKindAreThoseOfOneProcess) {
  for (const test::ArrayExample& example : test::ArraysOfEveryKind()) {
    if (example.arrays.empty()) continue;
    SCOPED_TRACE(example.name);
    ExpectRight(example.arrays);
  }
}

TEST_F(ClusterArrayTest, ManyChunksAreThoseOfOneProcess) { ExpectRight(Large()); }

TEST_F(ClusterArrayTest, WhatIsLostWithAWorkerIsComputedAgain) {
  const Arrays arrays = Large();
  for (int round = 0; round < 3; ++round) {
    const auto run = Submit(arrays);
    run->WaitFor(0.02 * round);
    cluster_.LoseWorker(last_worker_);
    last_worker_ = cluster_.AddWorker();
    ExpectRight(arrays, *run);
  }
}

TEST_F(ClusterArrayTest, AnErrorNamesTheLineOfTheUser) {
  const ArrayExprPtr exponent = MakeCast(test::Rectangle(4, 4, 2), Kind::kInt64);  // from -3 on
  const auto run = Submit({test::Do(Operation::kPower, {exponent, exponent})});
  const Status status = run->Wait();
  EXPECT_EQ(KindOf(status), ErrorKind::kValue);
  EXPECT_NE(Describe(status).find("Integers to negative integer powers"), std::string::npos) << Describe(status);
  EXPECT_NE(Describe(status).find("script.py:7"), std::string::npos) << Describe(status);
}

TEST_F(ClusterArrayTest, WhatHoldsTooMuchDataIsRefused) {
  const ArrayExprPtr large = test::Memory({260 << 20}, {10 << 20}, Kind::kInt8);
  EXPECT_EQ(KindOf(client_->SubmitArrays({large}, Lowered({large}), {}).status()), ErrorKind::kNotImplemented);
}

}  // namespace
}  // namespace cask
