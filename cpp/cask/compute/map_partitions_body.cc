#include "cask/compute/map_partitions_body.h"

#include <arrow/array/array_base.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>

#include "cask/base/pool.h"
#include "cask/compute/python_caller.h"
#include "cask/compute/python_table.h"
#include "cask/compute/task_context.h"
#include "cask/data/row_id.h"

namespace cask {
namespace {

// A column of int64 with each value changed, and checked, by `change`.
template <typename Change>
Result<Column> Changed(const Column& column, Change change) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer, arrow::AllocateBuffer(column->length * sizeof(int64_t), BufferPool()));
  const auto* from = Values<int64_t>(column);
  auto* to = reinterpret_cast<int64_t*>(buffer->mutable_data());
  for (int64_t i = 0; i < column->length; ++i) {
    ARROW_ASSIGN_OR_RAISE(to[i], change(from[i]));
  }
  return MakeFixedColumn(Kind::kInt64, column->length, std::move(buffer));
}

Result<int64_t> RowWithin(int64_t id, int64_t partition) {
  if (PartitionOfRowId(id) != partition) return InternalError("partition {} has a row of partition {}", partition, PartitionOfRowId(id));
  return RowOfRowId(id);
}

Result<int64_t> RowIdOf(int64_t row, int64_t partition) {
  if (row < 0 || row >= int64_t{1} << kRowBits) return ValueError("{} is no row of a partition", row);
  return MakeRowId(partition, row);
}

constexpr std::string_view kOtherTypes = "gives other types: ";

class MapPartitionsBody final : public TaskBody {
 public:
  MapPartitionsBody(PartitionFunction function, int num_passed, int64_t first_partition, int64_t num_partitions, Origin origin)
      : function_(std::move(function)),
        call_(arrow::Buffer::FromString(function_.call.bytes)),
        token_(TokenOf(function_)),
        num_passed_(num_passed),
        first_partition_(first_partition),
        num_partitions_(num_partitions),
        origin_(std::move(origin)) {}

  int num_outputs() const override { return 1; }
  std::string Describe() const override { return function_.name; }

  Result<std::vector<std::shared_ptr<const Piece>>> Run(TaskContext& context) const override {
    const int64_t partition = first_partition_ + context.partition();
    auto result = RunOn(partition, context);
    if (!result.ok()) return WithPlace(result.status(), partition);
    return std::vector<std::shared_ptr<const Piece>>{std::make_shared<const Table>(std::move(*result))};
  }

 private:
  Result<Table> RunOn(int64_t partition, TaskContext& context) const {
    const auto caller = GetPythonCaller();
    if (caller == nullptr) return NotImplementedError("this process has no Python to call {} in", function_.name);
    Table rows = static_cast<const Table&>(*context.inputs()[0][0]);
    context.TakeInputs();
    ARROW_ASSIGN_OR_RAISE(Passed passed, TakePassed(&rows));
    ARROW_ASSIGN_OR_RAISE(const PythonCall call, CallOn(partition, std::move(rows)));
    ARROW_ASSIGN_OR_RAISE(const auto bytes, caller->Call(call, [&] { return context.is_cancelled(); }));
    if (const auto other = OtherTypesFromPython(*bytes)) {
      const Status needs = NeedsWiderType("{} gives other types on partition {} than it was thought to", function_.name, partition);
      return WithNote(needs, fmt::format("{}{} {}", kOtherTypes, token_.ToString(), *other));
    }
    ARROW_ASSIGN_OR_RAISE(Table table, TableFromPython(function_.schema, bytes));
    if (function_.gives_row_ids) {
      Column& ids = table.batches[0].columns[0];
      ARROW_ASSIGN_OR_RAISE(ids, Changed(ids, [&](int64_t row) { return RowIdOf(row, partition); }));
    }
    ARROW_RETURN_NOT_OK(AddPassed(std::move(passed), &table));
    return table;
  }

  // The columns that pass by the function, and the one by which its rows are known.
  struct Passed {
    Schema schema;
    std::vector<Column> columns;
    Column labels;
  };

  Result<Passed> TakePassed(Table* rows) const {
    Passed passed;
    if (num_passed_ == 0) return passed;
    const int num_given = rows->schema.size() - num_passed_;
    ARROW_ASSIGN_OR_RAISE(passed.labels, CombinedColumn(*rows, 0));
    for (int i = num_given; i < rows->schema.size(); ++i) {
      passed.schema.Add(rows->schema.field(i));
      ARROW_ASSIGN_OR_RAISE(Column column, CombinedColumn(*rows, i));
      passed.columns.push_back(std::move(column));
    }
    rows->schema = Schema(std::vector<Field>(rows->schema.fields().begin(), rows->schema.fields().begin() + num_given));
    for (Batch& batch : rows->batches) batch.columns.resize(num_given);
    return passed;
  }

  Status AddPassed(Passed passed, Table* table) const {
    if (num_passed_ == 0) return Status::OK();
    Batch& batch = table->batches[0];
    if (batch.num_rows != passed.labels->length || !arrow::MakeArray(batch.columns[0])->Equals(arrow::MakeArray(passed.labels))) {
      return ValueError("{} gives other rows than it gets, so its results are no column beside them", function_.name);
    }
    for (const Field& field : passed.schema.fields()) table->schema.Add(field);
    for (Column& column : passed.columns) batch.columns.push_back(std::move(column));
    return Status::OK();
  }

  Result<PythonCall> CallOn(int64_t partition, Table rows) const {
    if (function_.has_row_ids) {
      for (Batch& batch : rows.batches) {
        ARROW_ASSIGN_OR_RAISE(batch.columns[0], Changed(batch.columns[0], [&](int64_t id) { return RowWithin(id, partition); }));
      }
    }
    PythonCall call{function_.name, call_, token_, {arrow::Buffer::FromString(fmt::format("{}\n{}", partition, ColumnTypesForPython(rows.schema)))}};
    ARROW_ASSIGN_OR_RAISE(auto streams, TableForPython(rows));
    for (auto& stream : streams) call.arguments.push_back(std::move(stream));
    return call;
  }

  Status WithPlace(const Status& status, int64_t partition) const {
    if (KindOf(status) == ErrorKind::kCancelled) return status;
    const std::string line = DescribeOrigin(origin_);
    return WithNote(status, fmt::format("calling {} on partition {} of {}{}", function_.name, partition, num_partitions_,
                                        line.empty() ? "" : ", for line " + line));
  }

  const PartitionFunction function_;
  const std::shared_ptr<arrow::Buffer> call_;
  const Token token_;
  const int num_passed_;
  const int64_t first_partition_;
  const int64_t num_partitions_;
  const Origin origin_;
};

}  // namespace

Token TokenOf(const PartitionFunction& function) { return TokenOfFunction(function.call.bytes); }

std::optional<OtherTypes> OtherTypesOfNote(std::string_view note) {
  if (!note.starts_with(kOtherTypes)) return std::nullopt;
  note.remove_prefix(kOtherTypes.size());
  const size_t space = note.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  return OtherTypes{std::string(note.substr(0, space)), std::string(note.substr(space + 1))};
}

std::shared_ptr<const TaskBody> MakeMapPartitionsBody(PartitionFunction function, int num_passed, int64_t first_partition, int64_t num_partitions,
                                                      Origin origin) {
  return std::make_shared<MapPartitionsBody>(std::move(function), num_passed, first_partition, num_partitions, std::move(origin));
}

}  // namespace cask
