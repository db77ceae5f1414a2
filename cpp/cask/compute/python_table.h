// Tables as users' Python functions get and give them: as Arrow IPC streams of one batch each.
//
//   rows         the table's columns, held as their DTypes say; of a categorical column its codes
//   categories   a stream of one column for each categorical column, in order: the categories, as values of their own type
//
// Names and pandas' types do not show in the streams: ColumnTypesForPython tells the types of what goes in; what comes out must be as declared.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cask/data/batch.h"

namespace cask {

/// The streams of a table. The categories of a column are in their order: all of them where the type knows them, else those that the column has.
Result<std::vector<std::shared_ptr<arrow::Buffer>>> TableForPython(const Table& table);

/// For each column a line: pandas' name of its type, or of a categorical one "category", "ordered" or "unordered", and the type of the categories,
/// by tabs.
std::string ColumnTypesForPython(const Schema& schema);

/// What a function says, instead of its result, where that is of other types than it was to have: -1 as an int64, then a text. Nothing for others.
std::optional<std::string> OtherTypesFromPython(const arrow::Buffer& bytes);

/// The table that all of `bytes` stand for: the size of each stream as an int64, then the streams. ValueError where they are no table of `schema`.
Result<Table> TableFromPython(const Schema& schema, const std::shared_ptr<arrow::Buffer>& bytes);

}  // namespace cask
