// What ReadCsv and ToCsv take besides paths. Names, meanings and defaults are those of pandas; what is left out keeps its default, the
// others are given in this order:
//
//   cask::ReadCsv("trips/*.csv", {.usecols = {{"pickup", "fare"}}, .parse_dates = {"pickup"}})
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cask {

struct ReadCsvOptions {
  static constexpr int kNoHeader = -1;

  char sep = ',';                                  // 0: any run of spaces and tabs
  std::optional<int> header = {};                  // the row of the names, or kNoHeader; not given: as pandas infers
  std::optional<std::vector<std::string>> names = {};
  std::optional<std::vector<std::string>> usecols = {};
  std::optional<std::vector<std::string>> index_col = {};
  std::map<std::string, std::string> dtype = {};   // column -> pandas' name of a type; "*" stands for all other columns
  std::vector<std::string> parse_dates = {};
  std::string date_format = {};                    // empty: guessed from the first value
  bool dayfirst = false;
  std::vector<std::string> na_values = {};
  bool keep_default_na = true;
  bool na_filter = true;
  std::vector<std::string> true_values = {};
  std::vector<std::string> false_values = {};
  bool skipinitialspace = false;
  int64_t skiprows = 0;
  char comment = 0;                                // 0: none
  char quotechar = '"';
  bool doublequote = true;
  char escapechar = 0;                             // 0: none
  char thousands = 0;                              // 0: none
  char decimal = '.';
  std::string encoding = "utf-8";
  std::string compression = "infer";               // "infer", "none", "gzip", "bz2", "zstd", "xz"
  std::string on_bad_lines = "error";              // "error", "warn", "skip"
  std::optional<int64_t> blocksize = {};           // bytes a partition; 0: a file a partition
  bool assume_missing = false;                     // integers become float64
  std::string include_path_column = {};            // not empty: the name of a column with each row's file
  std::map<std::string, std::string> storage_options = {};
};

struct ToCsvOptions {
  bool single_file = false;
  bool append = false;                             // to the files that are there
  char sep = ',';
  std::string na_rep = {};
  std::string float_format = {};                   // "%.3f"; empty: the shortest text that reads back the same
  bool header = true;
  bool index = true;
  char quotechar = '"';
  char escapechar = 0;                             // 0: none
  std::string lineterminator = "\n";
  std::string date_format = {};
  char decimal = '.';
  std::string encoding = "utf-8";
  std::string compression = "none";                // as in ReadCsvOptions
};

}  // namespace cask
