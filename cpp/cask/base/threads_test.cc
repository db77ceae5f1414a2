#include "cask/base/threads.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

namespace cask {
namespace {

TEST(AvailableCores, IsAtLeastOne) { EXPECT_GE(AvailableCores(), 1); }

TEST(StartThread, NamesTheThreadAndBlocksItsSignals) {
  std::string name;
  bool interrupt_blocked = false, bus_blocked = true;
  StartThread("cask-a-rather-long-name", [&] {
    char text[16];
    pthread_getname_np(pthread_self(), text, sizeof(text));
    name = text;
    sigset_t set;
    pthread_sigmask(SIG_SETMASK, nullptr, &set);
    interrupt_blocked = sigismember(&set, SIGINT) == 1;
    bus_blocked = sigismember(&set, SIGBUS) == 1;
  }).join();
  EXPECT_EQ(name, "cask-a-rather-l");
  EXPECT_TRUE(interrupt_blocked);
  EXPECT_FALSE(bus_blocked);
  sigset_t mine;
  pthread_sigmask(SIG_SETMASK, nullptr, &mine);
  EXPECT_EQ(sigismember(&mine, SIGINT), 0);
}

}  // namespace
}  // namespace cask
