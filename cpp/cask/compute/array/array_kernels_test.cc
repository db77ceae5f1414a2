#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "cask/compute/array/chunk.h"
#include "cask/compute/array/loop_nest.h"
#include "cask/compute/array/matmul_kernel.h"
#include "cask/compute/array/philox.h"
#include "cask/compute/array/random_generator.h"
#include "cask/compute/array/reducer.h"
#include "cask/compute/array/view.h"
#include "cask/compute/loops/instruction_set.h"

namespace cask {
namespace {

// Runs `test` once for each instruction set of this processor.
template <typename Test>
void ForEachInstructionSet(Test test) {
  const InstructionSet chosen = ChosenInstructionSet();
  for (InstructionSet set : SupportedInstructionSets()) {
    SCOPED_TRACE(InstructionSetName(set));
    ChooseInstructionSetForTest(set);
    test();
  }
  ChooseInstructionSetForTest(chosen);
}

TEST(Philox, KnownAnswersOnEveryInstructionSet) {
  // The first two words of the known answers that come with Random123.
  ForEachInstructionSet([] {
    uint64_t bits;
    FindPhiloxLoop()(0, 0, 0, 1, 1, &bits);
    EXPECT_EQ(bits, 0xe169c58d6627e8d5u);
    FindPhiloxLoop()(~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}, 1, 1, &bits);
    EXPECT_EQ(bits, 0x41c83b0e408f276du);
    FindPhiloxLoop()(0x299f31d0a4093822u, 0x0370734413198a2eu, 0x85a308d3243f6a88u, 1, 1, &bits);
    EXPECT_EQ(bits, 0x94fdccebd16cfe09u);
    uint64_t together[40];
    FindPhiloxLoop()(7, 9, 5, 3, 40, together);
    for (int i = 0; i < 40; ++i) {
      FindPhiloxLoop()(7, 9, 5 + 3 * i, 1, 1, &bits);
      EXPECT_EQ(together[i], bits);
    }
  });
}

TEST(NormalQuantile, KnownValues) {
  EXPECT_DOUBLE_EQ(NormalQuantile(0.5), 0.0);
  EXPECT_NEAR(NormalQuantile(0.975), 1.959963984540054, 1e-15);
  EXPECT_NEAR(NormalQuantile(1e-10), -6.361340902404056, 1e-14);
  for (double p : {0.001, 0.05, 0.3, 0.7, 0.99}) EXPECT_NEAR(0.5 * std::erfc(-NormalQuantile(p) / std::sqrt(2.0)), p, 1e-15);
}

TEST(PanelKernel, EveryInstructionSetGivesTheSameBytes) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  constexpr int64_t kInner = 37;
  constexpr int64_t kColumns = kPanelBytes / sizeof(double);
  std::vector<double> left(kInner * kPanelRows), right(kInner * kColumns);
  for (double& each : left) each = normal(random);
  for (double& each : right) each = normal(random);
  std::vector<double> expected(kPanelRows * kColumns, 0.0);
  for (int64_t i = 0; i < kInner; ++i) {
    for (int64_t r = 0; r < kPanelRows; ++r) {
      for (int64_t c = 0; c < kColumns; ++c) {
        double& to = expected[r * kColumns + c];
        to = std::fma(left[i * kPanelRows + r], right[i * kColumns + c], to);
      }
    }
  }
  ForEachInstructionSet([&] {
    std::vector<double> out(kPanelRows * kColumns, 0.0);
    FindPanelKernel(Kind::kFloat64)(left.data(), right.data(), kInner, out.data(), kColumns);
    EXPECT_EQ(out, expected);
  });
}

