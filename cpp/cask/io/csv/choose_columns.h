// Which fields of a file become columns, and their names, by what its head shows and its reader asks for. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "cask/io/csv/layout.h"

namespace cask {

struct CsvChosenColumns {
  std::vector<std::string> names;
  std::vector<int> fields;                 // of each column
  std::vector<int> index_columns;          // positions in `names`
  std::vector<std::string> header_names;   // of all fields from `num_leading` on
  int num_leading = 0;                     // fields before the named ones, because rows have more fields than there are names
  int num_fields = 0;                      // of a record
};

Result<CsvChosenColumns> ChooseCsvColumns(const CsvHead& head, const CsvOptions& options);

/// Where `first`'s columns are in `other`, the header of another file. An error names the columns that one file has and the other lacks.
Result<std::vector<int>> MatchHeaders(const std::vector<std::string>& first, const std::vector<std::string>& other,
                                      const std::string& first_path, const std::string& other_path);

bool IsDateColumn(const CsvOptions& options, const std::vector<std::string>& names, int column, const std::vector<int>& index_columns);
/// Fails if a column that is to be parsed as dates does not exist.
Status CheckDateColumns(const CsvOptions& options, const std::vector<std::string>& names);

}  // namespace cask
