// `cask scheduler`.

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <functional>

#include "cask/base/clock.h"
#include "cask/base/log.h"
#include "cask/cluster/node.h"
#include "cask/cluster/scheduler_server.h"
#include "cask/net/connection_file.h"

namespace cask {
namespace {

constexpr double kTickSeconds = 0.1;
constexpr double kSignalSeconds = 0.1;
// What workers may take to hear that they are dismissed.
constexpr double kFarewellSeconds = 0.5;

// What others call this machine.
std::string ContactHost(const std::string& host) {
  if (host != "0.0.0.0" && host != "::") return host;
  char name[256] = {};
  return ::gethostname(name, sizeof(name) - 1) == 0 ? name : host;
}

// A scheduler that listens, and the file by which it is found.
class SchedulerNode {
 public:
  explicit SchedulerNode(const SchedulerCommand& command)
      : command_(command), server_(SystemClock(), {.death_seconds = command.death_timeout}, [this] { ends_.store(true); }) {}

  ~SchedulerNode() {
    transport_.reset();
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  Status Start() {
    ARROW_ASSIGN_OR_RAISE(const ClusterAuthority authority, ClusterAuthority::Make());
    ARROW_ASSIGN_OR_RAISE(const Credentials own, authority.Issue(Role::kScheduler));
    ConnectionFile file;
    ARROW_ASSIGN_OR_RAISE(file.worker, authority.Issue(Role::kWorker));
    ARROW_ASSIGN_OR_RAISE(file.client, authority.Issue(Role::kClient));
    ARROW_ASSIGN_OR_RAISE(transport_, Transport::Make(own));
    ARROW_ASSIGN_OR_RAISE(const int port, transport_->Listen(command_.host, command_.port, [this](auto link) { return server_.OnAccept(std::move(link)); }));
    file.address = fmt::format("{}:{}", ContactHost(command_.host), port);
    ARROW_ASSIGN_OR_RAISE(const std::string folder, ClusterFolder());
    ARROW_RETURN_NOT_OK(WriteConnectionFile(folder, file));
    path_ = ConnectionFilePath(folder, file.address);
    transport_->Post([this] { Tick(); });
    LogInfo("the scheduler is at {} ({})", file.address, path_);
    fmt::print("{}\n", file.address);
    std::fflush(stdout);
    return Status::OK();
  }

  // Until a signal, or a client, ends it.
  void Wait() {
    while (!ends_.load()) {
      if (const int signal = WaitForSignal(kSignalSeconds)) {
        LogInfo("{}: the cluster ends", signal == SIGINT ? "SIGINT" : "SIGTERM");
        transport_->Post([this] { server_.DismissWorkers(); });
        break;
      }
    }
    WaitForSignal(kFarewellSeconds);
  }

 private:
  void Tick() {
    server_.OnTick();
    transport_->PostAfter(kTickSeconds, [this] { Tick(); });
  }

  const SchedulerCommand command_;
  std::atomic<bool> ends_{false};
  SchedulerServer server_;
  std::unique_ptr<Transport> transport_;
  std::string path_;
};

}  // namespace

int RunScheduler(const SchedulerCommand& command) {
  SchedulerNode node(command);
  if (const Status status = node.Start(); !status.ok()) {
    fmt::print(stderr, "cask scheduler: {}\n", Describe(status));
    return 1;
  }
  node.Wait();
  return 0;
}

}  // namespace cask