TEST(LoopNest, JoinsAxesThatLieEndToEndAndFollowsMemory) {
  // A transposed matrix is read in the order in which it lies.
  const LoopNest transposed = MakeLoopNest({4, 6}, {{8, 32}});
  EXPECT_EQ(transposed.shape, (Shape{24}));
  EXPECT_TRUE(transposed.is_dense(0, 8));
  // A row that is added to every row cannot be joined.
  const LoopNest row = MakeLoopNest({4, 6}, {{48, 8}, {0, 8}});
  EXPECT_EQ(row.shape, (Shape{4, 6}));
  EXPECT_TRUE(row.is_dense(0, 8));
  EXPECT_FALSE(row.is_dense(1, 8));
  EXPECT_EQ(MakeLoopNest({1, 1}, {{0, 0}}).shape, (Shape{1}));
}

TEST(TileCursor, CoversEveryElementOnce) {
  for (const Shape& shape : {Shape{1}, Shape{7, 5}, Shape{3, 100}, Shape{2, 3, 4}}) {
    LoopNest nest{shape, {RowMajorStrides(shape, 1)}, {}};
    std::vector<int> seen(NumElements(shape), 0);
    TileCursor cursor(nest, 16);
    TileRange tile;
    std::vector<int64_t> offsets;
    while (cursor.Next(&tile)) {
      EXPECT_LE(tile.size(), 16);
      RowOffsets(nest, 0, tile, &offsets);
      for (int64_t offset : offsets) {
        for (int64_t i = 0; i < tile.length; ++i) ++seen[offset + i];
      }
    }
    EXPECT_EQ(seen, std::vector<int>(seen.size(), 1));
  }
}

TEST(View, ViewsOfViewsAreViews) {
  const View slice{{5}, {{0, 10, -2}}};          // x[10::-2]
  const View part{{2}, {{0, 1, 2}}};             // [1:5:2] of that
  EXPECT_EQ(part.Over(slice), (View{{2}, {{0, 8, -4}}}));
  const View element{{}, {{-1, 3, 1}}};          // [3] of it
  EXPECT_EQ(element.Over(slice), (View{{}, {{-1, 4, 1}}}));
  EXPECT_TRUE(View::Broadcast({3, 1}, {2, 3, 4}).repeats());
  EXPECT_FALSE(View::Transpose({3, 4}, {1, 0}).repeats());
}

TEST(CopyStrided, TranspositionsInBlocks) {
  const int64_t rows = 130, columns = 201;
  std::vector<double> from(rows * columns), to(rows * columns);
  for (size_t i = 0; i < from.size(); ++i) from[i] = static_cast<double>(i);
  CopyStrided(reinterpret_cast<const uint8_t*>(from.data()), {8, columns * 8}, reinterpret_cast<uint8_t*>(to.data()), {rows * 8, 8},
              {columns, rows}, 8);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) ASSERT_EQ(to[c * rows + r], from[r * columns + c]);
  }
}

TEST(Reducer, PartsInAnyCutGiveTheSameVariance) {
  std::vector<double> values = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
  const auto reducer = MakeReducer({ArrayReduction::kVariance, Kind::kFloat64, Kind::kFloat64, 4, 1});
  for (int64_t cut = 0; cut <= 4; ++cut) {
    double a[3], b[3], result;
    const Planes first = {reinterpret_cast<uint8_t*>(a), reinterpret_cast<uint8_t*>(a + 1), reinterpret_cast<uint8_t*>(a + 2)};
    const Planes second = {reinterpret_cast<uint8_t*>(b), reinterpret_cast<uint8_t*>(b + 1), reinterpret_cast<uint8_t*>(b + 2)};
    reducer->Initialize(first, 1);
    reducer->Initialize(second, 1);
    if (cut > 0) reducer->AddRow(values.data(), cut, 0, 0, first);
    if (cut < 4) reducer->AddRow(values.data() + cut, 4 - cut, 0, 0, second);
    reducer->Merge(second, 1, first);
    reducer->Finish(first, 1, &result);
    EXPECT_DOUBLE_EQ(result, 30.0);
  }
}

}  // namespace
}  // namespace cask
