// Program: column expressions compiled for batches: a list of calls in order, each reading the batch's columns, constants or earlier
// results, so that a subexpression that occurs twice is computed once.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "cask/base/origin.h"
#include "cask/compute/column/function.h"
#include "cask/compute/pipeline.h"

namespace cask {

struct Operand {
  enum class From : uint8_t { kInput, kCall, kLiteral };
  From from;
  int index;  // of the batch's column, of an earlier call, or of the program's literal
  bool operator==(const Operand&) const = default;
};

struct Call {
  const ColumnFunction* function;
  std::vector<Operand> arguments;
  std::vector<DType> argument_types;
  FunctionOptions options;
  DType type;     // of the result
  Origin origin;  // named when the call fails
  std::shared_ptr<std::atomic<bool>> widened;  // set when the values need a wider type than `type`; may be null
};

struct Program {
  Schema input;
  std::vector<Literal> literals;
  std::vector<Call> calls;
  std::vector<Operand> outputs;
  Schema output;

  /// The outputs for one batch. A literal output is repeated for every row. A failed call's error names its function and origin.
  Result<std::vector<Column>> Evaluate(const Batch& batch, arrow::MemoryPool* pool) const;
};

/// Replaces a batch's columns by the program's outputs.
std::shared_ptr<const Transform> MakeProject(Program program);

/// Keeps the rows for which the program's only output (kBool, or nullable bool where missing counts as false) is true.
/// The kept rows have the columns `keep` of the input, in that order.
std::shared_ptr<const Transform> MakeFilter(Program program, std::vector<int> keep);

}  // namespace cask
