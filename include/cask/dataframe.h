// cask::DataFrame, Series, Scalar: lazy frames with pandas' meaning, cut into partitions, computed in parallel.
//
//   cask::DataFrame trips = cask::ReadCsv("trips/*.csv", {.parse_dates = {"pickup"}});
//   std::cout << trips[trips["fare"] > 10].GroupBy({"vendor"}).Mean().Compute();
//
// Nothing is read or computed before Compute, Persist, Len or ToCsv. All of these are values: immutable, cheap to copy, usable from any
// thread. Errors are thrown as cask::Error; those of a computation name the line that made the failing operation.
#pragma once

#include <array>
#include <concepts>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "cask/csv.h"
#include "cask/error.h"
#include "cask/local_frame.h"

namespace cask {

struct Collection;
class DataFrame;
class DataFrameGroupBy;
class Scalar;
class Series;
class SeriesGroupBy;

/// The line of the program that calls; never given by hand.
using CallSite = std::source_location;

/// What frames, series and scalars have in common.
class Lazy {
 public:
  /// The values, all partitions' rows in order.
  LocalFrame Compute() const;
  /// The optimized plan, and what each source will read.
  std::string Explain() const;
  int64_t num_partitions() const;
  /// Waits until all that Persist keeps in memory is loaded; false if it is not after `seconds`. Throws what ended loading early.
  bool Wait(double seconds = 1e9) const;

 protected:
  friend struct LazyAccess;
  friend std::vector<LocalFrame> ComputeAll(const std::vector<Lazy>& all);
  explicit Lazy(std::shared_ptr<const Collection> collection) : collection_(std::move(collection)) {}
  std::shared_ptr<const Collection> collection_;
};

/// Computes several in one pass: what they have in common is done once.
std::vector<LocalFrame> ComputeAll(const std::vector<Lazy>& all);
/// auto [rows, total] = cask::Compute(trips["fare"].Count(), trips["fare"].Sum());
template <typename... T>
  requires(sizeof...(T) > 0 && (std::derived_from<T, Lazy> && ...))
std::array<LocalFrame, sizeof...(T)> Compute(const T&... lazy) {
  std::vector<LocalFrame> results = ComputeAll({static_cast<const Lazy&>(lazy)...});
  return [&]<size_t... i>(std::index_sequence<i...>) {
    return std::array<LocalFrame, sizeof...(T)>{std::move(results[i])...};
  }(std::make_index_sequence<sizeof...(T)>());
}

/// One value, such as a sum.
class Scalar : public Lazy {
 public:
  template <typename T>
  T Value() const { return Compute().Value<T>(); }

 private:
  friend struct LazyAccess;
  using Lazy::Lazy;
};

/// One side of an operator: a series, or one value for all rows, a constant or a scalar that is computed first. Dates compare with their text: pickup >= "2015-02-01".
class SeriesOperand {
 public:
  SeriesOperand(const Series& series, CallSite site = CallSite::current());
  SeriesOperand(const Scalar& scalar, CallSite site = CallSite::current());
  SeriesOperand(const char* text, CallSite site = CallSite::current()) : constant_(std::string(text)), site_(site) {}
  SeriesOperand(std::string text, CallSite site = CallSite::current()) : constant_(std::move(text)), site_(site) {}
  template <typename T>
    requires std::is_arithmetic_v<T>
  SeriesOperand(T value, CallSite site = CallSite::current()) : site_(site) {
    if constexpr (std::is_same_v<T, bool>) constant_ = value;
    else if constexpr (std::is_floating_point_v<T>) constant_ = static_cast<double>(value);
    else constant_ = static_cast<int64_t>(value);
  }

 private:
  friend struct LazyAccess;
  std::shared_ptr<const Collection> lazy_;  // null: it is the constant
  std::variant<bool, int64_t, double, std::string> constant_;
  CallSite site_;
};

struct ValueCountsArguments {
  bool normalize = false;
  bool sort = true;
  bool ascending = false;
  bool dropna = true;
};

class Series : public Lazy {
 public:
  std::string name() const;
  std::string dtype() const;
  Series Rename(const std::string& name) const;
  DataFrame ToFrame() const;

  // Row by row.

