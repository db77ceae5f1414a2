// A connection of the scheduler, from its greeting on: whose it is, and whose its messages are.

#include "cask/cluster/scheduler_server.h"

namespace cask {

class SchedulerServer::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(SchedulerServer& server, std::shared_ptr<Connection> connection) : server_(server), connection_(std::move(connection)) {}

  void OnFrame(Frame frame) {
    const Status status = is_welcome() ? TakeMessage(std::move(frame)) : TakeGreeting(frame);
    if (status.ok()) return;
    if (!is_welcome()) SendGreeting(*connection_, Refusal{status});
    Leave(status);
    connection_->Close();
  }

  void OnClosed(const Status& status) { Leave(status); }

 private:
  bool is_welcome() const { return worker_ != kNoWorker || client_.has_value(); }

  Status TakeGreeting(const Frame& frame) {
    if (frame.kind != FrameKind::kGreeting) return ValueError("the peer did not greet");
    ARROW_ASSIGN_OR_RAISE(Greeting greeting, Decode<Greeting>(frame.body));
    if (auto* worker = std::get_if<WorkerGreeting>(&greeting); worker != nullptr && connection_->peer_role() == Role::kWorker) {
      ARROW_ASSIGN_OR_RAISE(worker_, server_.Join(connection_, std::move(*worker)));
      return Status::OK();
    }
    const auto* client = std::get_if<ClientGreeting>(&greeting);
    if (client == nullptr || connection_->peer_role() != Role::kClient) {
      return PermissionError("a {} may not greet a scheduler as it did", RoleName(connection_->peer_role()));
    }
    if (client->protocol != kProtocolVersion) {
      return ValueError("the scheduler speaks version {} of Cask's protocol, the client version {}: use one version of Cask", kProtocolVersion,
                        client->protocol);
    }
    client_ = client->session;
    server_.Welcome(*client_, connection_);
    return Status::OK();
  }

  Status TakeMessage(Frame frame) {
    if (client_) {
      return reader_.Take<FromClient>(std::move(frame), [this](FromClient message) { return server_.OnClientMessage(*client_, std::move(message)); });
    }
    return reader_.Take<ToScheduler>(std::move(frame), [this](ToScheduler message) { return server_.OnWorkerMessage(worker_, std::move(message)); });
  }

  void Leave(const Status& status) {
    if (has_left_) return;
    has_left_ = true;
    if (worker_ != kNoWorker) server_.OnWorkerClosed(worker_, status);
    if (client_) server_.OnClientClosed(*client_, connection_.get());
  }

  SchedulerServer& server_;
  const std::shared_ptr<Connection> connection_;
  MessageReader reader_;
  WorkerId worker_ = kNoWorker;
  std::optional<SessionId> client_;
  bool has_left_ = false;
};

ConnectionEvents SchedulerServer::OnAccept(std::shared_ptr<Connection> connection) {
  auto session = std::make_shared<Session>(*this, std::move(connection));
  return {[session](Frame frame) { session->OnFrame(std::move(frame)); }, [session](const Status& status) { session->OnClosed(status); }};
}

}  // namespace cask
