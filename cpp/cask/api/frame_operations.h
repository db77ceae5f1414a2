// The operations on lazy frames and series, with pandas' meanings. All semantics of the dataframe API are here: the C++ classes and
// the Python package only give them their syntax. Nothing is computed by any of them.
//
// Every operation takes the user's line that called it (`origin`), to be named when it fails.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cask/api/collection.h"
#include "cask/compute/frame/aggregate.h"
#include "cask/compute/frame/distinct.h"
#include "cask/compute/frame/quantile.h"
#include "cask/compute/frame/top_k.h"
#include "cask/compute/frame/value_counts.h"
#include "cask/compute/map_partitions_body.h"
#include "cask/io/csv/options.h"
#include "cask/io/files.h"

namespace cask {

// -- Sources

struct ReadCsvRequest {
  std::vector<std::string> paths;
  CsvOptions options;
  StorageOptions storage;
};
Result<Collection> ReadCsv(const ReadCsvRequest& request, Origin origin);

/// A table in memory; its first `num_index` columns are the index. Partition i is the rows [bounds[i], bounds[i + 1]).
Result<Collection> FromTable(std::shared_ptr<const Table> table, int num_index, Collection::Shape shape, std::vector<int64_t> bounds,
                             std::vector<Literal> divisions, Origin origin);

// -- Row by row

using ElementwiseArgument = std::variant<Collection, Literal>;

/// A column function over collections and constants. At least one argument is a collection; frames go column by column, and all of
/// them must have the same columns. The arguments' rows must be the same ones (that of one frame, filtered alike).
Result<Collection> Elementwise(std::string_view function, const std::vector<ElementwiseArgument>& arguments,
                               const FunctionOptions& options, Origin origin);

// -- Columns and rows

/// KeyError, as pandas words it, where there is no such column.
Result<Collection> GetColumn(const Collection& frame, const std::string& label);
Result<Collection> GetColumns(const Collection& frame, const std::vector<std::string>& labels);
Result<Collection> DropColumns(const Collection& frame, const std::vector<std::string>& labels, bool ignore_missing);
/// Each label of `from` becomes that of `to` at the same position.
Collection RenameColumns(const Collection& frame, const std::vector<std::string>& from, const std::vector<std::string>& to);
/// Gives all value columns new labels, in order.
Result<Collection> SetLabels(const Collection& collection, const std::vector<std::string>& labels);
/// A frame with the column `label` set to a series of the same rows, or to a constant.
Result<Collection> Assign(const Collection& frame, const std::string& label, const ElementwiseArgument& value);
/// The rows for which `mask` is true.
Result<Collection> Filter(const Collection& collection, const Collection& mask, Origin origin);
/// The rows without missing values in the columns `subset` (none given: in any). `how_all`: only rows in which all are missing go.
Result<Collection> DropMissing(const Collection& collection, const std::optional<std::vector<std::string>>& subset, bool how_all,
                               Origin origin);
/// The columns `labels` become the index under the names `names`, in place of the one there is or, with `append`, after it. `drop`: they
/// are no columns any more.
Result<Collection> SetIndex(const Collection& frame, const std::vector<std::string>& labels, const std::vector<std::string>& names, bool drop,
                            bool append);
Result<Collection> IndexOf(const Collection& collection, Origin origin);
Collection ToFrame(const Collection& series, const std::optional<std::string>& label);
/// The index becomes columns in front of the others (or goes, with `drop`). NotImplementedError for rows that an earlier reset numbered
/// anew, where they are in several partitions.
Result<Collection> ResetIndex(const Collection& collection, bool drop, const std::optional<std::string>& series_label, Origin origin);

// -- Functions over partitions

/// A collection as functions over its partitions get it. `has_row_ids`: its first column is the default index, of which each partition gets its own
/// rows counted from 0, and may give such an index, too.
struct PartitionInput {
  Collection rows;
  bool has_row_ids = false;
};
Result<PartitionInput> InputOfPartitions(const Collection& collection, Origin origin);

struct MappedPartitions {
  PartitionFunction function;
  Collection::Shape shape = Collection::Shape::kFrame;
  int num_index = 0;
};
/// Makes the function for rows of another schema than it was made for, or for results of other types, of which its calls said `found`. Called on any
/// thread.
using MapPartitionsMaker = std::function<Result<MappedPartitions>(const Schema& input, const std::vector<std::string>& found)>;
/// What a user's function gives for each partition. `remake` is asked when a source or a result turns out to be of other types than it was
/// thought to be.
Result<Collection> MapPartitions(const PartitionInput& input, const MappedPartitions& made, MapPartitionsMaker remake, Origin origin);

// -- Reductions

struct FrameReduceOptions {
  bool skipna = true;
  int ddof = 1;
  int64_t min_count = 0;
  bool numeric_only = false;
};
/// A series becomes a scalar; a frame becomes a series with its columns' labels as index, or a frame of one row where no type holds all
/// columns' results.
Result<Collection> Reduce(const Collection& collection, AggregateKind kind, const FrameReduceOptions& options, Origin origin);
Result<Collection> CountRows(const Collection& collection, Origin origin);
Result<Collection> CountDistinct(const Collection& collection, bool dropna, Origin origin);
Result<Collection> ValueCounts(const Collection& collection, bool dropna, const ValueCountsOptions& options, Origin origin);
/// The values that occur most often, sorted. A frame: of each column, and where a column has fewer of them than another it goes on with
/// missing values.
Result<Collection> Mode(const Collection& collection, bool dropna, bool numeric_only, Origin origin);
Result<Collection> Unique(const Collection& series, Origin origin);
/// `keep`: KeepRow::kFirstTwo leaves only rows that equal no other.
Result<Collection> DropDuplicates(const Collection& collection, const std::optional<std::vector<std::string>>& subset, KeepRow keep,
                                  Origin origin);
Result<Collection> Quantile(const Collection& collection, const std::vector<double>& quantiles, bool is_one, Interpolation interpolation,
                            Origin origin);
/// Of the numeric columns: count, mean, std, min, the percentiles (in [0, 1]), max. `labels` are the percentiles' names; none: "25%", ...
Result<Collection> DescribeColumns(const Collection& collection, const std::vector<double>& percentiles, std::vector<std::string> labels,
                                   Origin origin);
/// What describe() tells of columns of every type. One frame, whose columns are named after a statistic and the column's position. Of
/// numbers and times: "count 0", "mean 0", "min 0", "max 0", "std 0" (but of points in time) in its first row, and "percentiles 0" from the
/// first row on. Of others: "count 0", "unique 0", "top 0" and "freq 0": the value that occurs most often, and how often.
Result<Collection> DescribeAnyColumns(const Collection& collection, const std::vector<double>& percentiles, Origin origin);

// -- Order

/// `partitions`: how many of the first partitions are looked at; -1: all.
Result<Collection> Head(const Collection& collection, int64_t n, int64_t partitions, Origin origin);
Result<Collection> Tail(const Collection& collection, int64_t n, Origin origin);
/// A frame by the columns `by`; a series by its values (`by` is empty).
Result<Collection> SortValues(const Collection& collection, const std::vector<std::string>& by, const std::vector<bool>& ascending,
                              bool missing_first, Origin origin);
Result<Collection> LargestRows(const Collection& collection, int64_t n, const std::vector<std::string>& columns, bool largest,
                               KeepTies keep, Origin origin);

// -- Groups

struct GroupAggregate {
  AggregateKind kind;
  std::string column;  // a value column of the frame; not read for kSize
  std::string label;   // of the result's column
  int ddof = 1;
  int64_t min_count = 0;
  bool dropna = true;  // kNunique
};
struct GroupByRequest {
  Collection data;                // a frame or a series
  std::vector<Collection> keys;   // series of the same rows
  bool sort = true;
  bool dropna = true;
  bool observed = true;
  bool as_index = true;
};
/// A frame with a column for each aggregate, or a series where `is_series` (then there is one aggregate).
Result<Collection> GroupBy(const GroupByRequest& request, const std::vector<GroupAggregate>& aggregates, bool is_series, Origin origin);

}  // namespace cask