  friend Series operator+(const SeriesOperand& a, const SeriesOperand& b) { return Call("add", {a, b}); }
  friend Series operator-(const SeriesOperand& a, const SeriesOperand& b) { return Call("subtract", {a, b}); }
  friend Series operator*(const SeriesOperand& a, const SeriesOperand& b) { return Call("multiply", {a, b}); }
  friend Series operator/(const SeriesOperand& a, const SeriesOperand& b) { return Call("divide", {a, b}); }
  friend Series operator%(const SeriesOperand& a, const SeriesOperand& b) { return Call("mod", {a, b}); }
  friend Series operator==(const SeriesOperand& a, const SeriesOperand& b) { return Call("eq", {a, b}); }
  friend Series operator!=(const SeriesOperand& a, const SeriesOperand& b) { return Call("ne", {a, b}); }
  friend Series operator<(const SeriesOperand& a, const SeriesOperand& b) { return Call("lt", {a, b}); }
  friend Series operator<=(const SeriesOperand& a, const SeriesOperand& b) { return Call("le", {a, b}); }
  friend Series operator>(const SeriesOperand& a, const SeriesOperand& b) { return Call("gt", {a, b}); }
  friend Series operator>=(const SeriesOperand& a, const SeriesOperand& b) { return Call("ge", {a, b}); }
  friend Series operator&(const SeriesOperand& a, const SeriesOperand& b) { return Call("and", {a, b}); }
  friend Series operator|(const SeriesOperand& a, const SeriesOperand& b) { return Call("or", {a, b}); }
  friend Series operator^(const SeriesOperand& a, const SeriesOperand& b) { return Call("xor", {a, b}); }
  friend Series operator!(const SeriesOperand& a) { return Call("invert", {a}); }
  friend Series operator-(const SeriesOperand& a) { return Call("neg", {a}); }
  Series FloorDivide(const SeriesOperand& divisor, CallSite site = CallSite::current()) const { return Call("floordiv", {{*this, site}, divisor}); }
  Series Pow(const SeriesOperand& exponent, CallSite site = CallSite::current()) const { return Call("pow", {{*this, site}, exponent}); }
  Series IsNA(CallSite site = CallSite::current()) const { return Call("isna", {{*this, site}}); }
  Series NotNA(CallSite site = CallSite::current()) const { return Call("notna", {{*this, site}}); }
  Series FillNA(const SeriesOperand& value, CallSite site = CallSite::current()) const { return Call("fillna", {{*this, site}, value}); }
  Series IsIn(const std::vector<SeriesOperand>& constants, CallSite site = CallSite::current()) const;
  /// From `low` to `high`, both included.
  Series Between(const SeriesOperand& low, const SeriesOperand& high, CallSite site = CallSite::current()) const;
  /// pandas' name of a type: "float64", "Int64", "str", "category".
  Series AsType(const std::string& dtype, CallSite site = CallSite::current()) const;
  /// A field of times: "hour", "dayofweek", "date", ...; see pandas' Series.dt.
  Series Dt(const std::string& field, CallSite site = CallSite::current()) const { return Call("dt." + field, {{*this, site}}); }
  /// The column function of that name, for what has no method here.
  static Series Call(const std::string& function, const std::vector<SeriesOperand>& operands);

  /// The values where `mask` is true.
  Series operator[](const SeriesOperand& mask) const;
  Series DropNA(CallSite site = CallSite::current()) const;

  // Reductions.

  Scalar Sum(CallSite site = CallSite::current()) const { return Reduce("sum", site); }
  Scalar Mean(CallSite site = CallSite::current()) const { return Reduce("mean", site); }
  Scalar Min(CallSite site = CallSite::current()) const { return Reduce("min", site); }
  Scalar Max(CallSite site = CallSite::current()) const { return Reduce("max", site); }
  /// Of values that are not missing.
  Scalar Count(CallSite site = CallSite::current()) const { return Reduce("count", site); }
  Scalar Std(CallSite site = CallSite::current()) const { return Reduce("std", site); }
  Scalar Var(CallSite site = CallSite::current()) const { return Reduce("var", site); }
  Scalar NUnique(CallSite site = CallSite::current()) const { return Reduce("nunique", site); }
  /// pandas' name of it: "prod", "any", "all", "median", ...
  Scalar Reduce(const std::string& name, CallSite site = CallSite::current()) const;
  Scalar Quantile(double quantile, CallSite site = CallSite::current()) const;
  Series ValueCounts(const ValueCountsArguments& arguments = {}, CallSite site = CallSite::current()) const;
  Series Unique(CallSite site = CallSite::current()) const;
  Series Describe(CallSite site = CallSite::current()) const;

  // The first rows of the first partition, and the last ones of the last, as Dask does.

