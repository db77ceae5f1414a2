// Column functions: what can be computed from the values of some columns, row by row: arithmetic, comparison, logic, casts, dates.
// Each is known by name, says what type it gives (as pandas 3 would), and works on a batch's columns.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cask/data/batch.h"
#include "cask/data/literal.h"
#include "cask/data/type_codec.h"

namespace arrow { class MemoryPool; }

namespace cask {

/// FunctionOptions::number of a call whose result type pandas chooses by the values: int32 for the hour of a time, but float64 as soon
/// as one time is missing; likewise for integers divided by 0 (floordiv, mod) and for str.len, str.find and str.count of missing text.
/// InferType gives the narrow type. Where Execute then meets such a value it fails with ErrorKind::kNeedsWiderType, which is no error
/// of the user's: the call is to be made anew with number = kWidened, over the whole data, and gives float64.
inline constexpr int64_t kWidened = 1;

/// What a function takes besides its arguments. Every function reads only the members that it documents.
struct FunctionOptions {
  DType type;                     // cast
  std::vector<Literal> values;    // isin
  std::string text;               // between: "both", "neither", "left", "right"; dt.floor and the like: a frequency, "15min"
  int64_t number = 0;             // round: decimals; functions that `kWidened` tells of: 0 or kWidened
  bool operator==(const FunctionOptions&) const = default;
};
constexpr auto FieldsOf(std::type_identity<FunctionOptions>) {
  return std::tuple(&FunctionOptions::type, &FunctionOptions::values, &FunctionOptions::text, &FunctionOptions::number);
}

/// One argument as far as it is known when an expression is built.
struct ArgumentType {
  DType type;
  const Literal* literal = nullptr;  // null for a column
};

/// One argument of a call: a column of the batch's length, or one value for all rows.
using Argument = std::variant<Column, Literal>;

class ColumnFunction {
 public:
  virtual ~ColumnFunction() = default;
  virtual std::string_view name() const = 0;
  /// It must have as many arguments; further ones it takes where they are there.
  virtual int min_arguments() const { return 1; }
  /// The type of the result, or the error that pandas would raise (TypeError for "a" + 1, ...).
  virtual Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions& options) const = 0;
  /// The result for `num_rows` rows. `types` are the arguments' types; at least one argument is a column.
  virtual Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type,
                                 const FunctionOptions& options, int64_t num_rows, arrow::MemoryPool* pool) const = 0;
};

/// The function of that name, or null.
const ColumnFunction* FindColumnFunction(std::string_view name);
/// All names, sorted.
std::vector<std::string_view> ColumnFunctionNames();

}  // namespace cask
