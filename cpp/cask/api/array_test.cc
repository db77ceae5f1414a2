#include "cask/array.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace cask {
namespace {

TEST(Array, AChainOverABufferAndItsSum) {
  std::vector<double> numbers(300000);
  std::iota(numbers.begin(), numbers.end(), 0.0);
  const Array x = Array::FromBuffer(numbers.data(), {300000}, {70000});
  long double expected = 0;  // so that it is at least as exact as what it is compared with
  for (double number : numbers) expected += (number + 1) * 2 - std::sqrt(number);
  EXPECT_NEAR(((x + 1) * 2 - Sqrt(x)).Sum().Value<double>(), static_cast<double>(expected), 1e-3);
}

TEST(Array, NumbersTakeTheTypeOfArrays) {
  const Array x = Array::Arange(0, 6).As(ElementType::kInt16);
  EXPECT_EQ((x + 1).type(), ElementType::kInt16);
  EXPECT_EQ((x + 1.5).type(), ElementType::kFloat64);
  EXPECT_EQ((2 * x).Compute<int>(), (std::vector<int>{0, 2, 4, 6, 8, 10}));
}

TEST(Array, SlicesShapesAndProducts) {
  const Array x = Array::Arange(0, 12, 1, 5).Reshape({3, 4});
  EXPECT_EQ((x[{{0, 2}, {1, Slice::kEnd, 2}}].Compute<int64_t>()), (std::vector<int64_t>{1, 3, 5, 7}));
  EXPECT_EQ(x.Sum({0}).Compute<int64_t>(), (std::vector<int64_t>{12, 15, 18, 21}));
  EXPECT_EQ(Matmul(x, x.Transpose()).Compute<int64_t>(), (std::vector<int64_t>{14, 38, 62, 38, 126, 214, 62, 214, 366}));
  EXPECT_EQ(Where(x > 9, x, -1).Max().Value<int64_t>(), 11);
  EXPECT_EQ((x * 2).Persist().Rechunk({1, 4}).Reduce("argmax").Value<int64_t>(), 11);
}

TEST(Array, ErrorsNameTheirKind) {
  try {
    Array::Ones({3}) + Array::Ones({4});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), "ValueError");
    EXPECT_STREQ(error.what(), "operands could not be broadcast together with shapes (3,) (4,) ");
  }
  EXPECT_THROW(Array::Ones({3}).Sum({1}), Error);
}

}  // namespace
}  // namespace cask
