#include "cask/base/memory.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace cask {
namespace {

TEST(ParseBytes, ReadsNumbersAndUnits) {
  EXPECT_EQ(ParseBytes("1234").ValueOrDie(), 1234);
  EXPECT_EQ(ParseBytes("4GB").ValueOrDie(), 4'000'000'000);
  EXPECT_EQ(ParseBytes("1.5 MiB").ValueOrDie(), 3 << 19);
  EXPECT_EQ(ParseBytes("1e9").ValueOrDie(), 1'000'000'000);
  EXPECT_EQ(ParseBytes("60%", 1000).ValueOrDie(), 600);
}

TEST(ParseBytes, RefusesOtherText) {
  for (const char* text : {"", "GB", "-1", "4 parsecs", "nan", "1e300", "4GBx"}) EXPECT_FALSE(ParseBytes(text).ok()) << text;
}

TEST(DefaultMemoryLimit, FollowsTheEnvironment) {
  setenv("CASK_MEMORY_LIMIT", "123MB", 1);
  EXPECT_EQ(DefaultMemoryLimit(), 123'000'000);
  setenv("CASK_MEMORY_LIMIT", "50%", 1);
  EXPECT_NEAR(static_cast<double>(DefaultMemoryLimit()), AvailableMemory() / 2.0, 2.0);
  unsetenv("CASK_MEMORY_LIMIT");
  EXPECT_GT(DefaultMemoryLimit(), 0);
  EXPECT_LT(DefaultMemoryLimit(), AvailableMemory());
}

TEST(Memory, OfThisProcessGrowsWithWhatItTouches) {
  const int64_t before = ProcessMemoryBytes();
  const std::vector<char> touched(64 << 20, 'x');
  EXPECT_GE(ProcessMemoryBytes(), before + (60 << 20));
  EXPECT_EQ(touched.back(), 'x');
}

}  // namespace
}  // namespace cask
