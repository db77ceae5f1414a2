#include "cask/child/child_channel.h"

#include <arrow/buffer.h>
#include <arrow/util/utf8.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>

#include "cask/base/pool.h"
#include "cask/child/shared_buffer.h"
#include "cask/io/os_error.h"

namespace cask {
namespace {

constexpr uint32_t kMagic = 0x314b5343;  // "CSK1": the protocol's version as well
constexpr uint32_t kBodyInFile = 1;      // flags of both headers
constexpr uint32_t kHasFunction = 2;     // of a call's

constexpr size_t kMaxFiles = 250;  // descriptors of one message: the system's limit is 253
constexpr size_t kMaxArguments = 1 << 24;
constexpr uint64_t kMaxAnswerBytes = uint64_t{1} << 40;
constexpr uint64_t kMaxRaisedBytes = 16 << 20;
constexpr int kSocketBytes = 256 << 10;
constexpr uint64_t kAlignment = 64;

struct CallHeader {
  uint32_t magic = kMagic;
  uint32_t flags = 0;
  uint32_t num_arguments = 0;
  uint32_t num_files = 0;
  uint64_t number = 0;
  uint64_t body_bytes = 0;
  Token function;
};
static_assert(sizeof(CallHeader) == 48);

// Where the function or an argument lies. `file`: 0: in the body; else the number, from 1 on, of a SharedBuffer's file.
struct PartEntry {
  uint64_t file = 0;
  uint64_t offset = 0;
  uint64_t bytes = 0;
};

struct AnswerHeader {
  uint32_t magic;
  AnswerKind kind;
  uint32_t flags;
  uint32_t reserved;
  uint64_t number;
  uint64_t body_bytes;
  uint64_t text_bytes;
};
static_assert(sizeof(AnswerHeader) == 40);

uint64_t Aligned(uint64_t offset) { return (offset + kAlignment - 1) / kAlignment * kAlignment; }

// A call laid out as a message.
class CallMessage {
 public:
  CallMessage(const PythonCall& call, uint64_t number, bool with_function) {
    header_.number = number;
    header_.function = call.function_token;
    header_.num_arguments = static_cast<uint32_t>(call.arguments.size());
    parts_.reserve(call.arguments.size() + 1);
    if (with_function) AddPart(*call.function);
    for (const auto& argument : call.arguments) AddPart(*argument);
    if (with_function) header_.flags |= kHasFunction;
    header_.num_files = static_cast<uint32_t>(fds_.size());
    LayOut();
  }

  Status Write() {
    if (header_.body_bytes <= kMaxInlineBytes) return WriteInline();
    header_.flags |= kBodyInFile;
    message_.assign(reinterpret_cast<const char*>(&header_), sizeof(header_));
    return WriteFile();
  }

  const std::string& message() const { return message_; }
  // Those of the message, in the order of sending.
  std::vector<int> Descriptors() const {
    std::vector<int> all;
    if (body_file_ != nullptr) all.push_back(body_file_->get());
    all.insert(all.end(), fds_.begin(), fds_.end());
    return all;
  }

 private:
  struct Part {
    const arrow::Buffer* buffer;
    PartEntry entry;
  };

  void AddPart(const arrow::Buffer& buffer) {
    Part part{&buffer, {0, 0, static_cast<uint64_t>(buffer.size())}};
    const SharedBuffer* shared = buffer.size() > kMaxInlineBytes && fds_.size() < kMaxFiles ? SharedBuffer::Of(buffer) : nullptr;
    if (shared != nullptr) {
      fds_.push_back(shared->fd());
      part.entry.file = fds_.size();
      part.entry.offset = static_cast<uint64_t>(buffer.data() - shared->data());
    }
    parts_.push_back(part);
  }

  // Gives the parts that are in the body their places behind the table.
  void LayOut() {
    uint64_t end = parts_.size() * sizeof(PartEntry);
    for (Part& part : parts_) {
      if (part.entry.file != 0) continue;
      part.entry.offset = Aligned(end);
      end = part.entry.offset + part.entry.bytes;
    }
    header_.body_bytes = end;
  }

