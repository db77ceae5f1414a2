#include "cask/plan/lower_array.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cask/base/check.h"
#include "cask/compute/array/gather_body.h"
#include "cask/compute/task_context.h"
#include "cask/expr/array_call.h"
#include "cask/expr/array_layout.h"
#include "cask/expr/array_reduction.h"
#include "cask/expr/array_source.h"
#include "cask/expr/array_view.h"

namespace cask {
namespace {

using Pieces = std::vector<std::shared_ptr<const Piece>>;

// Runs a plan task by task on this thread: for each layer and output the pieces of all tasks.
Result<std::vector<std::vector<Pieces>>> RunPlan(const Plan& plan) {
  std::vector<std::vector<Pieces>> results;
  for (const Layer& layer : plan.layers) {
    auto& outputs = results.emplace_back(layer.body->num_outputs());
    for (int64_t task = 0; task < layer.num_tasks; ++task) {
      TaskContext context(task);
      InputGroups groups;
      for (const LayerInput& input : layer.inputs) {
        auto& group = groups.emplace_back();
        input.pattern->ForEachInput(task, [&](int64_t each) { group.push_back(results[input.layer][input.output][each]); });
      }
      context.set_inputs(std::move(groups));
      ARROW_ASSIGN_OR_RAISE(Pieces pieces, layer.body->Run(context));
      for (size_t i = 0; i < pieces.size(); ++i) outputs[i].push_back(std::move(pieces[i]));
    }
  }
  return results;
}

Plan Lower(const std::vector<ArrayExprPtr>& arrays, bool stores_whole = false) {
  Plan plan;
  CASK_CHECK_OK(LowerArrays(arrays, {stores_whole}, &plan));
  return plan;
}

std::vector<double> Compute(const ArrayExprPtr& array, bool stores_whole = false) {
  const ArrayExprPtr real = MakeCast(array, Kind::kFloat64);
  const Plan plan = Lower({real}, stores_whole);
  const auto results = RunPlan(plan).ValueOrDie();
  const auto whole = GatherChunks(real->grid(), real->kind(), results[plan.outputs[0].layer][plan.outputs[0].output], nullptr).ValueOrDie();
  EXPECT_EQ(whole->shape, real->shape());
  const auto* values = reinterpret_cast<const double*>(whole->data);
  return {values, values + NumElements(whole->shape)};
}

ArrayExprPtr Range(int64_t n, int64_t chunk) {
  return MakeGenerated(MakeIntegerRange(0, 1, Kind::kInt64), ChunkGrid({AxisChunks::Regular(n, chunk)}), "arange");
}

ArrayExprPtr Call(Operation operation, std::vector<ArrayOperand> operands) {
  return MakeArrayCall(operation, operands, std::string(OperationName(operation))).ValueOrDie();
}

ArrayExprPtr Reduce(ArrayReduction reduction, const ArrayExprPtr& array, std::vector<int64_t> axes) {
  ReduceOptions options;
  if (!axes.empty()) options.axes = axes;
  return MakeReduction(reduction, array, options).ValueOrDie();
}

TEST(LowerArray, AChainAndItsSumAreOneLayerAndATree) {
  const ArrayExprPtr x = Range(1000000, 1000);
  const ArrayExprPtr chain =
      Call(Operation::kSubtract, {Call(Operation::kMultiply, {Call(Operation::kAdd, {x, Literal::Int(1)}), Literal::Int(2)}),
                                  Call(Operation::kSqrt, {x})});
  const ArrayExprPtr sum = Reduce(ArrayReduction::kSum, chain, {});
  const Plan plan = Lower({sum});
  ASSERT_EQ(plan.layers.size(), 4u);  // 1000 chunks, 63, 4 and 1 merges
  EXPECT_EQ(plan.layers[0].num_tasks, 1000);
  EXPECT_TRUE(plan.layers[0].inputs.empty());
  EXPECT_EQ(plan.layers[3].num_tasks, 1);
  long double expected = 0;
  for (int i = 0; i < 1000000; ++i) expected += (i + 1.0) * 2 - std::sqrt(static_cast<double>(i));
  EXPECT_NEAR(Compute(sum)[0], static_cast<double>(expected), 1e-3);
}

TEST(LowerArray, ReductionsOfOneSourceShareItsPass) {
  const ArrayExprPtr x = Range(100, 10);
  const Plan plan = Lower({Reduce(ArrayReduction::kSum, x, {}), Reduce(ArrayReduction::kMaximum, x, {})});
  EXPECT_EQ(plan.layers[0].body->num_outputs(), 2);
  EXPECT_EQ(plan.layers.size(), 3u);
}

TEST(LowerArray, AWholeResultIsTheSame) {
  const ArrayExprPtr x = MakeReshaped(Range(35, 35), {5, 7}).ValueOrDie();
  const ArrayExprPtr chunked = MakeRechunked(x, ChunkGrid({AxisChunks::Regular(5, 2), AxisChunks::Regular(7, 3)}));
  const ArrayExprPtr sum = Call(Operation::kAdd, {MakeTransposed(chunked, {}).ValueOrDie(), Literal::Int(1)});
  std::vector<double> expected;
  for (int column = 0; column < 7; ++column) {
    for (int row = 0; row < 5; ++row) expected.push_back(row * 7 + column + 1);
  }
  EXPECT_EQ(Compute(sum, false), expected);
  EXPECT_EQ(Compute(sum, true), expected);
}

TEST(LowerArray, ReshapeOfAChainMovesElements) {
  const ArrayExprPtr x = Call(Operation::kAdd, {Range(24, 5), Literal::Int(0)});
  std::vector<double> expected(24);
  for (int i = 0; i < 24; ++i) expected[i] = i;
  EXPECT_EQ(Compute(MakeReshaped(x, {2, -1, 3}).ValueOrDie()), expected);
}

TEST(LowerArray, ProductOfMatricesInChunks) {
  const auto matrix = [](int64_t rows, int64_t columns, int64_t chunk) {
    const ArrayExprPtr flat = MakeReshaped(Range(rows * columns, rows * columns), {rows, columns}).ValueOrDie();
    return MakeRechunked(flat, ChunkGrid({AxisChunks::Regular(rows, chunk), AxisChunks::Regular(columns, chunk)}));
  };
  const int64_t m = 13, k = 21, n = 18;
  const ArrayExprPtr a = matrix(m, k, 5);
  const ArrayExprPtr b = matrix(k, n, 4);
  std::vector<double> expected;
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (int64_t p = 0; p < k; ++p) sum += static_cast<double>(i * k + p) * static_cast<double>(p * n + j);
      expected.push_back(sum);
    }
  }
  EXPECT_EQ(Compute(MakeProduct(a, b).ValueOrDie()), expected);
  EXPECT_EQ(Compute(MakeProduct(MakeCast(a, Kind::kFloat64), MakeCast(b, Kind::kFloat64)).ValueOrDie()), expected);
}

