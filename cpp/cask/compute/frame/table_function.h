// TableFunction: a small step at the end of a computation that puts whole results together: the table of a description, the row of
// reductions turned into a series.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cask/data/batch.h"

namespace arrow { class MemoryPool; }

namespace cask {

/// Immutable. Its inputs are results, not data: a handful of rows each.
class TableFunction {
 public:
  virtual ~TableFunction() = default;
  virtual std::string_view name() const = 0;
  virtual Result<Schema> InferSchema(const std::vector<Schema>& inputs) const = 0;
  virtual Result<Table> Apply(const std::vector<std::shared_ptr<const Table>>& inputs, arrow::MemoryPool* pool) const = 0;
};

/// The type of a column of all of a row's values; nothing where only Python objects can be all of them.
std::optional<DType> CommonTypeOf(const Schema& row);

/// One row to one column: a row for each of the columns, which are brought to the type that holds them all. The result has the
/// columns' names as column `label_name` (str) and their values as column `value_name`. TypeError where no type holds them all.
std::shared_ptr<const TableFunction> MakeRowToColumn(std::string label_name, std::string value_name);

/// The columns of all inputs beside each other. Where an input has fewer rows than another its columns go on with missing values; in a
/// type that has no mark for them these are Arrow nulls.
std::shared_ptr<const TableFunction> MakeSideBySide();

/// describe() of numeric columns. Input 0 is one row with count, mean, std, min and max of the first column, then of the second, ...;
/// input 1 has a row for each quantile and a column for each column. The result has the statistics' names as column `label_name` and
/// a float64 column (Float64 for a nullable one) for each of `columns`. `quantile_labels`: "25%", "50%", ...
std::shared_ptr<const TableFunction> MakeDescription(std::vector<std::string> columns, std::vector<std::string> quantile_labels,
                                                     std::string label_name);

/// The rows with one column more in front: `label_name`, float64, holding `labels`, one for each row.
std::shared_ptr<const TableFunction> MakeLabelledRows(std::vector<double> labels, std::string label_name);

/// Of (partition, number of rows) in order: one text with 8 bytes a partition, the number of rows before it.
std::shared_ptr<const TableFunction> MakePartitionOffsets();

/// The rows with one column more in front: `label_name`, int64, which numbers them from 0.
std::shared_ptr<const TableFunction> MakeNumberedRows(std::string label_name);

}  // namespace cask
