#include "cask/net/transport.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "cask/base/test_seeds.h"

namespace cask {
namespace {

constexpr auto kPatience = std::chrono::seconds(30);

// What happens at one end, for the test's thread to wait for.
class End {
 public:
  ConnectionEvents Events() {
    return {[this](Frame frame) { Note([&] { frames_.push_back(std::move(frame)); }); },
            [this](const Status& status) { Note([&] { closed_.push_back(status); }); }};
  }

  std::vector<Frame> WaitForFrames(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return frames_.size() >= count; })) << frames_.size() << " of " << count << " frames";
    return frames_;
  }
  Status WaitUntilClosed() {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [&] { return !closed_.empty(); })) return InternalError("it is not closed");
    EXPECT_EQ(closed_.size(), 1u);
    return closed_[0];
  }

 private:
  template <typename Change>
  void Note(Change change) {
    std::lock_guard<std::mutex> lock(mutex_);
    change();
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Frame> frames_;
  std::vector<Status> closed_;
};

std::unique_ptr<Transport> MakeTransport(const ClusterAuthority& authority, Role role, const TransportOptions& options = {}) {
  return Transport::Make(authority.Issue(role).ValueOrDie(), options).ValueOrDie();
}

Result<std::shared_ptr<Connection>> ConnectTo(Transport& transport, int port, Role expected, End* end) {
  std::promise<Result<std::shared_ptr<Connection>>> opened;
  transport.Connect("127.0.0.1", port, expected, end->Events(), [&](Result<std::shared_ptr<Connection>> connection) { opened.set_value(std::move(connection)); });
  auto future = opened.get_future();
  if (future.wait_for(kPatience) != std::future_status::ready) return InternalError("nothing came of it");
  return future.get();
}

class Net : public testing::Test {
 protected:
  // A scheduler that keeps its first connection.
  int Listen(Transport& transport) {
    return transport
        .Listen("127.0.0.1", 0,
                [this](std::shared_ptr<Connection> connection) {
                  accepted_.set_value(std::move(connection));
                  return server_end_.Events();
                })
        .ValueOrDie();
  }
  std::shared_ptr<Connection> Accepted() {
    auto future = accepted_.get_future();
    return future.wait_for(kPatience) == std::future_status::ready ? future.get() : nullptr;
  }

  ClusterAuthority authority_ = ClusterAuthority::Make().ValueOrDie();
  std::promise<std::shared_ptr<Connection>> accepted_;
  End server_end_, client_end_;
};

