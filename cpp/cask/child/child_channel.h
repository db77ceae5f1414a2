// ChildChannel: the worker's end of the connection to a child (python/src/cask/_child.py is the other): calls go, answers come, one message each over
// a socket of kind SOCK_SEQPACKET.
//
//   call     CallHeader, body      with descriptors: the body's file if it is in one, then those of SharedBuffers
//   answer   AnswerHeader, body    with a descriptor: the body's file if it is in one
//
// A body of more than kMaxInlineBytes is in a sealed memory file instead of the message. That of a call begins with a table of what is called, where each
// argument lies: in the body itself, 64 bytes aligned, or in a SharedBuffer's file, which goes along as it is. That of an answer is the result. Numbers are
// the machine's own: both ends are on it.
//
// What a child sends is believed in nothing: whatever does not fit is told from an answer, and no byte of it is used. Not thread-safe.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cask/base/descriptor.h"
#include "cask/base/error.h"
#include "cask/compute/python_caller.h"

namespace cask {

inline constexpr int64_t kMaxInlineBytes = 64 << 10;

enum class AnswerKind : uint32_t {
  kReady = 1,           // the first one of a child: it waits for calls
  kResult = 2,          // body: the result
  kRaised = 3,          // body: the exception's text, the pickled exception
  kInterrupted = 4,     // the function heeded the interrupt
  kUnknownFunction = 5  // the call came without its function, which the child does not have any more
};

struct Answer {
  AnswerKind kind = AnswerKind::kReady;
  uint64_t text_bytes = 0;              // of kRaised: how much of the body is the text
  std::shared_ptr<arrow::Buffer> body;  // null: empty
};

enum class Received {
  kNothing,      // within the time of one wait
  kAnswer,
  kClosed,       // the child has closed its end, or ended
  kCallNotRead,  // the same, before it had read the call
  kNoAnswer,     // it sent what is none
};

class ChildChannel {
 public:
  /// `wait_seconds`: how long Receive waits.
  ChildChannel(std::unique_ptr<Descriptor> socket, double wait_seconds);

  /// False if the child is not there any more to read it.
  Result<bool> SendCall(const PythonCall& call, uint64_t number, bool with_function);
  /// The answer to the call of that `number`. `*problem`: what is wrong, of kNoAnswer.
  Received Receive(uint64_t number, bool waits, Answer* answer, std::string* problem);
  /// Whether the child is there and has sent nothing: the only right state between calls.
  bool is_quiet() const;
  void Close() { socket_->Close(); }

 private:
  const std::unique_ptr<Descriptor> socket_;
  std::vector<uint8_t> received_;
};

}  // namespace cask
