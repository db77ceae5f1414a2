#include "cask/compute/column/program.h"

#include "cask/compute/column/loop_input.h"
#include "cask/data/label.h"

namespace cask {
namespace {

// The last call that reads each call's result; num_calls where the program gives it out.
std::vector<int> LastReaders(const Program& program) {
  const int num_calls = static_cast<int>(program.calls.size());
  std::vector<int> last(num_calls, -1);
  for (int i = 0; i < num_calls; ++i) {
    for (const Operand& operand : program.calls[i].arguments) {
      if (operand.from == Operand::From::kCall) last[operand.index] = i;
    }
  }
  for (const Operand& operand : program.outputs) {
    if (operand.from == Operand::From::kCall) last[operand.index] = num_calls;
  }
  return last;
}

// A result that is read for the last time is moved into the arguments: the function may write over what nobody else holds.
std::vector<Argument> TakeArguments(const Program& program, int call_index, const Batch& batch, const std::vector<int>& last_readers,
                                    std::vector<Column>* results) {
  const Call& call = program.calls[call_index];
  std::vector<Argument> arguments;
  arguments.reserve(call.arguments.size());
  for (size_t k = 0; k < call.arguments.size(); ++k) {
    const Operand& operand = call.arguments[k];
    switch (operand.from) {
      case Operand::From::kInput: arguments.emplace_back(batch.columns[operand.index]); break;
      case Operand::From::kLiteral: arguments.emplace_back(program.literals[operand.index]); break;
      case Operand::From::kCall: {
        bool is_last = last_readers[operand.index] == call_index;
        for (size_t later = k + 1; later < call.arguments.size(); ++later) is_last &= !(call.arguments[later] == operand);
        Column& result = (*results)[operand.index];
        arguments.emplace_back(is_last ? std::move(result) : result);
        break;
      }
    }
  }
  return arguments;
}

Status Locate(const Status& status, const Call& call) {
  const std::string line = DescribeOrigin(call.origin);
  return WithNote(status, fmt::format("computing {}{}{}", call.function->name(), line.empty() ? "" : " of line ", line));
}

class Project final : public Transform {
 public:
  explicit Project(Program program) : program_(std::move(program)) {}

  Result<Batch> Apply(Batch batch, TaskContext& context) const override {
    Batch result;
    result.num_rows = batch.num_rows;
    ARROW_ASSIGN_OR_RAISE(result.columns, program_.Evaluate(batch, context.pool()));
    return result;
  }

  std::string Describe() const override {
    std::string text = "project";
    for (const Field& field : program_.output.fields()) text += " " + PrintLabel(field.name);
    return text;
  }

 private:
  Program program_;
};

}  // namespace

Result<std::vector<Column>> Program::Evaluate(const Batch& batch, arrow::MemoryPool* pool) const {
  const std::vector<int> last_readers = LastReaders(*this);
  std::vector<Column> results(calls.size());
  for (size_t i = 0; i < calls.size(); ++i) {
    const Call& call = calls[i];
    const auto arguments = TakeArguments(*this, static_cast<int>(i), batch, last_readers, &results);
    auto result = call.function->Execute(arguments, call.argument_types, call.type, call.options, batch.num_rows, pool);
    if (!result.ok()) {
      if (KindOf(result.status()) == ErrorKind::kNeedsWiderType && call.widened) *call.widened = true;
      return Locate(result.status(), call);
    }
    results[i] = result.MoveValueUnsafe();
  }
  std::vector<Column> columns;
  columns.reserve(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Operand& operand = outputs[i];
    switch (operand.from) {
      case Operand::From::kInput: columns.push_back(batch.columns[operand.index]); break;
      case Operand::From::kCall: columns.push_back(results[operand.index]); break;
      case Operand::From::kLiteral: {
        ARROW_ASSIGN_OR_RAISE(auto column, RepeatLiteral(literals[operand.index], output.field(static_cast<int>(i)).type, batch.num_rows, pool));
        columns.push_back(std::move(column));
        break;
      }
    }
  }
  return columns;
}

std::shared_ptr<const Transform> MakeProject(Program program) { return std::make_shared<Project>(std::move(program)); }

}  // namespace cask