  Status WriteInline() {
    message_.resize(sizeof(header_) + header_.body_bytes);
    std::memcpy(message_.data(), &header_, sizeof(header_));
    char* body = message_.data() + sizeof(header_);
    for (size_t i = 0; i < parts_.size(); ++i) {
      const PartEntry& entry = parts_[i].entry;
      std::memcpy(body + i * sizeof(entry), &entry, sizeof(entry));
      if (entry.file == 0 && entry.bytes > 0) std::memcpy(body + entry.offset, parts_[i].buffer->data(), entry.bytes);
    }
    return Status::OK();
  }

  Status WriteFile() {
    ARROW_ASSIGN_OR_RAISE(body_file_, MakeMemoryFile());
    std::vector<PartEntry> table;
    for (const Part& part : parts_) table.push_back(part.entry);
    ARROW_RETURN_NOT_OK(WriteMemoryFile(*body_file_, 0, table.data(), static_cast<int64_t>(table.size() * sizeof(PartEntry))));
    for (const Part& part : parts_) {
      if (part.entry.file != 0) continue;
      ARROW_RETURN_NOT_OK(WriteMemoryFile(*body_file_, static_cast<int64_t>(part.entry.offset), part.buffer->data(), part.buffer->size()));
    }
    // The last part may be empty and aligned beyond the end of what was written.
    if (::ftruncate(body_file_->get(), static_cast<off_t>(header_.body_bytes)) != 0) return ErrorOfOS(errno, "cannot write to", "a memory file");
    return SealMemoryFile(*body_file_);
  }

  CallHeader header_;
  std::vector<Part> parts_;
  std::vector<int> fds_;  // of SharedBuffers; not owned
  std::string message_;
  std::unique_ptr<Descriptor> body_file_;  // null: the body is in the message
};

Result<bool> Send(int socket, const std::string& message, const std::vector<int>& fds) {
  iovec bytes{const_cast<char*>(message.data()), message.size()};
  msghdr header{};
  header.msg_iov = &bytes;
  header.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE((kMaxFiles + 1) * sizeof(int))];
  if (!fds.empty()) {
    header.msg_control = control;
    header.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
    cmsghdr* files = CMSG_FIRSTHDR(&header);
    files->cmsg_level = SOL_SOCKET;
    files->cmsg_type = SCM_RIGHTS;
    files->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
    std::memcpy(CMSG_DATA(files), fds.data(), fds.size() * sizeof(int));
  }
  for (;;) {
    if (::sendmsg(socket, &header, MSG_NOSIGNAL) >= 0) return true;
    if (errno == EPIPE || errno == ECONNRESET) return false;
    if (errno != EINTR) return ErrorOfOS(errno, "cannot send", "a call to a child");
  }
}

// The descriptors of a message, all of them, so that none is left open.
std::vector<std::unique_ptr<Descriptor>> FilesOf(msghdr* message) {
  std::vector<std::unique_ptr<Descriptor>> files;
  for (cmsghdr* control = CMSG_FIRSTHDR(message); control != nullptr; control = CMSG_NXTHDR(message, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(control) + i * sizeof(int), sizeof(int));
      files.push_back(std::make_unique<Descriptor>(fd));
    }
  }
  return files;
}

Result<std::shared_ptr<arrow::Buffer>> CopyOf(const uint8_t* bytes, int64_t size) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> copy, arrow::AllocateBuffer(size, BufferPool()));
  std::memcpy(copy->mutable_data(), bytes, static_cast<size_t>(size));
  return copy;
}

