#include "cask/child/child.h"

#include <arrow/buffer.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "cask/base/clock.h"

namespace cask {
namespace {

constexpr size_t kMaxFunctions = 128;   // as MAX_HANDLERS of _handlers.py
constexpr double kTickSeconds = 0.02;   // how often a cancellation is looked for
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

int64_t DeadlineAfter(double seconds) { return SystemClock().MonotonicNanoseconds() + Nanoseconds(seconds); }

std::shared_ptr<arrow::Buffer> OrEmpty(std::shared_ptr<arrow::Buffer> body) {
  return body != nullptr ? std::move(body) : std::make_shared<arrow::Buffer>(nullptr, 0);
}

Status RaisedError(const Answer& answer) {
  const auto body = OrEmpty(answer.body);
  const std::string bytes = body->ToString();
  return PythonError(bytes.substr(0, answer.text_bytes), bytes.substr(answer.text_bytes));
}

}  // namespace

bool SentFunctions::Use(const Token& function) {
  const auto found = std::find(tokens_.begin(), tokens_.end(), function);
  const bool is_there = found != tokens_.end();
  if (is_there) {
    tokens_.splice(tokens_.begin(), tokens_, found);
  } else {
    tokens_.push_front(function);
    if (tokens_.size() > kMaxFunctions) tokens_.pop_back();
  }
  return is_there;
}

Child::Child(std::unique_ptr<ChildProcess> process, std::unique_ptr<Descriptor> socket, std::shared_ptr<ChildOutput> output)
    : process_(std::move(process)), channel_(std::move(socket), kTickSeconds), output_(std::move(output)) {}

Status Child::WaitUntilReady(const std::string& program, const IsCancelled& is_cancelled) {
  const End end = Wait(kNever, is_cancelled);
  if (end == End::kAnswer && answer_.kind == AnswerKind::kReady) return Status::OK();
  is_usable_ = false;
  if (end == End::kCancelled) {
    Kill();
    return CancelledError("cancelled while Python was started");
  }
  if (end == End::kAnswer) problem_ = "it answers before it is called";
  if (end == End::kAnswer || end == End::kNoAnswer) {
    return WithLastLines(OSError("cannot start {}: it is not a Python that has Cask: {}", program, problem_));
  }
  const bool has_ended = WaitForEnd(kGraceSeconds);
  return WithLastLines(OSError("cannot start {}: {}", program, has_ended ? process_->HowItEnded() : "it has closed its connection"));
}

Result<std::shared_ptr<arrow::Buffer>> Child::Call(const PythonCall& call, const IsCancelled& is_cancelled) {
  output_->Forget();
  ++number_;
  const int64_t deadline = call.timeout_seconds > 0 ? DeadlineAfter(call.timeout_seconds) : kNever;
  auto result = CallWithin(call, deadline, is_cancelled, !functions_.Use(call.function_token));
  answer_ = {};
  return result;
}

Result<std::shared_ptr<arrow::Buffer>> Child::CallWithin(const PythonCall& call, int64_t deadline, const IsCancelled& is_cancelled,
                                                         bool with_function) {
  ARROW_ASSIGN_OR_RAISE(const bool is_sent, channel_.SendCall(call, number_, with_function));
  const End end = is_sent ? Wait(deadline, is_cancelled) : End::kCallNotRead;
  if (end != End::kAnswer) return ErrorOf(end, call);
  if (answer_.kind == AnswerKind::kUnknownFunction && !with_function) return CallWithin(call, deadline, is_cancelled, true);
  return ResultOf(call);
}

Child::End Child::Wait(int64_t deadline, const IsCancelled& is_cancelled) {
  for (bool waits = true;;) {
    switch (channel_.Receive(number_, waits, &answer_, &problem_)) {
      case Received::kAnswer: return End::kAnswer;
      case Received::kClosed: return End::kClosed;
      case Received::kCallNotRead: return End::kCallNotRead;
      case Received::kNoAnswer: return End::kNoAnswer;
      case Received::kNothing: break;
    }
    if (!waits) return End::kClosed;
    if (is_cancelled && is_cancelled()) return End::kCancelled;
    if (SystemClock().MonotonicNanoseconds() >= deadline) return End::kTimeout;
    // Processes that it forked may hold the other end of the connection open. It may have answered and then ended.
    waits = !process_->HasEnded();
  }
}

Result<std::shared_ptr<arrow::Buffer>> Child::ResultOf(const PythonCall& call) {
  switch (answer_.kind) {
    case AnswerKind::kResult: return OrEmpty(std::move(answer_.body));
    case AnswerKind::kRaised: return RaisedError(answer_);
    case AnswerKind::kInterrupted: return CancelledError("{} was interrupted", call.name);
    case AnswerKind::kReady:
    case AnswerKind::kUnknownFunction: break;
  }
  problem_ = "it is not one to this call";
  return Misbehaved(call.name);
}

Status Child::ErrorOf(End end, const PythonCall& call) {
  switch (end) {
    case End::kCancelled: Interrupt(); return CancelledError("{} was cancelled", call.name);
    case End::kTimeout: Interrupt(); return TimeoutError("{} took longer than {} s", call.name, call.timeout_seconds);
    case End::kNoAnswer: return Misbehaved(call.name);
    case End::kCallNotRead: has_missed_call_ = true; [[fallthrough]];
    default: return Lost(call.name);
  }
}

// It is of further use only if it answers, which it does even if the function ended just before.
void Child::Interrupt() {
  process_->Interrupt();
  const End end = Wait(DeadlineAfter(kGraceSeconds), nullptr);
  const AnswerKind kind = answer_.kind;
  is_usable_ = end == End::kAnswer && (kind == AnswerKind::kResult || kind == AnswerKind::kRaised || kind == AnswerKind::kInterrupted);
  if (!is_usable_) Kill();
}

Status Child::Lost(const std::string& name) {
  is_usable_ = false;
  const bool has_ended = WaitForEnd(kGraceSeconds);
  if (!has_ended) Kill();
  const std::string how = has_ended ? process_->HowItEnded() : "it had closed its connection to the worker";
  return WithLastLines(ProcessLostError("{} ended its process: {}", name, how));
}

Status Child::Misbehaved(const std::string& name) {
  is_usable_ = false;
  Kill();
  return WithLastLines(ProcessLostError("{}: its process sent what is no answer, and was killed: {}", name, problem_));
}

Status Child::WithLastLines(const Status& status) {
  const auto lines = output_->LastLines();
  if (lines.empty()) return status;
  return WithNote(status, fmt::format("the last lines that it printed:\n    {}", fmt::join(lines, "\n    ")));
}

}  // namespace cask
