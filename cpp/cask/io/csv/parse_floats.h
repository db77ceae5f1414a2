// Reads a column of decimal numbers at once, by the best instructions that the processor has.
#pragma once

#include <cstdint>
#include <vector>

#include "cask/io/csv/fields.h"

namespace cask {

/// Reads the first `num_rows` fields that are digits with at most a minus sign and one `decimal`, to values[row], as ParseFloat64 would. The rows
/// of all others are added to `others`, in order; their values are anything. ByteReader::kPadding bytes before and after the text are readable.
void ParseFloats(const CsvFieldColumn& fields, int64_t num_rows, char decimal, double* values, std::vector<uint32_t>* others);

}  // namespace cask
