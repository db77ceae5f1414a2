// CallBody: each task calls one function with arguments of its own, and with the values that it needs of other tasks.
#pragma once

#include <arrow/type_fwd.h>

#include <string>
#include <vector>

#include "cask/base/blob.h"
#include "cask/base/token.h"
#include "cask/compute/task_body.h"

namespace cask {

/// A function and what it is called with: task i with `arguments[i]` and, behind that, the inputs that the task has, ValuePieces. In the terms of
/// compute/python_caller.h.
struct Calls {
  std::string name;  // for people: "inc"
  Blob function;
  std::vector<Blob> arguments;
  double timeout_seconds = 0;  // of each; 0: none
};
constexpr auto FieldsOf(std::type_identity<Calls>) {
  return std::tuple(&Calls::name, &Calls::function, &Calls::arguments, &Calls::timeout_seconds);
}

class CallBody final : public TaskBody {
 public:
  explicit CallBody(Calls calls);

  int num_outputs() const override { return 1; }
  Result<std::vector<std::shared_ptr<const Piece>>> Run(TaskContext& context) const override;
  std::string Describe() const override;

 private:
  const Calls calls_;
  const Token function_token_;
};

}  // namespace cask
