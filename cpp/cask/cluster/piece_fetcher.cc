#include "cask/cluster/piece_fetcher.h"

#include <arrow/buffer.h>

#include <cstring>
#include <deque>

#include "cask/base/pool.h"
#include "cask/cluster/message_link.h"
#include "cask/compute/piece_codec.h"
#include "cask/wire/transfer_messages.h"

namespace cask {
namespace {

// So that what comes of them, kPartsAhead each, stays below what a connection lets wait.
constexpr size_t kAsksAtOnce = 4;

}  // namespace

// The connection with one holder, or the wish for one; on the transport's thread.
class PieceFetcher::Holder : public std::enable_shared_from_this<Holder> {
 public:
  Holder(PieceFetcher& fetcher, std::string address) : fetcher_(fetcher), address_(std::move(address)) {}

  void Connect() {
    const Result<HostAndPort> place = ParseAddress(address_);
    if (!place.ok()) return End(place.status());
    const ConnectionEvents events{[self = shared_from_this()](Frame frame) { self->OnFrame(std::move(frame)); },
                                  [self = shared_from_this()](const Status& status) { self->End(status); }};
    fetcher_.transport_.Connect(place->host, place->port, Role::kWorker, events, [self = shared_from_this()](auto connection) {
      if (!connection.ok()) return self->End(connection.status());
      self->connection_ = *connection;
      SendGreeting(*self->connection_, VisitorGreeting{});
    });
  }

  void Ask(const TaskId& task, int output, Then then) {
    const TransferId id{next_transfer_++};
    waiting_.push_back({{id, task, output}, std::move(then), nullptr, 0});
    AskMore();
  }

 private:
  struct Transfer {
    AskPiece ask;
    Then then;
    std::shared_ptr<arrow::Buffer> bytes;  // as they arrive; null until their number is known
    int64_t num_arrived = 0;
  };

  void AskMore() {
    while (is_welcome_ && !waiting_.empty() && asked_.size() < kAsksAtOnce) {
      const TransferId id = waiting_.front().ask.transfer;
      Send(*connection_, ToHolder(waiting_.front().ask));
      asked_.emplace(id, std::move(waiting_.front()));
      waiting_.pop_front();
    }
  }

  void OnFrame(Frame frame) {
    const Status status = is_welcome_ ? TakeMessage(std::move(frame)) : TakeWelcome(frame);
    if (!status.ok()) End(status);
  }

  Status TakeWelcome(const Frame& frame) {
    ARROW_RETURN_NOT_OK(ReadWelcome(frame));
    is_welcome_ = true;
    AskMore();
    return Status::OK();
  }

  Status TakeMessage(Frame frame) {
    return reader_.Take<FromHolder>(std::move(frame), [this](const FromHolder& message) {
      return std::visit([this](const auto& content) { return On(content); }, message);
    });
  }

  Result<Transfer*> Find(TransferId id) {
    const auto found = asked_.find(id);
    if (found == asked_.end()) return ValueError("{} sent what was not asked for", address_);
    return &found->second;
  }

  Status On(const PieceBegins& begins) {
    ARROW_ASSIGN_OR_RAISE(Transfer* transfer, Find(begins.transfer));
    if (transfer->bytes != nullptr || begins.num_bytes <= 0) return ValueError("{} began a piece of {} bytes wrongly", address_, begins.num_bytes);
    ARROW_ASSIGN_OR_RAISE(transfer->bytes, arrow::AllocateBuffer(begins.num_bytes, BufferPool()));
    return Status::OK();
  }

  Status On(const PiecePart& part) {
    ARROW_ASSIGN_OR_RAISE(Transfer* transfer, Find(part.transfer));
    const auto size = static_cast<int64_t>(part.bytes.bytes.size());
    const int64_t left = transfer->bytes == nullptr ? 0 : transfer->bytes->size() - transfer->num_arrived;
    if (size == 0 || size > left) return ValueError("{} sent {} bytes of a piece of which {} were left", address_, size, left);
    std::memcpy(transfer->bytes->mutable_data() + transfer->num_arrived, part.bytes.bytes.data(), static_cast<size_t>(size));
    transfer->num_arrived += size;
    if (size < left) {
      Send(*connection_, ToHolder(PartTaken{part.transfer}));
    } else {
      Finish(part.transfer);
    }
    return Status::OK();
  }

  Status On(const PieceRefused& refused) {
    ARROW_ASSIGN_OR_RAISE(Transfer* transfer, Find(refused.transfer));
    GiveUp(*transfer, refused.reason.ok() ? KeyError("{} refused without a reason", address_) : refused.reason);
    asked_.erase(refused.transfer);
    AskMore();
    return Status::OK();
  }

  void Finish(TransferId id) {
    auto node = asked_.extract(id);
    fetcher_.aside_.Post([then = std::move(node.mapped().then), bytes = std::move(node.mapped().bytes)] { then(DecodePiece(bytes)); });
    AskMore();
  }

  void GiveUp(Transfer& transfer, const Status& status) {
    fetcher_.aside_.Post([then = std::move(transfer.then), status] { then(status); });
  }

  // Whoever asks next gets a new connection.
  void End(const Status& status) {
    const auto self = shared_from_this();
    const auto found = fetcher_.holders_.find(address_);
    if (found != fetcher_.holders_.end() && found->second == self) fetcher_.holders_.erase(found);
    const Status why = status.ok() ? OSError("{} closed the connection", address_) : status;
    for (auto& [id, transfer] : asked_) GiveUp(transfer, why);
    for (Transfer& transfer : waiting_) GiveUp(transfer, why);
    asked_.clear();
    waiting_.clear();
    if (connection_ != nullptr) connection_->Close();
  }

  PieceFetcher& fetcher_;
  const std::string address_;
  std::shared_ptr<Connection> connection_;
  MessageReader reader_;
  bool is_welcome_ = false;
  int64_t next_transfer_ = 0;
  std::map<TransferId, Transfer> asked_;
  std::deque<Transfer> waiting_;  // until others are done
};

void PieceFetcher::Fetch(const std::string& address, const TaskId& task, int output, Then then) {
  transport_.Post([this, address, task, output, then = std::move(then)]() mutable {
    auto& holder = holders_[address];
    if (holder == nullptr) {
      holder = std::make_shared<Holder>(*this, address);
      const auto held = holder;  // a connection that cannot be made takes itself out of the map
      held->Ask(task, output, std::move(then));
      return held->Connect();
    }
    holder->Ask(task, output, std::move(then));
  });
}

}  // namespace cask
