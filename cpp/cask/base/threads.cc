#include "cask/base/threads.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace cask {
namespace {

int AffinityCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(std::thread::hardware_concurrency());
}

// The control group's quota in whole processors, rounded up; 0 where there is none.
int QuotaCores() {
  double quota = -1, period = 0;
  if (std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/sys/fs/cgroup/cpu.max", "r"), std::fclose); file) {
    if (std::fscanf(file.get(), "%lf %lf", &quota, &period) != 2) return 0;
  } else {
    const auto read = [](const char* path, double* value) {
      std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path, "r"), std::fclose);
      return file && std::fscanf(file.get(), "%lf", value) == 1;
    };
    if (!read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", &quota) || !read("/sys/fs/cgroup/cpu/cpu.cfs_period_us", &period)) return 0;
  }
  if (quota <= 0 || period <= 0) return 0;
  return std::max(1, static_cast<int>((quota + period - 1) / period));
}

}  // namespace

int AvailableCores() {
  if (const char* text = std::getenv("CASK_NUM_THREADS")) {
    const int number = std::atoi(text);
    if (number > 0) return number;
  }
  const int cores = std::max(1, AffinityCores());
  const int quota = QuotaCores();
  return quota > 0 ? std::min(cores, quota) : cores;
}

std::thread StartThread(std::string name, std::function<void()> body) {
  sigset_t blocked, before;
  sigfillset(&blocked);
  for (int signal : {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGPROF}) sigdelset(&blocked, signal);
  // Set here rather than by the new thread, which inherits it: so no signal can reach it before.
  pthread_sigmask(SIG_SETMASK, &blocked, &before);
  std::thread thread([name = name.substr(0, 15), body = std::move(body)] {
    pthread_setname_np(pthread_self(), name.c_str());
    body();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace cask
