// Encrypted connections between the processes of a cluster: TLS 1.3 over TCP, where each end proves by its certificate that it belongs to the
// cluster and what its role is. Nothing that a peer sends is looked at before that, but by the TLS library.
//
// All sockets of a Transport live on one thread of its own, and so do the callbacks: they must not wait for anything. Whatever is sent while a write
// is under way goes out together in the next one.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cask/net/credentials.h"
#include "cask/net/frame.h"

namespace cask {

/// Thread-safe; may outlive the transport.
class Connection {
 public:
  virtual ~Connection() = default;

  /// Frames arrive in the order in which they were sent, and each once, unless the connection ends. The body is at most MaxFrameBytes(kind).
  virtual void Send(FrameKind kind, std::string_view body) = 0;
  /// Ends the connection when all that was sent is out.
  virtual void Close() = 0;
  virtual Role peer_role() const = 0;
  /// "127.0.0.1:8786"
  virtual const std::string& peer_address() const = 0;
};

struct ConnectionEvents {
  std::function<void(Frame)> on_frame;
  /// Called once, after all frames. OK if either end closed the connection between two frames.
  std::function<void(const Status&)> on_closed;
};

struct TransportOptions {
  double handshake_seconds = 5;             // how long a peer may take to prove who it is
  int max_handshakes = 256;                 // that strangers have under way at once; more wait in the system's queue
  size_t max_unsent_bytes = 64 << 20;       // of a connection whose peer does not read; beyond it the connection ends
};

class Transport {
 public:
  static Result<std::unique_ptr<Transport>> Make(const Credentials& credentials, const TransportOptions& options = {});
  /// Stops.
  virtual ~Transport() = default;
  /// Ends all connections and calls their on_closed; what is posted from then on is never called. Not on the transport's thread.
  virtual void Stop() = 0;

  /// Takes connections from then on; `port` 0 takes any free one. Returns the port. `on_accept` gives what a new connection calls.
  virtual Result<int> Listen(const std::string& host, int port, std::function<ConnectionEvents(std::shared_ptr<Connection>)> on_accept) = 0;

  /// `on_open` is called once with the connection, or with why there is none: also where the peer's role is not `expected`.
  virtual void Connect(const std::string& host, int port, Role expected, ConnectionEvents events,
                       std::function<void(Result<std::shared_ptr<Connection>>)> on_open) = 0;

  /// Calls `work` on the transport's thread, after what is queued there.
  virtual void Post(std::function<void()> work) = 0;
  /// The same after some time.
  virtual void PostAfter(double seconds, std::function<void()> work) = 0;
  /// Whether the caller is the transport's thread, which cannot end it.
  virtual bool is_this_thread() const = 0;
};

}  // namespace cask
