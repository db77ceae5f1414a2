// `cask worker`.

#include <arpa/inet.h>
#include <netdb.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "cask/base/descriptor.h"
#include "cask/base/log.h"
#include "cask/base/memory.h"
#include "cask/cluster/message_link.h"
#include "cask/cluster/node.h"
#include "cask/cluster/worker_server.h"

namespace cask {
namespace {

constexpr double kSignalSeconds = 0.05;
constexpr double kRetrySeconds = 0.2;

// The address of this machine by which the scheduler is reached: the system says which one it would send from.
Result<std::string> OwnHost(const std::string& scheduler) {
  ARROW_ASSIGN_OR_RAISE(const HostAndPort place, ParseAddress(scheduler));
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(place.host.c_str(), std::to_string(place.port).c_str(), &hints, &found) != 0) return OSError("cannot find {}", place.host);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  const Descriptor socket(::socket(found->ai_family, found->ai_socktype, 0));
  sockaddr_storage own{};
  socklen_t size = sizeof(own);
  char text[INET6_ADDRSTRLEN] = {};
  if (::connect(socket.get(), found->ai_addr, found->ai_addrlen) != 0 || ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &size) != 0 ||
      ::getnameinfo(reinterpret_cast<sockaddr*>(&own), size, text, sizeof(text), nullptr, 0, NI_NUMERICHOST) != 0) {
    return OSError("no interface of this machine reaches {}: give --host", scheduler);
  }
  return std::string(text);
}

Result<WorkerServerOptions> OptionsOf(const WorkerCommand& command, const std::string& scheduler) {
  WorkerServerOptions options;
  options.host = command.host;
  if (options.host.empty()) {
    ARROW_ASSIGN_OR_RAISE(options.host, OwnHost(scheduler));
  }
  options.name = command.name.empty() ? fmt::format("{}-{}", options.host, ::getpid()) : command.name;
  options.executor.num_threads = command.threads;
  options.executor.store.scratch_directory = command.scratch;
  if (!command.memory_limit.empty()) {
    ARROW_ASSIGN_OR_RAISE(options.executor.store.memory_limit_bytes, ParseBytes(command.memory_limit, AvailableMemory()));
    if (options.executor.store.memory_limit_bytes <= 0) return ValueError("--memory-limit must be more than 0");
  }
  return options;
}

// How one stay at the scheduler ended.
class Stay {
 public:
  void End(const Status& status) {
    std::lock_guard lock(mutex_);
    status_ = status;
  }
  std::optional<Status> end() {
    std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  std::mutex mutex_;
  std::optional<Status> status_;
};

enum class Ending { kDismissed, kSignal, kLost };

// Joins the scheduler and works until something ends that.
Result<Ending> WorkOnce(const WorkerCommand& command) {
  std::string scheduler;
  ARROW_ASSIGN_OR_RAISE(auto transport, MakeTransportFor(command.scheduler, Role::kWorker, &scheduler));
  ARROW_ASSIGN_OR_RAISE(WorkerServerOptions options, OptionsOf(command, scheduler));
  Stay stay;
  WorkerServer server(std::move(options), std::move(transport));
  ARROW_RETURN_NOT_OK(server.Start(scheduler, [&](const Status& status) { stay.End(status); }));
  for (;;) {
    if (const int signal = WaitForSignal(kSignalSeconds)) {
      LogInfo("{}: the worker ends", signal == SIGINT ? "SIGINT" : "SIGTERM");
      return Ending::kSignal;
    }
    const auto end = stay.end();
    if (!end) continue;
    if (end->ok()) return Ending::kDismissed;
    LogWarning("no scheduler: {}", end->message());
    return server.has_joined() ? Ending::kLost : Result<Ending>(*end);
  }
}

}  // namespace

int RunWorker(const WorkerCommand& command) {
  using Clock = std::chrono::steady_clock;
  auto last_joined = Clock::now();
  for (;;) {
    const Result<Ending> ending = WorkOnce(command);
    if (ending.ok() && *ending != Ending::kLost) return 0;
    if (ending.ok()) last_joined = Clock::now();
    const double seconds = std::chrono::duration<double>(Clock::now() - last_joined).count();
    if (seconds >= command.death_timeout) {
      fmt::print(stderr, "cask worker: no scheduler for {:.0f} s: {}\n", seconds, ending.ok() ? "it was lost" : Describe(ending.status()));
      return 1;
    }
    if (WaitForSignal(kRetrySeconds) != 0) return 0;
  }
}

}  // namespace cask
