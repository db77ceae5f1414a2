#include "cask/cluster/piece_holder.h"

#include <arrow/buffer.h>

#include <algorithm>

#include "cask/cluster/message_link.h"
#include "cask/compute/piece_codec.h"
#include "cask/wire/transfer_messages.h"

namespace cask {

// One visitor, on the transport's thread but for Encode.
class PieceHolder::Visit : public std::enable_shared_from_this<Visit> {
 public:
  Visit(PieceHolder& holder, std::shared_ptr<Connection> connection) : holder_(holder), connection_(std::move(connection)) {}

  void OnFrame(Frame frame) {
    const Status status = has_greeted_ ? TakeMessage(std::move(frame)) : TakeGreeting(frame);
    if (!status.ok()) Refuse(status);
  }

  void OnClosed() { transfers_.clear(); }

 private:
  struct Transfer {
    std::shared_ptr<arrow::Buffer> bytes;  // null until they are there
    int64_t position = 0;
    int allowed = kPartsAhead;             // parts that may be sent now
  };

  Status TakeGreeting(const Frame& frame) {
    if (frame.kind != FrameKind::kGreeting) return ValueError("the visitor did not greet");
    ARROW_ASSIGN_OR_RAISE(const Greeting greeting, Decode<Greeting>(frame.body));
    const auto* visitor = std::get_if<VisitorGreeting>(&greeting);
    if (visitor == nullptr) return ValueError("a worker's pieces are for visitors only");
    SendGreeting(*connection_, Welcome{});
    has_greeted_ = true;
    return Status::OK();
  }

  Status TakeMessage(Frame frame) {
    return reader_.Take<ToHolder>(std::move(frame), [this](const ToHolder& message) {
      return std::visit([this](const auto& content) { return On(content); }, message);
    });
  }

  Status On(const PartTaken& taken) {
    const auto found = transfers_.find(taken.transfer);
    if (found == transfers_.end()) return Status::OK();  // it was said of the last parts
    ++found->second.allowed;
    SendParts(found);
    return Status::OK();
  }

  Status On(const AskPiece& ask) {
    if (!transfers_.try_emplace(ask.transfer).second) return ValueError("the visitor used the number of a transfer twice");
    holder_.aside_.Post([self = shared_from_this(), ask] {
      Result<std::shared_ptr<arrow::Buffer>> bytes = self->EncodePieceOf(ask);
      self->holder_.transport_.Post([self, ask, bytes = std::move(bytes)] { self->OnEncoded(ask.transfer, bytes); });
    });
    return Status::OK();
  }

  Result<std::shared_ptr<arrow::Buffer>> EncodePieceOf(const AskPiece& ask) const {
    const auto piece = holder_.find_(ask.task, ask.output);
    if (piece == nullptr) return KeyError("the result is not held any more");
    return EncodePiece(*piece);
  }

  void OnEncoded(TransferId id, const Result<std::shared_ptr<arrow::Buffer>>& bytes) {
    const auto found = transfers_.find(id);
    if (found == transfers_.end()) return;  // the visitor has gone
    if (!bytes.ok()) {
      transfers_.erase(found);
      return Send(*connection_, FromHolder(PieceRefused{id, bytes.status()}));
    }
    found->second.bytes = *bytes;
    Send(*connection_, FromHolder(PieceBegins{id, (*bytes)->size()}));
    SendParts(found);
  }

  void SendParts(std::map<TransferId, Transfer>::iterator found) {
    Transfer& transfer = found->second;
    if (transfer.bytes == nullptr) return;
    for (; transfer.allowed > 0 && transfer.position < transfer.bytes->size(); --transfer.allowed) {
      const int64_t size = std::min(kPartBytes, transfer.bytes->size() - transfer.position);
      PiecePart part{found->first, {std::string(reinterpret_cast<const char*>(transfer.bytes->data()) + transfer.position, static_cast<size_t>(size))}};
      Send(*connection_, FromHolder(std::move(part)));
      transfer.position += size;
    }
    if (transfer.position == transfer.bytes->size()) transfers_.erase(found);
  }

  void Refuse(const Status& status) {
    if (!has_greeted_) SendGreeting(*connection_, Refusal{status});
    connection_->Close();
  }

  PieceHolder& holder_;
  const std::shared_ptr<Connection> connection_;
  MessageReader reader_;
  bool has_greeted_ = false;
  std::map<TransferId, Transfer> transfers_;
};

ConnectionEvents PieceHolder::OnAccept(std::shared_ptr<Connection> connection) {
  auto visit = std::make_shared<Visit>(*this, std::move(connection));
  return {[visit](Frame frame) { visit->OnFrame(std::move(frame)); }, [visit](const Status&) { visit->OnClosed(); }};
}

}  // namespace cask
