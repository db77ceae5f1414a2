// Values as text, as pandas.DataFrame.to_csv writes them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cask/data/batch.h"
#include "cask/data/float_text.h"
#include "cask/io/csv/writer.h"

namespace cask {

/// The texts of one column's values, over one stretch of rows. Used by one thread at a time.
class CsvColumnText {
 public:
  virtual ~CsvColumnText() = default;
  /// Valid until the next call. A missing value is `na_rep`.
  virtual std::string_view Text(int64_t row) = 0;
  /// Whether Python would call the last value a number: quoting=QUOTE_NONNUMERIC leaves it bare.
  virtual bool is_number() const = 0;
};

/// `column`, of type `type`, for the rows of one chunk: the layout of dates depends on all of them, as in pandas.
Result<std::unique_ptr<CsvColumnText>> MakeColumnText(const Column& column, const DType& type, const CsvWriteOptions& options);
Result<std::unique_ptr<CsvColumnText>> MakeTimeText(const Column& column, const DType& type, const CsvWriteOptions& options);

}  // namespace cask
