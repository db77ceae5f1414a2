// TlsConnection: what users of a transport hold of a connection, and TlsSocket: what the transport does with it. Only for transport.cc.
#pragma once

#include <array>
#include <asio.hpp>
#include <asio/ssl.hpp>
#include <memory>
#include <mutex>
#include <string>

#include "cask/net/transport.h"

namespace cask {

using TlsStream = asio::ssl::stream<asio::ip::tcp::socket>;

class TlsSocket;

/// May outlive the transport, and everything of it that is the transport's. Thread-safe.
class TlsConnection final : public Connection {
 public:
  TlsConnection(Role peer_role, std::string peer_address, size_t max_unsent_bytes)
      : peer_role_(peer_role), peer_address_(std::move(peer_address)), max_unsent_bytes_(max_unsent_bytes) {}

  void Send(FrameKind kind, std::string_view body) override;
  void Close() override;
  Role peer_role() const override { return peer_role_; }
  const std::string& peer_address() const override { return peer_address_; }

  // For the socket.
  void Attach(TlsSocket* socket);
  /// Nothing more is sent, and the socket is not touched any more.
  void Detach();
  /// Takes what was sent since the last call; `*closes`: whether that was the last.
  std::string TakeUnsent(bool* closes);

 private:
  // With the mutex held.
  void WakeSocket();

  const Role peer_role_;
  const std::string peer_address_;
  const size_t max_unsent_bytes_;

  std::mutex mutex_;
  TlsSocket* socket_ = nullptr;
  std::string unsent_;
  bool is_writing_ = false;   // or about to
  bool is_closed_ = false;    // nothing more is taken
  bool is_overfull_ = false;
};

/// On the transport's thread, but for what is said to be called from any.
class TlsSocket final : public std::enable_shared_from_this<TlsSocket> {
 public:
  TlsSocket(TlsStream stream, std::shared_ptr<TlsConnection> connection) : stream_(std::move(stream)), connection_(std::move(connection)) {}

  void Start(ConnectionEvents events);
  /// Whatever is under way on the socket ends.
  void End(const Status& status);

  // From any thread, as long as the connection is attached.
  void PostWrite();
  void PostEnd(Status status);

 private:
  static constexpr size_t kReadBytes = 64 << 10;

  void Write();
  void Read();
  bool TakeFrames();
  Status Broken(asio::error_code error) const;

  TlsStream stream_;
  const std::shared_ptr<TlsConnection> connection_;
  ConnectionEvents events_;
  FrameReader frames_;
  std::array<char, kReadBytes> read_;
  std::string writing_;
  bool is_shutting_down_ = false;
  bool has_ended_ = false;
};

}  // namespace cask
