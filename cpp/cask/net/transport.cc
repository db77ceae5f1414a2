#include "cask/net/transport.h"

#include <openssl/x509.h>

#include <set>
#include <thread>

#include "cask/net/tls_connection.h"

namespace cask {
namespace {

using asio::ip::tcp;
using Code = asio::error_code;

std::string AddressOf(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return endpoint.address().is_v6() ? fmt::format("[{}]:{}", host, endpoint.port()) : fmt::format("{}:{}", host, endpoint.port());
}

Result<Role> RoleOfPeer(TlsStream& stream) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(stream.native_handle()), &X509_free);
  if (certificate == nullptr) return PermissionError("the peer has no certificate");
  char name[64] = {};
  if (X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof(name)) <= 0) {
    return PermissionError("the peer's certificate names no role");
  }
  return ParseRole(name);
}

class TlsTransport final : public Transport {
 public:
  TlsTransport(const Credentials& credentials, const TransportOptions& options) : options_(options) {
    for (asio::ssl::context* context : {&server_, &client_}) {
      context->use_certificate_chain(asio::buffer(credentials.certificate));
      context->use_private_key(asio::buffer(credentials.key), asio::ssl::context::pem);
      context->add_certificate_authority(asio::buffer(credentials.authority));
      context->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
      SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
      SSL_CTX_set_num_tickets(context->native_handle(), 0);
    }
    thread_ = std::thread([this] { io_.run(); });
  }

  ~TlsTransport() override { Stop(); }

