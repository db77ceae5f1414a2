// TableFunction: a small step at the end of a computation that puts whole results together: the table of a description, the row of
// reductions turned into a series.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cask/base/codec.h"
#include "cask/data/batch.h"

namespace arrow { class MemoryPool; }

namespace cask {

/// One row to one column: a row for each of the columns, which are brought to the type that holds them all. The result has the
/// columns' names as column `label_name` (str) and their values as column `value_name`. TypeError where no type holds them all.
struct RowToColumnSpec {
  std::string label_name;
  std::string value_name;
};
constexpr auto FieldsOf(std::type_identity<RowToColumnSpec>) { return std::tuple(&RowToColumnSpec::label_name, &RowToColumnSpec::value_name); }

/// The columns of all inputs beside each other. Where an input has fewer rows than another its columns go on with missing values; in a
/// type that has no mark for them these are Arrow nulls.
struct SideBySideSpec {};
constexpr auto FieldsOf(std::type_identity<SideBySideSpec>) { return std::tuple(); }

/// describe() of numeric columns. Input 0 is one row with count, mean, std, min and max of the first column, then of the second, ...;
/// input 1 has a row for each quantile and a column for each column. The result has the statistics' names as column `label_name` and
/// a float64 column (Float64 for a nullable one) for each of `columns`.
struct DescriptionSpec {
  std::vector<std::string> columns;
  std::vector<std::string> quantile_labels;  // "25%", "50%", ...
  std::string label_name;
};
constexpr auto FieldsOf(std::type_identity<DescriptionSpec>) {
  return std::tuple(&DescriptionSpec::columns, &DescriptionSpec::quantile_labels, &DescriptionSpec::label_name);
}

/// The rows with one column more in front: `label_name`, float64, holding `labels`, one for each row.
struct LabelledRowsSpec {
  std::vector<double> labels;
  std::string label_name;
};
constexpr auto FieldsOf(std::type_identity<LabelledRowsSpec>) { return std::tuple(&LabelledRowsSpec::labels, &LabelledRowsSpec::label_name); }

/// Of (partition, number of rows) in order: one text with 8 bytes a partition, the number of rows before it.
struct PartitionOffsetsSpec {};
constexpr auto FieldsOf(std::type_identity<PartitionOffsetsSpec>) { return std::tuple(); }

/// The rows with one column more in front: `label_name`, int64, which numbers them from 0.
struct NumberedRowsSpec {
  std::string label_name;
};
constexpr auto FieldsOf(std::type_identity<NumberedRowsSpec>) { return std::tuple(&NumberedRowsSpec::label_name); }

/// What a table function does, as plain data: it makes one, names it and travels. New ones are added at the end.
using TableFunctionSpec =
    std::variant<RowToColumnSpec, SideBySideSpec, DescriptionSpec, LabelledRowsSpec, PartitionOffsetsSpec, NumberedRowsSpec>;

/// Immutable. Its inputs are results, not data: a handful of rows each.
class TableFunction {
 public:
  virtual ~TableFunction() = default;
  virtual std::string_view name() const = 0;
  virtual TableFunctionSpec spec() const = 0;
  /// InternalError where there are not the inputs that it needs.
  virtual Result<Schema> InferSchema(const std::vector<Schema>& inputs) const = 0;
  virtual Result<Table> Apply(const std::vector<std::shared_ptr<const Table>>& inputs, arrow::MemoryPool* pool) const = 0;
};

std::shared_ptr<const TableFunction> MakeTableFunction(RowToColumnSpec spec);
std::shared_ptr<const TableFunction> MakeTableFunction(SideBySideSpec spec);
std::shared_ptr<const TableFunction> MakeTableFunction(DescriptionSpec spec);
std::shared_ptr<const TableFunction> MakeTableFunction(LabelledRowsSpec spec);
std::shared_ptr<const TableFunction> MakeTableFunction(PartitionOffsetsSpec spec);
std::shared_ptr<const TableFunction> MakeTableFunction(NumberedRowsSpec spec);
inline std::shared_ptr<const TableFunction> MakeTableFunction(const TableFunctionSpec& spec) {
  return std::visit([](const auto& one) { return MakeTableFunction(one); }, spec);
}

/// The type of a column of all of a row's values; nothing where only Python objects can be all of them.
std::optional<DType> CommonTypeOf(const Schema& row);

}  // namespace cask