TEST_F(Net, FramesArriveInOrderBothWays) {
  auto scheduler = MakeTransport(authority_, Role::kScheduler), worker = MakeTransport(authority_, Role::kWorker);
  const int port = Listen(*scheduler);
  const auto there = ConnectTo(*worker, port, Role::kScheduler, &client_end_).ValueOrDie();
  const auto here = Accepted();
  ASSERT_NE(here, nullptr);
  EXPECT_EQ(here->peer_role(), Role::kWorker);
  EXPECT_EQ(there->peer_role(), Role::kScheduler);
  EXPECT_EQ(there->peer_address(), "127.0.0.1:" + std::to_string(port));
  const uint64_t seed = FirstTestSeed();
  Random random(seed);
  std::vector<std::string> sent;
  for (int i = 0; i < 3000; ++i) sent.push_back(std::to_string(i) + std::string(random.Below(random.Percent(1) ? 300'000 : 100), 'x'));
  for (const std::string& body : sent) {
    there->Send(FrameKind::kMessage, body);
    here->Send(FrameKind::kPart, body);
  }
  const auto arrived = server_end_.WaitForFrames(sent.size()), returned = client_end_.WaitForFrames(sent.size());
  ASSERT_EQ(arrived.size(), sent.size());
  ASSERT_EQ(returned.size(), sent.size());
  for (size_t i = 0; i < sent.size(); ++i) {
    ASSERT_EQ(arrived[i].body, sent[i]) << "seed " << seed;
    ASSERT_EQ(returned[i].body, sent[i]) << "seed " << seed;
    ASSERT_EQ(arrived[i].kind, FrameKind::kMessage);
    ASSERT_EQ(returned[i].kind, FrameKind::kPart);
  }
}

TEST_F(Net, WhatWasSentBeforeClosingArrivesAndBothEndsHearOfIt) {
  auto scheduler = MakeTransport(authority_, Role::kScheduler), client = MakeTransport(authority_, Role::kClient);
  const auto there = ConnectTo(*client, Listen(*scheduler), Role::kScheduler, &client_end_).ValueOrDie();
  const std::string body(1 << 20, 'x');
  for (int i = 0; i < 5; ++i) there->Send(FrameKind::kPart, body);
  there->Close();
  there->Send(FrameKind::kPart, "too late");
  EXPECT_TRUE(server_end_.WaitUntilClosed().ok()) << server_end_.WaitUntilClosed();
  EXPECT_TRUE(client_end_.WaitUntilClosed().ok()) << client_end_.WaitUntilClosed();
  EXPECT_EQ(server_end_.WaitForFrames(5).size(), 5u);
}

TEST_F(Net, ATransportThatEndsTellsBothEnds) {
  auto scheduler = MakeTransport(authority_, Role::kScheduler), client = MakeTransport(authority_, Role::kClient);
  ASSERT_TRUE(ConnectTo(*client, Listen(*scheduler), Role::kScheduler, &client_end_).ok());
  ASSERT_NE(Accepted(), nullptr);
  scheduler.reset();
  EXPECT_EQ(KindOf(server_end_.WaitUntilClosed()), ErrorKind::kCancelled);
  EXPECT_EQ(KindOf(client_end_.WaitUntilClosed()), ErrorKind::kOS);
}

TEST_F(Net, ServersOfAnotherClusterAreRefused) {
  const auto other = ClusterAuthority::Make().ValueOrDie();
  auto scheduler = MakeTransport(other, Role::kScheduler), client = MakeTransport(authority_, Role::kClient);
  const auto connection = ConnectTo(*client, Listen(*scheduler), Role::kScheduler, &client_end_);
  EXPECT_EQ(KindOf(connection.status()), ErrorKind::kPermission) << connection.status();
}

TEST_F(Net, ClientsOfAnotherClusterAreRefused) {
  const auto other = ClusterAuthority::Make().ValueOrDie();
  // It trusts the scheduler, but has a certificate of its own making.
  Credentials credentials = other.Issue(Role::kClient).ValueOrDie();
  credentials.authority = authority_.Issue(Role::kClient).ValueOrDie().authority;
  auto scheduler = MakeTransport(authority_, Role::kScheduler), client = Transport::Make(credentials).ValueOrDie();
  const auto connection = ConnectTo(*client, Listen(*scheduler), Role::kScheduler, &client_end_);
  // The scheduler says no after this end has shown its certificate, which may be after it has taken the connection for open.
  EXPECT_FALSE(connection.ok() && client_end_.WaitUntilClosed().ok());
  EXPECT_EQ(accepted_.get_future().wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
}

TEST_F(Net, APeerOfAnotherRoleIsRefused) {
  auto worker = MakeTransport(authority_, Role::kWorker), client = MakeTransport(authority_, Role::kClient);
  const int port = Listen(*worker);
  const auto connection = ConnectTo(*client, port, Role::kScheduler, &client_end_);
  EXPECT_EQ(connection.status().message(), "127.0.0.1:" + std::to_string(port) + " is a worker of the cluster, not a scheduler");
}

TEST_F(Net, NobodyListening) {
  auto client = MakeTransport(authority_, Role::kClient);
  int port;
  {
    auto scheduler = MakeTransport(authority_, Role::kScheduler);
    port = Listen(*scheduler);
  }
  const auto connection = ConnectTo(*client, port, Role::kScheduler, &client_end_);
  EXPECT_EQ(connection.status().message(), "cannot connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST_F(Net, APortThatIsTakenIsNamed) {
  auto scheduler = MakeTransport(authority_, Role::kScheduler);
  const int port = Listen(*scheduler);
  const auto again = scheduler->Listen("127.0.0.1", port, {});
  EXPECT_EQ(again.status().message(), "cannot listen at 127.0.0.1:" + std::to_string(port) + ": Address already in use");
  EXPECT_EQ(KindOf(scheduler->Listen("nowhere", 0, {}).status()), ErrorKind::kValue);
}

TEST_F(Net, APeerThatDoesNotReadIsGivenUp) {
  auto scheduler = MakeTransport(authority_, Role::kScheduler), client = MakeTransport(authority_, Role::kClient, {.max_unsent_bytes = 1 << 20});
  std::promise<void> given_up;
  const auto wait = [&, done = given_up.get_future().share()](Frame) { done.wait_for(kPatience); };
  const int port = scheduler->Listen("127.0.0.1", 0, [wait](const auto&) { return ConnectionEvents{wait, {}}; }).ValueOrDie();
  const auto connection = ConnectTo(*client, port, Role::kScheduler, &client_end_).ValueOrDie();
  const std::string body(1 << 20, 'x');
  for (int i = 0; i < 50; ++i) connection->Send(FrameKind::kPart, body);
  EXPECT_NE(client_end_.WaitUntilClosed().message().find("does not read"), std::string::npos) << client_end_.WaitUntilClosed();
  given_up.set_value();
}

class PlainSocket {
 public:
  explicit PlainSocket(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  ~PlainSocket() { ::close(fd_); }
  void Send(std::string_view bytes) const { EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size())); }
  // Whatever the server says until it ends the connection.
  std::string ReadAll() const {
    std::string all;
    char bytes[1024];
    for (ssize_t size; (size = ::recv(fd_, bytes, sizeof(bytes), 0)) > 0;) all.append(bytes, static_cast<size_t>(size));
    return all;
  }

 private:
  int fd_;
};

TEST_F(Net, PlainTextIsRefusedAndOthersAreServed) {
  auto scheduler = MakeTransport(authority_, Role::kScheduler), client = MakeTransport(authority_, Role::kClient);
  const int port = Listen(*scheduler);
  const PlainSocket plain(port);
  std::string frame;
  AppendFrame(FrameKind::kMessage, "let me in", &frame);
  plain.Send(frame);
  plain.ReadAll();
  EXPECT_TRUE(ConnectTo(*client, port, Role::kScheduler, &client_end_).ok());
  EXPECT_TRUE(server_end_.WaitForFrames(0).empty());
}

TEST_F(Net, StrangersThatSayNothingAreShownOutAndKeepNobodyWaiting) {
  const TransportOptions options{.handshake_seconds = 0.2, .max_handshakes = 2};
  auto scheduler = MakeTransport(authority_, Role::kScheduler, options), client = MakeTransport(authority_, Role::kClient);
  const int port = Listen(*scheduler);
  const PlainSocket first(port), second(port), third(port);
  EXPECT_TRUE(ConnectTo(*client, port, Role::kScheduler, &client_end_).ok());
  EXPECT_EQ(first.ReadAll(), "");
  EXPECT_EQ(third.ReadAll(), "");
}

TEST_F(Net, AServerThatSaysNothingIsNotWaitedForForEver) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  auto client = MakeTransport(authority_, Role::kClient, {.handshake_seconds = 0.1});
  const auto connection = ConnectTo(*client, ntohs(address.sin_port), Role::kScheduler, &client_end_);
  EXPECT_NE(connection.status().message().find("did not answer within 0.1 s"), std::string::npos) << connection.status();
  ::close(listener);
}

TEST_F(Net, AKeyThatIsNoneIsAnError) {
  Credentials credentials = authority_.Issue(Role::kClient).ValueOrDie();
  credentials.key = "not a key";
  EXPECT_EQ(KindOf(Transport::Make(credentials).status()), ErrorKind::kValue);
  credentials = authority_.Issue(Role::kClient).ValueOrDie();
  credentials.key = authority_.Issue(Role::kClient).ValueOrDie().key;
  EXPECT_EQ(KindOf(Transport::Make(credentials).status()), ErrorKind::kValue);
}

}  // namespace
}  // namespace cask
