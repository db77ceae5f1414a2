// Takes the quotes off the fields of one column.
#pragma once

#include "cask/io/csv/dialect.h"
#include "cask/io/csv/field_arena.h"

namespace cask {

/// The first `num_rows` fields without the quotes that enclose them, in `arena` if there are any. Fields must be plain in the
/// scanner's sense: quotes stand around a whole field, or doubled within such quotes.
CsvFieldColumn Dequote(const CsvFieldColumn& fields, int64_t num_rows, const CsvDialect& dialect, CsvFieldArena* arena);

}  // namespace cask
