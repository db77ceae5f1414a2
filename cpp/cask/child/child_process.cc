#include "cask/child/child_process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "cask/base/clock.h"
#include "cask/io/os_error.h"

#if defined(__SANITIZE_THREAD__)
// The sanitizer takes `clone` for a fork, and its state for that of the child, though both have the same memory. This name of it is not known to it.
extern "C" int __clone(int (*function)(void*), void* stack, int flags, void* argument, ...);
#define CASK_CLONE ::__clone
#else
#define CASK_CLONE ::clone
#endif

namespace cask {
namespace {

constexpr int kUnknownStatus = -1;
constexpr int kFirstOtherFd = kChildSocket + 1;
constexpr size_t kStackBytes = 64 << 10;
constexpr uintptr_t kStackAlignment = 64;
constexpr useconds_t kTickMicroseconds = 1000;

// What the child needs from before its program runs. It shares the memory of this process until then, and this thread waits: it may call nothing but
// what is safe in a signal handler, and allocates nothing.
struct Launch {
  char* const* arguments;
  char* const* environment;
  int64_t memory_limit_bytes;
  int socket, output;
  pid_t parent;
  int64_t max_fds;
  volatile int error = 0;  // errno, if the program could not be run
};

void SetDefaultSignals() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Everything but standard input, output, error and the socket is closed. First above all of these, as they may be in each other's places.
void ArrangeDescriptors(const Launch& launch) {
  const int socket = ::fcntl(launch.socket, F_DUPFD, kFirstOtherFd);
  const int output = ::fcntl(launch.output, F_DUPFD, kFirstOtherFd);
  const int opened = ::open("/dev/null", O_RDWR);
  const int nothing = ::fcntl(opened, F_DUPFD, kFirstOtherFd);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::dup2(socket, kChildSocket);
  if (::syscall(SYS_close_range, kFirstOtherFd, ~0U, 0) == 0) return;
  for (int64_t fd = kFirstOtherFd; fd < launch.max_fds; ++fd) ::close(static_cast<int>(fd));
}

void OfferToTheOutOfMemoryKiller() {
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  if (::write(file, "1000", 4) < 0) ::_exit(127);
  ::close(file);
}

int RunLaunch(void* argument) {
  auto& launch = *static_cast<Launch*>(argument);
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != launch.parent) ::_exit(127);  // it ended before that signal was asked for
  OfferToTheOutOfMemoryKiller();
  if (launch.memory_limit_bytes > 0) {
    const rlimit limit{static_cast<rlim_t>(launch.memory_limit_bytes), static_cast<rlim_t>(launch.memory_limit_bytes)};
    ::setrlimit(RLIMIT_DATA, &limit);
  }
  ArrangeDescriptors(launch);
  SetDefaultSignals();
  ::execvpe(launch.arguments[0], launch.arguments, launch.environment);
  launch.error = errno;
  ::_exit(127);
}

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// With all signals blocked, so that no handler of this process runs in the child.
pid_t CloneInto(Launch* launch) {
  const auto stack = std::make_unique<char[]>(kStackBytes);
  char* const top = stack.get() + kStackBytes;
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = CASK_CLONE(RunLaunch, top - reinterpret_cast<uintptr_t>(top) % kStackAlignment, CLONE_VM | CLONE_VFORK | SIGCHLD, launch);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::Start(const ChildCommand& command) {
  const auto arguments = Pointers(command.arguments);
  const auto environment = Pointers(command.environment);
  Launch launch{arguments.data(), environment.data(), command.memory_limit_bytes, command.socket, command.output, ::getpid(), ::sysconf(_SC_OPEN_MAX)};
  const pid_t pid = CloneInto(&launch);
  if (pid < 0) return ErrorOfOS(errno, "cannot start a process for", command.arguments[0]);
  std::unique_ptr<ChildProcess> process(new ChildProcess(pid));
  if (launch.error != 0) return ErrorOfOS(launch.error, "cannot start", command.arguments[0]);
  return process;
}

// Its group goes before it is reaped, as its number may be another's after that.
void ChildProcess::Reap(int flags) {
  if (status_) return;
  siginfo_t info{};
  int result;
  do {
    result = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT | flags);
  } while (result != 0 && errno == EINTR);
  if (result != 0) {
    status_ = kUnknownStatus;
  } else if (info.si_pid == pid_) {
    ::kill(-pid_, SIGKILL);
    int status = kUnknownStatus;
    ::waitpid(pid_, &status, 0);
    status_ = status;
  }
}

bool ChildProcess::HasEnded() {
  Reap(WNOHANG);
  return status_.has_value();
}

bool ChildProcess::WaitForEnd(double seconds) {
  const int64_t deadline = SystemClock().MonotonicNanoseconds() + Nanoseconds(seconds);
  while (!HasEnded()) {
    if (SystemClock().MonotonicNanoseconds() >= deadline) return false;
    ::usleep(kTickMicroseconds);
  }
  return true;
}

void ChildProcess::Interrupt() {
  if (!status_) ::kill(pid_, SIGINT);
}

void ChildProcess::Kill() {
  if (status_) return;
  ::kill(pid_, SIGKILL);
  Reap(0);
}

std::string ChildProcess::HowItEnded() const {
  const int status = status_.value_or(kUnknownStatus);
  if (status == kUnknownStatus) return "its status is not known";
  if (WIFEXITED(status)) return fmt::format("exit status {}", WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  if (signal == SIGKILL) return "killed by signal 9; the system may have been out of memory";
  return fmt::format("signal {} ({})", signal, ::strsignal(signal));
}

}  // namespace cask
