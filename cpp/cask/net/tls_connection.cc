#include "cask/net/tls_connection.h"

#include <utility>

namespace cask {

void TlsSocket::Start(ConnectionEvents events) {
  events_ = std::move(events);
  connection_->Attach(this);
  Read();
}

void TlsSocket::PostWrite() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] { self->Write(); });
}

void TlsSocket::PostEnd(Status status) {
  asio::post(stream_.get_executor(), [self = shared_from_this(), status = std::move(status)] { self->End(status); });
}

void TlsSocket::End(const Status& status) {
  if (has_ended_) return;
  has_ended_ = true;
  connection_->Detach();
  asio::error_code ignored;
  stream_.next_layer().close(ignored);
  // What is called may hold the connection: it is let go.
  const ConnectionEvents events = std::exchange(events_, {});
  if (events.on_closed) events.on_closed(status);
}

void TlsSocket::Write() {
  if (has_ended_) return;
  bool closes;
  writing_ = connection_->TakeUnsent(&closes);
  if (!writing_.empty()) {
    asio::async_write(stream_, asio::buffer(writing_), [self = shared_from_this()](asio::error_code error, size_t) {
      if (error) return self->End(self->Broken(error));
      self->Write();
    });
  } else if (closes) {
    is_shutting_down_ = true;
    stream_.async_shutdown([self = shared_from_this()](asio::error_code) { self->End(Status::OK()); });
  }
}

void TlsSocket::Read() {
  stream_.async_read_some(asio::buffer(read_), [self = shared_from_this()](asio::error_code error, size_t size) {
    if (self->has_ended_) return;
    // The peer ends its side without a word once it has heard that this one is closing.
    const bool is_end = self->is_shutting_down_ || (error == asio::error::eof && self->frames_.is_between_frames());
    if (error) return self->End(is_end ? Status::OK() : self->Broken(error));
    self->frames_.Append({self->read_.data(), size});
    if (self->TakeFrames()) self->Read();
  });
}

bool TlsSocket::TakeFrames() {
  for (;;) {
    Result<std::optional<Frame>> frame = frames_.Next();
    if (!frame.ok()) End(frame.status());
    if (has_ended_) return false;
    if (!frame->has_value()) return true;
    if (events_.on_frame) events_.on_frame(std::move(**frame));
    if (has_ended_) return false;
  }
}

Status TlsSocket::Broken(asio::error_code error) const {
  if (error == asio::ssl::error::stream_truncated) return OSError("{} ended the connection without a word", connection_->peer_address());
  return OSError("the connection with {} broke: {}", connection_->peer_address(), error.message());
}

void TlsConnection::Send(FrameKind kind, std::string_view body) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (is_closed_) return;
  AppendFrame(kind, body, &unsent_);
  is_closed_ = is_overfull_ = unsent_.size() > max_unsent_bytes_;
  WakeSocket();
}

void TlsConnection::Close() {
  std::lock_guard<std::mutex> lock(mutex_);
  is_closed_ = true;
  WakeSocket();
}

void TlsConnection::WakeSocket() {
  if (socket_ == nullptr) return;
  if (is_overfull_) return socket_->PostEnd(OSError("{} does not read: {} bytes wait to be sent to it", peer_address_, max_unsent_bytes_));
  if (is_writing_) return;
  is_writing_ = true;
  socket_->PostWrite();
}

void TlsConnection::Attach(TlsSocket* socket) {
  std::lock_guard<std::mutex> lock(mutex_);
  socket_ = socket;
  WakeSocket();
}

void TlsConnection::Detach() {
  std::lock_guard<std::mutex> lock(mutex_);
  socket_ = nullptr;
  is_closed_ = true;
  unsent_.clear();
}

std::string TlsConnection::TakeUnsent(bool* closes) {
  std::lock_guard<std::mutex> lock(mutex_);
  *closes = is_closed_;
  is_writing_ = !unsent_.empty() || is_closed_;
  return std::exchange(unsent_, {});
}

}  // namespace cask
