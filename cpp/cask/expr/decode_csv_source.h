// From the record of a CSV source to the source: opening the files as they are at this process, and checking that they are the same.
#pragma once

#include "cask/expr/expression_records.h"
#include "cask/expr/frame_expr.h"

namespace cask {

/// ValueError for what is no expression.
Status MalformedExpression(std::string_view what);

/// OSError where the files are not what they were when they were found.
Result<FramePtr> DecodeCsvSource(CsvSourceRecord record, Origin origin);

}  // namespace cask
