// Where the wanted delimiters of each row of CSV text stand, for text without quotes and carriage returns whose rows all have as many fields as
// they should. The contract between the scanner and its vector kernel.
//
// In such text a delimiter's number alone says what it is. Depositing the bits of a pattern that repeats with every row into the mask of a block's
// delimiters leaves the wanted ones, and in the same way the newlines, if and only if each stands where it should. That takes no branch.
#pragma once

#include <cstdint>
#include <vector>

namespace cask {

/// The patterns of rows of some number of fields.
class CsvDelimiterPatterns {
 public:
  /// Rows of more fields have none: their tables would crowd out the text.
  static constexpr int kMaxFields = 1024;

  /// `slots`: the wanted delimiters of a row, as in CsvFieldSelection.
  CsvDelimiterPatterns(int num_fields, const std::vector<int>& slots);

  /// Indexed by the number of delimiters that the row already has; bit i stands for the i-th delimiter from there.
  const uint64_t* wanted() const { return wanted_.data(); }
  const uint64_t* newlines() const { return newlines_.data(); }

  /// How many delimiters its row has, after that number of them.
  const uint16_t* in_row() const { return in_row_.data(); }

 private:
  std::vector<uint64_t> wanted_;
  std::vector<uint64_t> newlines_;
  std::vector<uint16_t> in_row_;
};

/// The characters that mean something; -1: that one does not.
struct CsvCharacters {
  char separator;
  char newline;
  int quote;
  int carriage;
};

struct CsvSelectedDelimiters {
  int64_t count = 0;
  bool is_irregular = false;  // the text is not such; the count and the places mean nothing
};

/// Whether this processor deposits bits quickly.
bool CanSelectDelimiters();

/// Writes the places of the wanted delimiters of text[begin, end), each plus 1, to `places`, which has room for end - begin + 64. The pieces of
/// a text follow each other; `in_row`, 0 at first, is how many delimiters the row has that a piece begins in. kCsvBlock bytes after the last piece
/// are readable. Only where CanSelectDelimiters().
CsvSelectedDelimiters SelectDelimiters(const char* text, int64_t begin, int64_t end, const CsvCharacters& characters, const CsvDelimiterPatterns& patterns,
                                       int* in_row, uint32_t* places);

}  // namespace cask
