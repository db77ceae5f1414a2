// Results as Arrow tables of the usual types: booleans of bits, times with nulls.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "cask/data/batch.h"

namespace cask {

/// The columns of `table`, which has one batch, from `first_column` on. Numbers and texts are not copied.
Result<std::shared_ptr<arrow::Table>> TableToArrow(const Table& table, int first_column);

}  // namespace cask
