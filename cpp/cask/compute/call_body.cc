#include "cask/compute/call_body.h"

#include <arrow/buffer.h>

#include "cask/compute/python_caller.h"
#include "cask/compute/task_context.h"
#include "cask/data/value_piece.h"

namespace cask {

CallBody::CallBody(Calls calls) : calls_(std::move(calls)), function_token_(TokenOfFunction(calls_.function.bytes)) {}

Result<std::vector<std::shared_ptr<const Piece>>> CallBody::Run(TaskContext& context) const {
  const auto caller = GetPythonCaller();
  if (caller == nullptr) return NotImplementedError("this process has no Python to call {} in", calls_.name);
  PythonCall call{calls_.name, std::make_shared<arrow::Buffer>(calls_.function.bytes), function_token_, {}, calls_.timeout_seconds};
  call.arguments.push_back(std::make_shared<arrow::Buffer>(calls_.arguments[static_cast<size_t>(context.partition())].bytes));
  for (const auto& group : context.TakeInputs()) {
    for (const auto& input : group) {
      const auto* value = dynamic_cast<const ValuePiece*>(input.get());
      if (value == nullptr) return InternalError("an argument of {} is no value of a function", calls_.name);
      call.arguments.push_back(value->bytes);
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto result, caller->Call(call, [&] { return context.is_cancelled(); }));
  return std::vector<std::shared_ptr<const Piece>>{std::make_shared<ValuePiece>(std::move(result))};
}

std::string CallBody::Describe() const { return calls_.name + "(...)"; }

}  // namespace cask
