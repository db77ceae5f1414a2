// cask::LocalFrame: the values that a lazy frame, series or scalar was computed to, in memory.
//
// A value: immutable, cheap to copy, usable from any thread. Errors are thrown as cask::Error.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "cask/error.h"

namespace arrow {
class Table;
}

namespace cask {

struct Computed;

class LocalFrame {
 public:
  int64_t num_rows() const;
  int num_columns() const;
  /// Of the columns, without the index; of a series: its name. "None" where there is none.
  std::vector<std::string> column_names() const;
  /// Of the index's levels; none where the index is the default one, 0, 1, ...
  std::vector<std::string> index_names() const;
  /// pandas' names: "int64", "str", "datetime64[us]".
  std::vector<std::string> dtypes() const;

  /// The values of a column, converted to T: bool, an integer, a floating-point number or std::string, which any type converts to, as it
  /// prints. Times convert to integers: ticks of their unit. Missing values are NaN, or an empty text; other types have none for
  /// them, and throw.
  template <typename T>
  std::vector<T> Column(const std::string& name) const { return Converted<T>(PositionOf(name)); }
  template <typename T>
  std::vector<T> Column(int position = 0) const { return Converted<T>(PositionOf(position)); }
  template <typename T>
  std::vector<T> Index(int level = 0) const { return Converted<T>(PositionOfLevel(level)); }
  /// The only value of a scalar, or of a frame or series with one row and one column.
  template <typename T>
  T Value() const {
    CheckIsOneValue();
    return Column<T>(0)[0];
  }
  bool IsMissing(int64_t row, int column) const;

  /// Index columns first, unless the index is the default one. Missing values are nulls, NaN apart.
  std::shared_ptr<arrow::Table> ToArrow() const;

  /// As pandas prints it.
  std::string ToString() const;
  friend std::ostream& operator<<(std::ostream& out, const LocalFrame& frame);

 private:
  friend struct LocalFrameAccess;
  explicit LocalFrame(std::shared_ptr<const Computed> computed) : computed_(std::move(computed)) {}

  // Positions among all columns, the index's first; -1 is the default index.
  int PositionOf(const std::string& name) const;
  int PositionOf(int column) const;
  int PositionOfLevel(int level) const;
  void CheckIsOneValue() const;
  std::vector<double> Reals(int position) const;
  std::vector<int64_t> Integers(int position) const;
  std::vector<std::string> Texts(int position) const;

  template <typename T>
  std::vector<T> Converted(int position) const {
    if constexpr (std::is_same_v<T, std::string>) {
      return Texts(position);
    } else {
      static_assert(std::is_arithmetic_v<T>, "columns convert to numbers, bools and texts");
      const auto values = [&] {
        if constexpr (std::is_floating_point_v<T>) return Reals(position);
        else return Integers(position);
      }();
      return std::vector<T>(values.begin(), values.end());
    }
  }

  std::shared_ptr<const Computed> computed_;
};

}  // namespace cask
