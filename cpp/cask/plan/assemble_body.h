// The task of an assembly: a table function applied to whole results.
#pragma once

#include "cask/compute/frame/table_function.h"
#include "cask/compute/task_body.h"

namespace cask {

/// Input group i holds the tables of input i, in order; they are joined before the function sees them.
std::shared_ptr<const TaskBody> MakeAssembleBody(std::shared_ptr<const TableFunction> function);

}  // namespace cask
