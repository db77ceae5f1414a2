// Child: one Python process and the calls that it answers, one at a time. docs/python.md says what for.
//
// It may be given the next call while is_usable(); after a call that it did not end by an answer it is not. With this
// object its process is killed, if it has not ended. Not thread-safe.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>

#include "cask/child/child_channel.h"
#include "cask/child/child_output.h"
#include "cask/child/child_process.h"

namespace cask {

/// The functions that a child has, as far as the worker knows: those last used. Where it is wrong the child says so.
class SentFunctions {
 public:
  /// Whether the child has it; from now on it does.
  bool Use(const Token& function);

 private:
  std::list<Token> tokens_;  // the last used first
};

class Child {
 public:
  using IsCancelled = std::function<bool()>;
  static constexpr double kGraceSeconds = 0.5;  // from an interrupt, or the end of the connection, to being killed

  Child(std::unique_ptr<ChildProcess> process, std::unique_ptr<Descriptor> socket, std::shared_ptr<ChildOutput> output);

  /// Waits until it is ready for calls. `program`: for the error if it never is.
  Status WaitUntilReady(const std::string& program, const IsCancelled& is_cancelled);
  Result<std::shared_ptr<arrow::Buffer>> Call(const PythonCall& call, const IsCancelled& is_cancelled);

  bool is_usable() const { return is_usable_ && !output_->has_ended(); }
  bool has_had_call() const { return number_ > 0; }
  /// Whether it ended before it had read the last call, which may so be given to another.
  bool has_missed_call() const { return has_missed_call_; }
  /// Between calls: whether it waits for one.
  bool is_waiting() const { return channel_.is_quiet(); }
  const ChildOutput& output() const { return *output_; }

  /// Ends it in two steps, so that several end at the same time: it is told to; later, if it has not ended by then, killed.
  void Close() { channel_.Close(); }
  void Kill() { process_->Kill(); }
  bool WaitForEnd(double seconds) { return process_->WaitForEnd(seconds); }

 private:
  enum class End { kAnswer, kClosed, kCallNotRead, kNoAnswer, kCancelled, kTimeout };
  End Wait(int64_t deadline, const IsCancelled& is_cancelled);
  Result<std::shared_ptr<arrow::Buffer>> CallWithin(const PythonCall& call, int64_t deadline, const IsCancelled& is_cancelled, bool with_function);
  Result<std::shared_ptr<arrow::Buffer>> ResultOf(const PythonCall& call);
  void Interrupt();
  Status ErrorOf(End end, const PythonCall& call);
  Status Lost(const std::string& name);
  Status Misbehaved(const std::string& name);
  Status WithLastLines(const Status& status);

  const std::unique_ptr<ChildProcess> process_;
  ChildChannel channel_;
  const std::shared_ptr<ChildOutput> output_;
  SentFunctions functions_;
  uint64_t number_ = 0;  // of the call that it has, or had last
  Answer answer_;
  std::string problem_;  // with its answer
  bool is_usable_ = true;
  bool has_missed_call_ = false;
};

}  // namespace cask
