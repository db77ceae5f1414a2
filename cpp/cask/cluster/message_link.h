// Messages over a connection: one a frame, long ones in parts.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cask/net/transport.h"
#include "cask/wire/greeting.h"

namespace cask {

/// The most that a message may be, all parts together.
inline constexpr size_t kMaxMessageBytes = size_t{512} << 20;
/// What may wait to be sent between a client, its scheduler and a worker: a long message beside others.
inline constexpr size_t kMaxUnsentBytes = 2 * kMaxMessageBytes;

/// A message longer than kMaxMessageBytes ends the connection.
void SendBytes(Connection& connection, std::string_view message);

template <typename... Messages>
void Send(Connection& connection, const std::variant<Messages...>& message) {
  SendBytes(connection, Encode(message));
}

void SendGreeting(Connection& connection, const Greeting& greeting);

/// Puts the parts of messages together. Holds a message at most.
class MessageReader {
 public:
  /// Calls `handle`, which gives a Status, with the message that the frame ends, if it ends one. Error if the frame is a greeting, the message grows
  /// too long, or it is no `Message`.
  template <typename Message, typename Handle>
  Status Take(Frame frame, Handle handle) {
    ARROW_ASSIGN_OR_RAISE(const std::optional<std::string> bytes, Join(std::move(frame)));
    if (!bytes) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(Message message, Decode<Message>(*bytes));
    return handle(std::move(message));
  }

 private:
  Result<std::optional<std::string>> Join(Frame frame);


  std::string parts_;
};

/// The answer of the other end to a greeting. Error if it is none, refuses, or speaks another version of the protocol.
Result<Welcome> ReadWelcome(const Frame& frame);

/// "node7:8786" or "[::1]:8786", perhaps with "tls://" or "tcp://" before it. ValueError where it is no address.
struct HostAndPort {
  std::string host;
  int port = 0;
};
Result<HostAndPort> ParseAddress(std::string_view address);

}  // namespace cask
