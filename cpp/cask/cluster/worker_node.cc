// `cask worker`.

#include <arpa/inet.h>
#include <netdb.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <optional>

#include "cask/base/descriptor.h"
#include "cask/base/log.h"
#include "cask/base/memory.h"
#include "cask/base/threads.h"
#include "cask/child/child_pool.h"
#include "cask/cluster/message_link.h"
#include "cask/cluster/node.h"
#include "cask/cluster/worker_server.h"
#include "cask/io/os_error.h"

namespace cask {
namespace {

constexpr double kSignalSeconds = 0.05;
constexpr double kRetrySeconds = 0.2;
constexpr int64_t kLeastChildBytes = int64_t{256} << 20;  // less is not enough for Python and its libraries
constexpr int kLeaveTries = 10;  // of kSignalSeconds, for the scheduler to hear of it

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

Result<int64_t> MemoryLimitOf(const WorkerCommand& command) {
  return command.memory_limit.empty() ? DefaultMemoryLimit() : ParseBytes(command.memory_limit, AvailableMemory());
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
  std::error_code error;
  if (!command.scratch.empty() && !std::filesystem::create_directories(command.scratch, error) && error) {
    return ErrorOfOS(error.value(), "cannot make the folder", command.scratch);
  }
  ARROW_ASSIGN_OR_RAISE(options.executor.store.memory_limit_bytes, MemoryLimitOf(command));
  return options;
}

// Each large value that a function gives is a file in memory.
void AllowManyFiles() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

// Users' functions run in children of the Python that `cask worker` was called with. None is started before it is needed.
Status MakeChildren(const WorkerCommand& command) {
  ChildPoolOptions options;
  options.max_children = command.threads > 0 ? command.threads : AvailableCores();
  if (const char* python = std::getenv("CASK_PYTHON")) options.python = python;
  ARROW_ASSIGN_OR_RAISE(const int64_t memory_limit, MemoryLimitOf(command));
  options.memory_limit_bytes = std::max(memory_limit / options.max_children, kLeastChildBytes);
  ARROW_ASSIGN_OR_RAISE(auto children, ChildPool::Make(std::move(options)));
  SetPythonCaller(std::move(children));
  return Status::OK();
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

// A worker and the way to its scheduler, as the connection file says it; that is another one once another cluster has taken the place.
class WorkerNode {
 public:
  explicit WorkerNode(const WorkerCommand& command) : command_(command) {}

  // Joins the scheduler and works until something ends that: OK, or what the next try may put right.
  Status Work() {
    ARROW_RETURN_NOT_OK(FindCluster());
    auto stay = std::make_shared<Stay>();
    ARROW_ASSIGN_OR_RAISE(const HostAndPort place, ParseAddress(file_.address));
    server_->Join(place, [stay](const Status& status) { stay->End(status); });
    for (;;) {
      if (const int signal = WaitForSignal(kSignalSeconds)) {
        LogInfo("{}: the worker ends", signal == SIGINT ? "SIGINT" : "SIGTERM");
        server_->Leave();
        for (int i = 0; i < kLeaveTries && !stay->end(); ++i) WaitForSignal(kSignalSeconds);
        return Status::OK();
      }
      if (const auto end = stay->end()) {
        if (!end->ok()) LogWarning("no scheduler: {}", end->message());
        return *end;
      }
      if (server_->has_joined()) last_joined_ = Clock::now();
    }
  }

  double SecondsWithoutScheduler() const { return std::chrono::duration<double>(Clock::now() - last_joined_).count(); }

 private:
  using Clock = std::chrono::steady_clock;

  Status FindCluster() {
    ARROW_ASSIGN_OR_RAISE(ConnectionFile file, FindConnectionFile(command_.scheduler));
    if (server_ != nullptr && file.worker.certificate == file_.worker.certificate) return Status::OK();
    server_.reset();
    file_ = std::move(file);
    ARROW_ASSIGN_OR_RAISE(WorkerServerOptions options, OptionsOf(command_, file_.address));
    ARROW_ASSIGN_OR_RAISE(auto transport, Transport::Make(file_.worker));
    server_ = std::make_unique<WorkerServer>(std::move(options), std::move(transport));
    return server_->Start();
  }

  const WorkerCommand command_;
  ConnectionFile file_;
  std::unique_ptr<WorkerServer> server_;
  Clock::time_point last_joined_ = Clock::now();
};

}  // namespace

int RunWorker(const WorkerCommand& command) {
  AllowManyFiles();
  if (const Status status = MakeChildren(command); !status.ok()) {
    fmt::print(stderr, "cask worker: {}\n", Describe(status));
    return 1;
  }
  WorkerNode node(command);
  for (;;) {
    const Status status = node.Work();
    if (status.ok()) return 0;
    const double seconds = node.SecondsWithoutScheduler();
    if (seconds >= command.death_timeout) {
      fmt::print(stderr, "cask worker: no scheduler for {:.0f} s: {}\n", seconds, Describe(status));
      return 1;
    }
    if (WaitForSignal(kRetrySeconds) != 0) return 0;
  }
}

}  // namespace cask
