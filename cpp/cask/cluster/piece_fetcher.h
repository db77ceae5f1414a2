// PieceFetcher: gets pieces from the workers that hold them. See wire/transfer_messages.h.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "cask/base/ids.h"
#include "cask/base/serial_thread.h"
#include "cask/data/piece.h"
#include "cask/net/transport.h"

namespace cask {

class PieceFetcher {
 public:
  /// Called once, on `aside`.
  using Then = std::function<void(Result<std::shared_ptr<const Piece>>)>;

  /// Bytes are made into pieces on `aside`, which is stopped before `transport` ends; both end before the fetcher.
  PieceFetcher(Transport& transport, SerialThread& aside) : transport_(transport), aside_(aside) {}

  /// Asks the worker at `address`. From any thread. Connections are made when first needed and kept.
  void Fetch(const std::string& address, const TaskId& task, int output, Then then);

 private:
  class Holder;

  Transport& transport_;
  SerialThread& aside_;
  std::map<std::string, std::shared_ptr<Holder>> holders_;  // by address, on the transport's thread
};

}  // namespace cask
