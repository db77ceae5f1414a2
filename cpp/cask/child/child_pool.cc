#include "cask/child/child_pool.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <optional>

#include "cask/base/clock.h"
#include "cask/io/os_error.h"

namespace cask {
namespace {

constexpr std::chrono::milliseconds kTick(20);  // how often one who waits for a child looks whether its call is cancelled

// Numerical libraries would start as many threads as there are processors in each child. Freed memory goes back to the system.
const std::pair<const char*, const char*> kDefaults[] = {
    {"OMP_NUM_THREADS", "1"}, {"OPENBLAS_NUM_THREADS", "1"}, {"MKL_NUM_THREADS", "1"}, {"NUMEXPR_NUM_THREADS", "1"}, {"MALLOC_TRIM_THRESHOLD_", "65536"}};

std::vector<std::string> EnvironmentOf(const ChildPoolOptions& options) {
  std::map<std::string, std::string> values;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const size_t equals = text.find('=');
    if (equals != text.npos) values.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  for (const auto& [name, value] : options.environment) values[name] = value;
  for (const auto& [name, value] : kDefaults) values.emplace(name, value);
  std::vector<std::string> environment;
  for (const auto& [name, value] : values) environment.push_back(name + "=" + value);
  return environment;
}

// What the starting thread gives to the one that waits for it.
struct ProcessStart {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Result<std::unique_ptr<ChildProcess>>> process;
};

std::vector<std::unique_ptr<Child>> ListOf(std::unique_ptr<Child> child) {
  std::vector<std::unique_ptr<Child>> list;
  list.push_back(std::move(child));
  return list;
}

}  // namespace

Result<std::unique_ptr<ChildPool>> ChildPool::Make(ChildPoolOptions options) {
  std::unique_ptr<ChildPool> pool(new ChildPool(std::move(options)));
  ARROW_ASSIGN_OR_RAISE(pool->reader_, OutputReader::Make([self = pool.get()] { self->DropEnded(); }));
  return pool;
}

ChildPool::ChildPool(ChildPoolOptions options) : options_(std::move(options)), environment_(EnvironmentOf(options_)), starter_("child starter") {}

ChildPool::~ChildPool() {
  std::vector<std::unique_ptr<Child>> children;
  {
    std::lock_guard lock(mutex_);
    children.swap(idle_);
  }
  Destroy(std::move(children));
  if (reader_ != nullptr) reader_->Stop();  // it may be ending some that ended by themselves
}

int ChildPool::num_children() const {
  std::lock_guard lock(mutex_);
  return num_children_;
}

Result<std::shared_ptr<arrow::Buffer>> ChildPool::Call(const PythonCall& call, const std::function<bool()>& is_cancelled) {
  for (;;) {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<Child> child, Take(call, is_cancelled));
    const bool had_call = child->has_had_call();
    auto result = child->Call(call, is_cancelled);
    const bool goes_on = child->has_missed_call() && had_call;  // it ended while it was idle
    GiveBack(std::move(child));
    if (!goes_on) return result;
  }
}

Result<std::unique_ptr<Child>> ChildPool::Take(const PythonCall& call, const Child::IsCancelled& is_cancelled) {
  while (!is_cancelled || !is_cancelled()) {
    std::unique_lock lock(mutex_);
    if (idle_.empty() && num_children_ == options_.max_children) changed_.wait_for(lock, kTick);
    if (!idle_.empty()) {
      std::unique_ptr<Child> child = std::move(idle_.back());
      idle_.pop_back();
      lock.unlock();
      if (child->is_waiting()) return child;
      Destroy(ListOf(std::move(child)));
    } else if (num_children_ < options_.max_children) {
      ++num_children_;
      lock.unlock();
      return Start(is_cancelled);
    }
  }
  return CancelledError("{} was cancelled", call.name);
}

void ChildPool::GiveBack(std::unique_ptr<Child> child) {
  {
    std::lock_guard lock(mutex_);
    if (child->is_usable()) {
      idle_.push_back(std::move(child));
      changed_.notify_one();
      return;
    }
  }
  Destroy(ListOf(std::move(child)));
}

// They get the same moment to end by themselves.
void ChildPool::Destroy(std::vector<std::unique_ptr<Child>> children) {
  if (children.empty()) return;
  for (const auto& child : children) {
    child->Close();
    reader_->Remove(child->output());
  }
  const int64_t deadline = SystemClock().MonotonicNanoseconds() + Nanoseconds(Child::kGraceSeconds);
  for (const auto& child : children) {
    const double seconds = static_cast<double>(deadline - SystemClock().MonotonicNanoseconds()) * 1e-9;
    if (!child->WaitForEnd(seconds)) child->Kill();
  }
  const int count = static_cast<int>(children.size());
  children.clear();
  std::lock_guard lock(mutex_);
  num_children_ -= count;
  changed_.notify_all();
}

void ChildPool::DropEnded() {
  std::vector<std::unique_ptr<Child>> ended;
  {
    std::lock_guard lock(mutex_);
    const auto first = std::stable_partition(idle_.begin(), idle_.end(), [](const auto& child) { return child->is_usable(); });
    std::move(first, idle_.end(), std::back_inserter(ended));
    idle_.erase(first, idle_.end());
  }
  Destroy(std::move(ended));
}

Result<std::unique_ptr<Child>> ChildPool::Start(const Child::IsCancelled& is_cancelled) {
  auto child = StartChild();
  if (!child.ok()) {
    std::lock_guard lock(mutex_);
    --num_children_;
    changed_.notify_one();
    return child.status();
  }
  const Status ready = (*child)->WaitUntilReady(options_.python, is_cancelled);
  if (ready.ok()) return child;
  Destroy(ListOf(std::move(*child)));
  return ready;
}

Result<std::unique_ptr<Child>> ChildPool::StartChild() {
  int sockets[2], pipes[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) return ErrorOfOS(errno, "cannot make", "a connection to a child");
  auto ours = std::make_unique<Descriptor>(sockets[0]);
  const Descriptor theirs(sockets[1]);
  if (::pipe2(pipes, O_CLOEXEC) != 0) return ErrorOfOS(errno, "cannot make", "a pipe for a child's output");
  const auto output = std::make_shared<ChildOutput>(pipes[0]);
  const Descriptor output_end(pipes[1]);
  ::fcntl(pipes[0], F_SETFL, O_NONBLOCK);  // the child's end may block
  ARROW_ASSIGN_OR_RAISE(auto process, StartProcess(theirs.get(), output_end.get()));
  output->set_pid(process->pid());
  ARROW_RETURN_NOT_OK(reader_->Add(output));
  return std::make_unique<Child>(std::move(process), std::move(ours), output);
}

Result<std::unique_ptr<ChildProcess>> ChildPool::StartProcess(int socket, int output) {
  const ChildCommand command{
      {options_.python, "-m", "cask._child", std::to_string(kChildSocket)}, environment_, options_.memory_limit_bytes, socket, output};
  const auto start = std::make_shared<ProcessStart>();
  starter_.Post([&command, start] {
    auto process = ChildProcess::Start(command);
    std::lock_guard lock(start->mutex);
    start->process.emplace(std::move(process));
    start->changed.notify_one();
  });
  std::unique_lock lock(start->mutex);
  start->changed.wait(lock, [&] { return start->process.has_value(); });
  return std::move(*start->process);
}

}  // namespace cask
