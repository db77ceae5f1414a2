#include "cask/cluster/message_link.h"

#include <charconv>

#include "cask/base/log.h"

namespace cask {

void SendBytes(Connection& connection, std::string_view message) {
  if (message.size() > kMaxMessageBytes) {
    LogWarning("a message of {} MB to {} is too long: the connection ends", message.size() >> 20, connection.peer_address());
    return connection.Close();
  }
  const size_t part = MaxFrameBytes(FrameKind::kPart);
  for (; message.size() > part; message.remove_prefix(part)) connection.Send(FrameKind::kPart, message.substr(0, part));
  connection.Send(FrameKind::kMessage, message);
}

void SendGreeting(Connection& connection, const Greeting& greeting) { connection.Send(FrameKind::kGreeting, Encode(greeting)); }

Result<std::optional<std::string>> MessageReader::Join(Frame frame) {
  if (frame.kind == FrameKind::kGreeting) return ValueError("the peer greeted twice");
  if (parts_.size() + frame.body.size() > kMaxMessageBytes) return ValueError("the peer sent a message of more than {} bytes", kMaxMessageBytes);
  if (parts_.empty() && frame.kind == FrameKind::kMessage) return std::move(frame.body);
  parts_ += frame.body;
  if (frame.kind == FrameKind::kPart) return std::nullopt;
  return std::exchange(parts_, {});
}

Result<Welcome> ReadWelcome(const Frame& frame) {
  if (frame.kind != FrameKind::kGreeting) return ValueError("the peer did not greet");
  ARROW_ASSIGN_OR_RAISE(const Greeting greeting, Decode<Greeting>(frame.body));
  if (const auto* refusal = std::get_if<Refusal>(&greeting)) {
    return refusal->reason.ok() ? PermissionError("the peer refused without a reason") : refusal->reason;
  }
  const auto* welcome = std::get_if<Welcome>(&greeting);
  if (welcome == nullptr) return ValueError("the peer greeted as what it is not");
  if (welcome->protocol != kProtocolVersion) {
    return ValueError("the peer speaks version {} of Cask's protocol, this process version {}: use one version of Cask", welcome->protocol, kProtocolVersion);
  }
  return *welcome;
}

Result<HostAndPort> ParseAddress(std::string_view address) {
  std::string_view rest = address;
  for (const std::string_view scheme : {"tls://", "tcp://"}) {
    if (rest.starts_with(scheme)) rest.remove_prefix(scheme.size());
  }
  const size_t colon = rest.rfind(':');
  HostAndPort parsed;
  if (colon != std::string_view::npos) {
    parsed.host = rest.substr(0, colon);
    const std::string_view digits = rest.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed.port);
    if (error != std::errc() || end != digits.data() + digits.size()) parsed.port = 0;
  }
  if (parsed.host.starts_with('[') && parsed.host.ends_with(']')) parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  if (parsed.host.empty() || parsed.port < 1 || parsed.port > 65535) {
    return ValueError("'{}' is no address: it is a host and a port, such as node7:8786", address);
  }
  return parsed;
}

}  // namespace cask
