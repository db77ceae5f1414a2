#include "cask/base/exit_handler.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

namespace cask {
namespace {

struct Lives {
  Lives() { any = true; }
  ~Lives() { any = false; }
  static inline bool any = false;
};

void ExitAfterMakingAStatic(bool renews) {
  SetExitHandler([] { _exit(Lives::any ? 7 : 8); });
  static const Lives lives;
  if (renews) RenewExitHandler();
  std::exit(0);
}

TEST(ExitHandlerDeathTest, StaticsMadeBeforeItsRenewalOutliveTheCall) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(ExitAfterMakingAStatic(true), testing::ExitedWithCode(7), "");
  EXPECT_EXIT(ExitAfterMakingAStatic(false), testing::ExitedWithCode(8), "");
}

TEST(ExitHandlerDeathTest, RenewingNoneDoesNothing) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT((RenewExitHandler(), std::exit(3)), testing::ExitedWithCode(3), "");
}

}  // namespace
}  // namespace cask