  Series Head(int64_t n = 5, CallSite site = CallSite::current()) const;
  Series Tail(int64_t n = 5, CallSite site = CallSite::current()) const;
  Series NLargest(int64_t n = 5, CallSite site = CallSite::current()) const;
  Series NSmallest(int64_t n = 5, CallSite site = CallSite::current()) const;
  Series SortValues(bool ascending = true, CallSite site = CallSite::current()) const;

  Series Persist(CallSite site = CallSite::current()) const;
  int64_t Len(CallSite site = CallSite::current()) const;
  std::vector<std::string> ToCsv(const std::string& path, const ToCsvOptions& options = {}) const;

 private:
  friend struct LazyAccess;
  using Lazy::Lazy;
};

/// A key to group by: a column's name, or a series of the frame's rows.
class GroupKey {
 public:
  GroupKey(const char* column) : key_(std::string(column)) {}
  GroupKey(std::string column) : key_(std::move(column)) {}
  GroupKey(Series series) : key_(std::move(series)) {}

 private:
  friend struct LazyAccess;
  std::variant<std::string, Series> key_;
};

struct GroupByArguments {
  bool sort = true;
  bool dropna = true;
};

class DataFrame : public Lazy {
 public:
  std::vector<std::string> columns() const;
  /// As they are known by now; a computation can find a column of a CSV file to be of a wider type than its beginning shows.
  std::vector<std::string> dtypes() const;

  Series operator[](const std::string& column) const;
  Series operator[](const char* column) const { return (*this)[std::string(column)]; }
  DataFrame operator[](std::initializer_list<std::string> columns) const { return Select(columns); }
  /// The rows for which `mask` is true.
  DataFrame operator[](const SeriesOperand& mask) const;
  DataFrame Select(const std::vector<std::string>& columns) const;
  /// With the column `name` set to a series of the same rows, or to a constant.
  DataFrame Assign(const std::string& name, const SeriesOperand& value) const;
  DataFrame Drop(const std::vector<std::string>& columns) const;
  /// (old name, new name) each.
  DataFrame Rename(const std::vector<std::pair<std::string, std::string>>& names) const;
  DataFrame DropNA(const std::optional<std::vector<std::string>>& subset = {}, CallSite site = CallSite::current()) const;

  // Of each column: a series whose index is the columns' names. `numeric_only` leaves the others out.

  Series Sum(bool numeric_only = false, CallSite site = CallSite::current()) const { return Reduce("sum", numeric_only, site); }
  Series Mean(bool numeric_only = false, CallSite site = CallSite::current()) const { return Reduce("mean", numeric_only, site); }
  Series Min(bool numeric_only = false, CallSite site = CallSite::current()) const { return Reduce("min", numeric_only, site); }
  Series Max(bool numeric_only = false, CallSite site = CallSite::current()) const { return Reduce("max", numeric_only, site); }
  Series Count(bool numeric_only = false, CallSite site = CallSite::current()) const { return Reduce("count", numeric_only, site); }
  Series Std(bool numeric_only = false, CallSite site = CallSite::current()) const { return Reduce("std", numeric_only, site); }
  Series Var(bool numeric_only = false, CallSite site = CallSite::current()) const { return Reduce("var", numeric_only, site); }
  Series NUnique(CallSite site = CallSite::current()) const { return Reduce("nunique", false, site); }
  Series Reduce(const std::string& name, bool numeric_only = false, CallSite site = CallSite::current()) const;
  Series ValueCounts(const ValueCountsArguments& arguments = {}, CallSite site = CallSite::current()) const;
  DataFrame Describe(CallSite site = CallSite::current()) const;
  DataFrame DropDuplicates(CallSite site = CallSite::current()) const;

  // The first rows of the first partition, and the last ones of the last, as Dask does.

  DataFrame Head(int64_t n = 5, CallSite site = CallSite::current()) const;
  DataFrame Tail(int64_t n = 5, CallSite site = CallSite::current()) const;
  DataFrame NLargest(int64_t n, const std::vector<std::string>& columns, CallSite site = CallSite::current()) const;
  DataFrame NSmallest(int64_t n, const std::vector<std::string>& columns, CallSite site = CallSite::current()) const;
  /// `ascending`: one for all of `by`, or one each.
  DataFrame SortValues(const std::vector<std::string>& by, const std::vector<bool>& ascending = {true}, CallSite site = CallSite::current()) const;
  DataFrameGroupBy GroupBy(std::vector<GroupKey> keys, const GroupByArguments& arguments = {}) const;