  void Stop() override {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] {
      acceptors_.clear();
      for (const auto& socket : std::exchange(sockets_, {})) {
        if (const auto held = socket.lock()) held->End(CancelledError("this end of the connection was taken down"));
      }
      io_.stop();
    });
    thread_.join();
  }

  Result<int> Listen(const std::string& host, int port, std::function<ConnectionEvents(std::shared_ptr<Connection>)> on_accept) override {
    Code error;
    const auto address = asio::ip::make_address(host, error);
    if (error) return ValueError("'{}' is no address to listen at: give that of an interface, such as 127.0.0.1 or 0.0.0.0", host);
    auto acceptor = std::make_shared<Acceptor>(Acceptor{tcp::acceptor(io_), std::move(on_accept)});
    const tcp::endpoint endpoint(address, static_cast<uint16_t>(port));
    acceptor->socket.open(endpoint.protocol(), error);
    if (!error) acceptor->socket.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor->socket.bind(endpoint, error);
    if (!error) acceptor->socket.listen(asio::socket_base::max_listen_connections, error);
    if (error) return OSError("cannot listen at {}: {}", AddressOf(endpoint), error.message());
    const int chosen = acceptor->socket.local_endpoint().port();
    asio::post(io_, [this, acceptor] {
      acceptors_.push_back(acceptor);
      Accept(acceptor);
    });
    return chosen;
  }

  void Connect(const std::string& host, int port, Role expected, ConnectionEvents events,
               std::function<void(Result<std::shared_ptr<Connection>>)> on_open) override {
    auto attempt = std::make_shared<Attempt>(Attempt{{io_, client_}, asio::steady_timer(io_), fmt::format("{}:{}", host, port)});
    auto resolver = std::make_shared<tcp::resolver>(io_);
    StartTimer(attempt);
    resolver->async_resolve(host, std::to_string(port), [=, this](Code error, const tcp::resolver::results_type& found) {
      if (error) return GiveUp(attempt, on_open, OSError("cannot find {}: {}", host, error.message()));
      (void)resolver;  // lives until here
      asio::async_connect(attempt->stream.next_layer(), found, [=, this](Code error, const tcp::endpoint&) {
        if (error) return GiveUp(attempt, on_open, OSError("cannot connect to {}: {}", attempt->address, error.message()));
        Shake(attempt, asio::ssl::stream_base::client, [=, this](const Status& status) {
          if (!status.ok()) return GiveUp(attempt, on_open, status);
          Result<Role> role = RoleOfPeer(attempt->stream);
          if (role.ok() && *role != expected) {
            role = PermissionError("{} is a {} of the cluster, not a {}", attempt->address, RoleName(*role), RoleName(expected));
          }
          if (!role.ok()) return GiveUp(attempt, on_open, role.status());
          const auto connection = MakeConnection(*attempt, *role);
          on_open(std::shared_ptr<Connection>(connection));
          MakeSocket(*attempt, connection)->Start(events);
        });
      });
    });
  }

  void Post(std::function<void()> work) override { asio::post(io_, std::move(work)); }

  void PostAfter(double seconds, std::function<void()> work) override {
    auto timer = std::make_shared<asio::steady_timer>(io_, std::chrono::microseconds(static_cast<int64_t>(seconds * 1e6)));
    timer->async_wait([timer, work = std::move(work)](Code error) {
      if (!error) work();
    });
  }

  bool is_this_thread() const override { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  struct Acceptor {
    tcp::acceptor socket;
    std::function<ConnectionEvents(std::shared_ptr<Connection>)> on_accept;
    bool waits = false;  // until a handshake has ended
  };

  // A connection that is not open yet.
  struct Attempt {
    TlsStream stream;
    asio::steady_timer timer;
    std::string address;
    bool timed_out = false;
  };

  void Accept(const std::shared_ptr<Acceptor>& acceptor) {
    acceptor->waits = num_handshakes_ >= options_.max_handshakes;
    if (acceptor->waits) return;
    acceptor->socket.async_accept([=, this](Code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      // Out of descriptors, or a peer that is gone already: others may be there.
      if (!error) Welcome(acceptor, std::move(socket));
      Accept(acceptor);
    });
  }

  void Welcome(const std::shared_ptr<Acceptor>& acceptor, tcp::socket socket) {
    Code error;
    const tcp::endpoint peer = socket.remote_endpoint(error);
    if (error) return;
    auto attempt = std::make_shared<Attempt>(Attempt{{std::move(socket), server_}, asio::steady_timer(io_), AddressOf(peer)});
    StartTimer(attempt);
    ++num_handshakes_;
    Shake(attempt, asio::ssl::stream_base::server, [=, this](const Status& status) {
      --num_handshakes_;
      for (const auto& waiting : acceptors_) {
        if (waiting->waits) Accept(waiting);
      }
      if (!status.ok()) return;
      const Result<Role> role = RoleOfPeer(attempt->stream);
      if (!role.ok()) return;
      const auto connection = MakeConnection(*attempt, *role);
      MakeSocket(*attempt, connection)->Start(acceptor->on_accept(connection));
    });
  }

  void StartTimer(const std::shared_ptr<Attempt>& attempt) {
    attempt->timer.expires_after(std::chrono::microseconds(static_cast<int64_t>(options_.handshake_seconds * 1e6)));
    attempt->timer.async_wait([attempt](Code error) {
      if (error) return;
      attempt->timed_out = true;
      Code ignored;
      attempt->stream.next_layer().close(ignored);
    });
  }

  template <typename Then>
  void Shake(const std::shared_ptr<Attempt>& attempt, asio::ssl::stream_base::handshake_type side, Then then) {
    Code ignored;
    attempt->stream.next_layer().set_option(tcp::no_delay(true), ignored);
    attempt->stream.async_handshake(side, [=](Code error) {
      attempt->timer.cancel();
      if (!error) return then(Status::OK());
      // One that breaks off says nothing of who the peer is: it may be ending just then.
      const bool is_broken = error.category() == asio::system_category() || error == asio::error::eof || error == asio::ssl::error::stream_truncated;
      if (is_broken) return then(OSError("the handshake with {} broke off: {}", attempt->address, error.message()));
      then(PermissionError("the handshake with {} failed: {}", attempt->address, error.message()));
    });
  }

  void GiveUp(const std::shared_ptr<Attempt>& attempt, const std::function<void(Result<std::shared_ptr<Connection>>)>& on_open, Status status) {
    attempt->timer.cancel();
    if (attempt->timed_out) status = OSError("{} did not answer within {} s", attempt->address, options_.handshake_seconds);
    on_open(std::move(status));
  }

  std::shared_ptr<TlsConnection> MakeConnection(const Attempt& attempt, Role role) const {
    return std::make_shared<TlsConnection>(role, attempt.address, options_.max_unsent_bytes);
  }

  std::shared_ptr<TlsSocket> MakeSocket(Attempt& attempt, std::shared_ptr<TlsConnection> connection) {
    auto socket = std::make_shared<TlsSocket>(std::move(attempt.stream), std::move(connection));
    std::erase_if(sockets_, [](const auto& other) { return other.expired(); });
    sockets_.insert(socket);
    return socket;
  }

  const TransportOptions options_;
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  asio::ssl::context server_{asio::ssl::context::tlsv13_server};
  asio::ssl::context client_{asio::ssl::context::tlsv13_client};
  std::vector<std::shared_ptr<Acceptor>> acceptors_;
  std::set<std::weak_ptr<TlsSocket>, std::owner_less<std::weak_ptr<TlsSocket>>> sockets_;
  int num_handshakes_ = 0;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Transport>> Transport::Make(const Credentials& credentials, const TransportOptions& options) {
  try {
    return std::make_unique<TlsTransport>(credentials, options);
  } catch (const asio::system_error& error) {
    return ValueError("the certificate or the key cannot be used: {}", error.what());
  }
}

}  // namespace cask
