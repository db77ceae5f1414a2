#include "cask/base/log.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace cask {
namespace {

TEST(Log, FollowsTheEnvironment) {
  testing::internal::CaptureStderr();
  LogWarning("{} bytes", 5);
  LogInfo("not shown");
  setenv("CASK_LOG", "info", 1);
  LogInfo("shown");
  setenv("CASK_LOG", "off", 1);
  LogWarning("not shown");
  unsetenv("CASK_LOG");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "cask: warning: 5 bytes\ncask: shown\n");
}

}  // namespace
}  // namespace cask
