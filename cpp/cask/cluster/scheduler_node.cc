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

constexpr double kTickSeconds = 0.02;
constexpr double kSignalSeconds = 0.1;
// What workers may take to hear that they are dismissed.
constexpr double kFarewellSeconds = 0.5;
// In which workers that try every 0.2 s come to a scheduler that has taken the place of theirs.
constexpr double kRecoverySeconds = 2;

// What others call this machine.
std::string ContactHost(const std::string& host) {
  if (host != "0.0.0.0" && host != "::") return host;
  char name[256] = {};
  return ::gethostname(name, sizeof(name) - 1) == 0 ? name : host;
}

// A scheduler that listens, and the files by which it is found. Where one ended without a word at the same address, its workers and clients trust this
// one, and may come to go on.
class SchedulerNode {
 public:
  explicit SchedulerNode(const SchedulerCommand& command) : command_(command) {}

  ~SchedulerNode() {
    if (transport_ != nullptr) transport_->Stop();
    if (is_found_) RemoveClusterFiles(folder_, file_.address);
  }

  Status Start() {
    ARROW_ASSIGN_OR_RAISE(folder_, ClusterFolder());
    const std::string host = ContactHost(command_.host);
    const auto remains = ReadSchedulerRemains(folder_, fmt::format("{}:{}", host, command_.port));
    Credentials own;
    if (remains.ok()) {
      file_ = remains->file;
      own = remains->scheduler;
    } else {
      ARROW_RETURN_NOT_OK(MakeCredentials(&own));
    }
    SchedulerServerOptions options{.death_seconds = command_.death_timeout, .recovery_seconds = remains.ok() ? kRecoverySeconds : 0};
    server_ = std::make_unique<SchedulerServer>(SystemClock(), options, [this] { ends_.store(true); });
    ARROW_ASSIGN_OR_RAISE(transport_, Transport::Make(own, {.max_unsent_bytes = kMaxUnsentBytes}));
    ARROW_ASSIGN_OR_RAISE(const int port, transport_->Listen(command_.host, command_.port, [this](auto link) { return server_->OnAccept(std::move(link)); }));
    file_.address = fmt::format("{}:{}", host, port);
    ARROW_RETURN_NOT_OK(WriteConnectionFile(folder_, file_));
    ARROW_RETURN_NOT_OK(WriteSchedulerFile(folder_, file_.address, own));
    is_found_ = true;
    transport_->Post([this] { Tick(); });
    LogInfo("the scheduler is at {} ({})", file_.address, ConnectionFilePath(folder_, file_.address));
    if (remains.ok()) LogInfo("it takes the place of one that ended without a word: nothing is assigned for {} s, so that its workers can come", kRecoverySeconds);
    fmt::print("{}\n", file_.address);
    std::fflush(stdout);
    return Status::OK();
  }

  // Until a signal, or a client, ends it.
  void Wait() {
    while (!ends_.load()) {
      if (const int signal = WaitForSignal(kSignalSeconds)) {
        LogInfo("{}: the cluster ends", signal == SIGINT ? "SIGINT" : "SIGTERM");
        transport_->Post([this] { server_->DismissWorkers(); });
        break;
      }
    }
    WaitForSignal(kFarewellSeconds);
  }

 private:
  Status MakeCredentials(Credentials* own) {
    ARROW_ASSIGN_OR_RAISE(const ClusterAuthority authority, ClusterAuthority::Make());
    ARROW_ASSIGN_OR_RAISE(*own, authority.Issue(Role::kScheduler));
    ARROW_ASSIGN_OR_RAISE(file_.worker, authority.Issue(Role::kWorker));
    ARROW_ASSIGN_OR_RAISE(file_.client, authority.Issue(Role::kClient));
    return Status::OK();
  }

  void Tick() {
    server_->OnTick();
    transport_->PostAfter(kTickSeconds, [this] { Tick(); });
  }

  const SchedulerCommand command_;
  std::atomic<bool> ends_{false};
  std::string folder_;
  ConnectionFile file_;
  bool is_found_ = false;  // the files are this one's
  std::unique_ptr<SchedulerServer> server_;
  std::unique_ptr<Transport> transport_;
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