TEST(LowerArray, EqualElementsMayBeCutInTwoWays) {
  const auto product = [](int64_t size) {
    const auto axis = AxisChunks::Regular(4, size);
    const ArrayExprPtr ones = MakeFull(Literal::Int(1), Kind::kInt64, ChunkGrid({axis, axis})).ValueOrDie();
    return MakeProduct(ones, ones).ValueOrDie();
  };
  const ArrayExprPtr sum = Call(Operation::kAdd, {product(2), MakeTransposed(product(4), {}).ValueOrDie()});
  EXPECT_EQ(Compute(sum), std::vector<double>(16, 8.0));
}

TEST(LowerArray, AMillionChunksMakeASmallPlan) {
  const ArrayExprPtr x = Range(1000000000000, 1000000);
  const Plan plan = Lower({Reduce(ArrayReduction::kSum, Call(Operation::kAdd, {x, Literal::Int(1)}), {})});
  EXPECT_EQ(plan.layers[0].num_tasks, 1000000);
  EXPECT_EQ(plan.layers.size(), 6u);
}

TEST(LowerArray, NegativePowersOfIntegersFailWithTheirLine) {
  const auto origin = std::make_shared<const OriginLine>(OriginLine{"job.py", 7});
  const ArrayExprPtr exponent = Call(Operation::kNegative, {Range(10, 10)});
  const ArrayExprPtr power = MakeArrayCall(Operation::kPower, {Range(10, 10), exponent}, "pow", origin).ValueOrDie();
  const Status status = RunPlan(Lower({power})).status();
  EXPECT_EQ(KindOf(status), ErrorKind::kValue);
  EXPECT_EQ(Describe(status), "Integers to negative integer powers are not allowed.\n  job.py:7");
}

TEST(ArrayCall, PromotionIsThatOfNumPy) {
  const ArrayExprPtr small = MakeCast(Range(4, 4), Kind::kInt8);
  EXPECT_EQ(Call(Operation::kAdd, {small, Literal::Int(1)})->kind(), Kind::kInt8);
  EXPECT_EQ(Call(Operation::kAdd, {small, Literal::Float(1)})->kind(), Kind::kFloat64);
  EXPECT_EQ(Call(Operation::kDivide, {Range(4, 4), Literal::Int(2)})->kind(), Kind::kFloat64);
  EXPECT_EQ(Call(Operation::kLess, {small, Literal::Int(1000)})->kind(), Kind::kBool);
  const auto overflow = MakeArrayCall(Operation::kAdd, {small, Literal::Int(1000)}, "add");
  EXPECT_EQ(KindOf(overflow.status()), ErrorKind::kOverflow);
  EXPECT_EQ(overflow.status().message(), "Python integer 1000 out of bounds for int8");
}

}  // namespace
}  // namespace cask