Status CheckHeader(const AnswerHeader& header, uint64_t number, size_t num_files) {
  const bool is_in_file = header.flags == kBodyInFile;
  if (header.magic != kMagic || header.reserved != 0) return ValueError("its header is not that of an answer");
  if (header.kind < AnswerKind::kReady || header.kind > AnswerKind::kUnknownFunction) {
    return ValueError("it is of a kind that there is not: {}", static_cast<uint32_t>(header.kind));
  }
  if (header.number != number) return ValueError("it answers call {}, not {}", header.number, number);
  if (header.flags > kBodyInFile || num_files != (is_in_file ? 1 : 0)) return ValueError("{} files came with it", num_files);
  const uint64_t max_bytes = header.kind == AnswerKind::kRaised ? kMaxRaisedBytes : kMaxAnswerBytes;
  if (header.body_bytes > max_bytes || header.text_bytes > header.body_bytes || (is_in_file && header.body_bytes == 0)) {
    return ValueError("its lengths are not possible: {} and {}", header.body_bytes, header.text_bytes);
  }
  return Status::OK();
}

// Of a kRaised: its text goes into messages, which are UTF-8.
Status CheckText(const Answer& answer) {
  if (answer.text_bytes == 0) return Status::OK();
  arrow::util::InitializeUTF8();
  if (!arrow::util::ValidateUTF8(answer.body->data(), static_cast<int64_t>(answer.text_bytes))) return ValueError("its text is not UTF-8");
  return Status::OK();
}

Status ReadAnswer(const uint8_t* bytes, size_t size, uint64_t number, std::vector<std::unique_ptr<Descriptor>> files, Answer* answer) {
  AnswerHeader header;
  if (size < sizeof(header)) return ValueError("it has {} bytes", size);
  std::memcpy(&header, bytes, sizeof(header));
  ARROW_RETURN_NOT_OK(CheckHeader(header, number, files.size()));
  const size_t inline_bytes = size - sizeof(header);
  if (inline_bytes != (files.empty() ? header.body_bytes : 0)) return ValueError("{} bytes came where {} were said", inline_bytes, header.body_bytes);
  *answer = {header.kind, header.text_bytes, nullptr};
  if (!files.empty()) {
    ARROW_ASSIGN_OR_RAISE(answer->body, SharedBuffer::Map(std::move(files[0]), static_cast<int64_t>(header.body_bytes)));
  } else if (inline_bytes > 0) {
    ARROW_ASSIGN_OR_RAISE(answer->body, CopyOf(bytes + sizeof(header), static_cast<int64_t>(inline_bytes)));
  }
  return CheckText(*answer);
}

}  // namespace

ChildChannel::ChildChannel(std::unique_ptr<Descriptor> socket, double wait_seconds)
    : socket_(std::move(socket)), received_(kMaxInlineBytes + sizeof(AnswerHeader)) {
  ::setsockopt(socket_->get(), SOL_SOCKET, SO_SNDBUF, &kSocketBytes, sizeof(kSocketBytes));
  const timeval wait{0, static_cast<suseconds_t>(wait_seconds * 1e6)};
  ::setsockopt(socket_->get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
}

Result<bool> ChildChannel::SendCall(const PythonCall& call, uint64_t number, bool with_function) {
  if (call.arguments.size() > kMaxArguments) return ValueError("{} has {} arguments; {} are possible", call.name, call.arguments.size(), kMaxArguments);
  CallMessage message(call, number, with_function);
  ARROW_RETURN_NOT_OK(message.Write());
  return Send(socket_->get(), message.message(), message.Descriptors());
}

Received ChildChannel::Receive(uint64_t number, bool waits, Answer* answer, std::string* problem) {
  iovec bytes{received_.data(), received_.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))];
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  const ssize_t size = ::recvmsg(socket_->get(), &message, MSG_CMSG_CLOEXEC | (waits ? 0 : MSG_DONTWAIT));
  if (size < 0 && errno == ECONNRESET) return Received::kCallNotRead;
  if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Received::kNothing : Received::kClosed;
  auto files = FilesOf(&message);
  if (size == 0) return Received::kClosed;
  const bool is_cut = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
  const Status read = is_cut ? ValueError("it does not fit, or too many files are open")
                             : ReadAnswer(received_.data(), static_cast<size_t>(size), number, std::move(files), answer);
  if (read.ok()) return Received::kAnswer;
  *problem = read.message();
  return Received::kNoAnswer;
}

bool ChildChannel::is_quiet() const {
  char byte;
  return ::recv(socket_->get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace cask
