// TaskBody: what all tasks of one layer of a plan do, each on its own partition or tile.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cask/base/error.h"
#include "cask/data/piece.h"

namespace cask {

class TaskContext;

/// Immutable, and run by many threads at once.
class TaskBody {
 public:
  virtual ~TaskBody() = default;
  /// How many pieces `Run` returns.
  virtual int num_outputs() const = 0;
  virtual Result<std::vector<std::shared_ptr<const Piece>>> Run(TaskContext& context) const = 0;
  /// For `explain()`: a line an operator.
  virtual std::string Describe() const = 0;
};

}  // namespace cask
