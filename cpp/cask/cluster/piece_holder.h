// PieceHolder: gives the pieces of a worker to whoever comes for them: other workers and clients. See wire/transfer_messages.h.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "cask/base/ids.h"
#include "cask/base/serial_thread.h"
#include "cask/data/piece.h"
#include "cask/net/transport.h"

namespace cask {

class PieceHolder {
 public:
  /// The piece of an output of a task; null if it is not held. Called on `aside`.
  using Find = std::function<std::shared_ptr<const Piece>(const TaskId& task, int output)>;

  /// Pieces are made into bytes on `aside`, which is stopped before `transport` ends; both outlive the holder's visitors.
  PieceHolder(Transport& transport, SerialThread& aside, Find find) : transport_(transport), aside_(aside), find_(std::move(find)) {}

  /// For Transport::Listen.
  ConnectionEvents OnAccept(std::shared_ptr<Connection> connection);

 private:
  class Visit;

  Transport& transport_;
  SerialThread& aside_;
  Find find_;
};

}  // namespace cask