  /// The same with its columns kept in memory. Loading starts in the background; what is asked for goes first.
  DataFrame Persist(CallSite site = CallSite::current()) const;
  int64_t Len(CallSite site = CallSite::current()) const;
  /// A file for each partition, whose number stands for the "*" of `path`, or one file. The paths of the files. They appear whole or
  /// not at all.
  std::vector<std::string> ToCsv(const std::string& path, const ToCsvOptions& options = {}) const;

 private:
  friend struct LazyAccess;
  using Lazy::Lazy;
};

/// One column of DataFrameGroupBy::Agg's result.
struct Aggregation {
  std::string column;
  std::string function;  // pandas' name: "mean", "sum", "count", ...
  std::string name = {};  // of the result's column; empty: that of `column`
};

/// Rows in groups of equal keys, which become the index of what is computed of them.
class DataFrameGroupBy {
 public:
  SeriesGroupBy operator[](const std::string& column) const;
  DataFrame Agg(const std::vector<Aggregation>& aggregations, CallSite site = CallSite::current()) const;
  /// How many rows each group has.
  Series Size(CallSite site = CallSite::current()) const;

  // Of every column that is not a key.

  DataFrame Sum(CallSite site = CallSite::current()) const { return Reduce("sum", site); }
  DataFrame Mean(CallSite site = CallSite::current()) const { return Reduce("mean", site); }
  DataFrame Min(CallSite site = CallSite::current()) const { return Reduce("min", site); }
  DataFrame Max(CallSite site = CallSite::current()) const { return Reduce("max", site); }
  DataFrame Count(CallSite site = CallSite::current()) const { return Reduce("count", site); }
  DataFrame Std(CallSite site = CallSite::current()) const { return Reduce("std", site); }
  DataFrame Var(CallSite site = CallSite::current()) const { return Reduce("var", site); }
  DataFrame NUnique(CallSite site = CallSite::current()) const { return Reduce("nunique", site); }
  DataFrame Reduce(const std::string& name, CallSite site = CallSite::current()) const;

 private:
  friend class DataFrame;
  friend class SeriesGroupBy;
  friend struct LazyAccess;
  DataFrameGroupBy(DataFrame frame, std::vector<GroupKey> keys, const GroupByArguments& arguments)
      : frame_(std::move(frame)), keys_(std::move(keys)), arguments_(arguments) {}

  DataFrame frame_;
  std::vector<GroupKey> keys_;
  GroupByArguments arguments_;
};

/// One column of rows in groups.
class SeriesGroupBy {
 public:
  Series Sum(CallSite site = CallSite::current()) const { return Reduce("sum", site); }
  Series Mean(CallSite site = CallSite::current()) const { return Reduce("mean", site); }
  Series Min(CallSite site = CallSite::current()) const { return Reduce("min", site); }
  Series Max(CallSite site = CallSite::current()) const { return Reduce("max", site); }
  Series Count(CallSite site = CallSite::current()) const { return Reduce("count", site); }
  Series Std(CallSite site = CallSite::current()) const { return Reduce("std", site); }
  Series Var(CallSite site = CallSite::current()) const { return Reduce("var", site); }
  Series NUnique(CallSite site = CallSite::current()) const { return Reduce("nunique", site); }
  Series Reduce(const std::string& name, CallSite site = CallSite::current()) const;
  /// A column for each function, named as it.
  DataFrame Agg(const std::vector<std::string>& functions, CallSite site = CallSite::current()) const;

 private:
  friend class DataFrameGroupBy;
  SeriesGroupBy(DataFrameGroupBy groups, std::string column) : groups_(std::move(groups)), column_(std::move(column)) {}

  DataFrameGroupBy groups_;
  std::string column_;
};

/// Paths, globs ("trips/*.csv"), folders, or URIs of remote stores ("s3://bucket/trips/*.csv").
DataFrame ReadCsv(const std::string& path, const ReadCsvOptions& options = {}, CallSite site = CallSite::current());
DataFrame ReadCsv(const std::vector<std::string>& paths, const ReadCsvOptions& options = {}, CallSite site = CallSite::current());
DataFrame ReadCsv(std::initializer_list<std::string> paths, const ReadCsvOptions& options = {}, CallSite site = CallSite::current());

/// The schema, without computing: "DataFrame(vendor: int64, fare: float64), 31 partitions".
std::ostream& operator<<(std::ostream& out, const DataFrame& frame);
std::ostream& operator<<(std::ostream& out, const Series& series);

}  // namespace cask
