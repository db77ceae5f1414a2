// The first frame of each side of a connection: who speaks, so that both know whether they understand each other.
#pragma once

#include <string>

#include "cask/base/error_codec.h"
#include "cask/wire/message.h"

namespace cask {

/// Changes whenever processes of different ages would not understand each other.
inline constexpr uint32_t kProtocolVersion = 1;

/// A client, from its first greeting until it has been gone for long.
enum class SessionId : int64_t {};

/// Of a worker that joins a scheduler.
struct WorkerGreeting {
  uint32_t protocol = kProtocolVersion;
  std::string name;            // for people
  std::string address;         // where it gives its pieces
  int32_t threads = 1;
  int64_t memory_limit_bytes = 0;
};
constexpr auto FieldsOf(std::type_identity<WorkerGreeting>) {
  return std::tuple(&WorkerGreeting::protocol, &WorkerGreeting::name, &WorkerGreeting::address, &WorkerGreeting::threads,
                    &WorkerGreeting::memory_limit_bytes);
}

/// Of a client that comes to a scheduler.
struct ClientGreeting {
  uint32_t protocol = kProtocolVersion;
  SessionId session{};  // that it has made up, and keeps when it comes again
};
constexpr auto FieldsOf(std::type_identity<ClientGreeting>) { return std::tuple(&ClientGreeting::protocol, &ClientGreeting::session); }

/// Of whoever comes to a worker for pieces.
struct VisitorGreeting {
  uint32_t protocol = kProtocolVersion;
};
constexpr auto FieldsOf(std::type_identity<VisitorGreeting>) { return std::tuple(&VisitorGreeting::protocol); }

/// The answer to all of them.
struct Welcome {
  uint32_t protocol = kProtocolVersion;
  WorkerId worker = kNoWorker;  // who the worker is from now on
};
constexpr auto FieldsOf(std::type_identity<Welcome>) { return std::tuple(&Welcome::protocol, &Welcome::worker); }

/// The other answer; the connection ends.
struct Refusal {
  Status reason;
};
constexpr auto FieldsOf(std::type_identity<Refusal>) { return std::tuple(&Refusal::reason); }

using Greeting = std::variant<WorkerGreeting, ClientGreeting, VisitorGreeting, Welcome, Refusal>;

}  // namespace cask
