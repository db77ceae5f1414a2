#include "cask/child/child_output.h"

#include <arrow/util/utf8.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <cerrno>

#include "cask/base/log.h"
#include "cask/base/threads.h"
#include "cask/io/os_error.h"

namespace cask {
namespace {

constexpr size_t kMaxLastLines = 20;
constexpr size_t kMaxLineBytes = 400;  // kMaxLastLines of them fit the note of an error
constexpr int kMaxReads = 16;          // at a time, where a child prints without end

// Messages are UTF-8; what is printed may be anything.
std::string Printable(const std::string& line) {
  arrow::util::InitializeUTF8();
  if (arrow::util::ValidateUTF8(line)) return line;
  std::string ascii = line;
  for (char& character : ascii) {
    if (static_cast<unsigned char>(character) >= 0x80) character = '?';
  }
  return ascii;
}

Status WaitingError() { return ErrorOfOS(errno, "cannot wait for", "the output of children"); }

}  // namespace

void ChildOutput::Read() {
  std::lock_guard lock(mutex_);
  ReadLocked();
}

void ChildOutput::ReadLocked() {
  char bytes[4096];
  for (int i = 0; i < kMaxReads && !has_ended_.load(); ++i) {
    const ssize_t size = ::read(pipe_.get(), bytes, sizeof(bytes));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) {
      if (!line_.empty()) EndLine();
      has_ended_.store(true);
      return;
    }
    Add({bytes, static_cast<size_t>(size)});
  }
}

void ChildOutput::Add(std::string_view bytes) {
  for (const char character : bytes) {
    if (character != '\n') line_.push_back(character);
    if (character == '\n' || line_.size() == kMaxLineBytes) EndLine();
  }
}

void ChildOutput::EndLine() {
  last_lines_.push_back(Printable(line_));
  if (last_lines_.size() > kMaxLastLines) last_lines_.pop_front();
  line_.clear();
  LogInfo("child {}: {}", pid_.load(), last_lines_.back());
}

void ChildOutput::Forget() {
  std::lock_guard lock(mutex_);
  ReadLocked();
  last_lines_.clear();
}

std::vector<std::string> ChildOutput::LastLines() {
  std::lock_guard lock(mutex_);
  ReadLocked();
  std::vector<std::string> lines(last_lines_.begin(), last_lines_.end());
  if (!line_.empty()) lines.push_back(Printable(line_));
  return lines;
}

Result<std::unique_ptr<OutputReader>> OutputReader::Make(std::function<void()> on_end) {
  std::unique_ptr<OutputReader> reader(new OutputReader(::epoll_create1(EPOLL_CLOEXEC), ::eventfd(0, EFD_CLOEXEC), std::move(on_end)));
  if (reader->epoll_.get() < 0 || reader->stop_.get() < 0) return WaitingError();
  if (!reader->WaitFor(reader->stop_.get())) return WaitingError();
  reader->thread_ = StartThread("child output", [self = reader.get()] { self->Run(); });
  return reader;
}

void OutputReader::Stop() {
  if (!thread_.joinable()) return;
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
}

Status OutputReader::Add(std::shared_ptr<ChildOutput> output) {
  std::lock_guard lock(mutex_);
  if (!WaitFor(output->fd())) return WaitingError();
  outputs_.emplace(output->fd(), std::move(output));
  return Status::OK();
}

void OutputReader::Remove(const ChildOutput& output) {
  std::lock_guard lock(mutex_);
  if (outputs_.erase(output.fd()) > 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, output.fd(), nullptr);
}

bool OutputReader::WaitFor(int fd) {
  epoll_event event{EPOLLIN, {.fd = fd}};
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void OutputReader::Run() {
  for (;;) {
    epoll_event events[16];
    const int count = ::epoll_wait(epoll_.get(), events, 16, -1);
    for (int i = 0; i < count; ++i) {
      if (events[i].data.fd == stop_.get()) return;
      OnReadable(events[i].data.fd);
    }
  }
}

void OutputReader::OnReadable(int fd) {
  std::shared_ptr<ChildOutput> output;
  {
    std::lock_guard lock(mutex_);
    const auto found = outputs_.find(fd);
    if (found == outputs_.end()) return;
    output = found->second;
  }
  output->Read();
  if (!output->has_ended()) return;
  Remove(*output);
  on_end_();
}

}  // namespace cask
