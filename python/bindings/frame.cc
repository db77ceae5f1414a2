// The binding of lazy frames: class Frame, one method an operation of api/frame_operations.h. What users see is in cask/dataframe.
#include "cask/api/default_cluster.h"
#include "cask/api/compute.h"
#include "cask/api/frame_operations.h"
#include "cask/local/engine.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "columns.h"
#include "csv_options.h"
#include "labels.h"
#include "python_caller.h"
#include "status.h"
#include "without_gil.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace cask {
namespace {

using Frames = std::vector<Collection>;

ComputeOptions Interruptible(bool is_interactive = false) {
  ComputeOptions options;
  options.priority = is_interactive ? Priority::kInteractive : Priority::kNormal;
  options.check_interrupt = CheckPythonSignals;
  return options;
}

std::optional<std::vector<std::string>> OptionalLabels(nb::handle labels) {
  if (labels.is_none()) return std::nullopt;
  return LabelsFromPython(labels);
}

ElementwiseArgument ArgumentFrom(nb::handle argument) {
  if (nb::isinstance<Collection>(argument)) return nb::cast<Collection>(argument);
  return nb::cast<Literal>(argument);
}

Collection Call(const std::string& function, nb::list arguments, nb::object dtype, nb::list values, const std::string& text,
                int64_t number) {
  std::vector<ElementwiseArgument> converted;
  for (nb::handle argument : arguments) converted.push_back(ArgumentFrom(argument));
  FunctionOptions options;
  if (!dtype.is_none()) options.type = TypeFromPython(dtype);
  for (nb::handle value : values) options.values.push_back(nb::cast<Literal>(value));
  options.text = text;
  options.number = number;
  return Unwrap(Elementwise(function, converted, options, CallingLine()));
}

AggregateKind KindFrom(const std::string& name) { return Unwrap(ParseAggregateKind(name)); }

Collection ReduceFrame(const Collection& frame, const std::string& kind, bool skipna, int ddof, int64_t min_count, bool numeric_only) {
  return Unwrap(Reduce(frame, KindFrom(kind), {skipna, ddof, min_count, numeric_only}, CallingLine()));
}

Collection CountValues(const Collection& frame, bool normalize, bool sort, bool ascending, bool dropna, bool sort_keys) {
  return Unwrap(ValueCounts(frame, dropna, {normalize, sort, ascending, sort_keys}, CallingLine()));
}

KeepTies KeepFrom(const std::string& keep) {
  if (keep == "first") return KeepTies::kFirst;
  if (keep == "last") return KeepTies::kLast;
  if (keep != "all") RaiseIfError(ValueError("keep must be either 'first', 'last' or 'all'"));
  return KeepTies::kAll;
}

KeepRow KeepRowFrom(nb::handle keep) {
  if (keep.is(nb::handle(Py_False))) return KeepRow::kFirstTwo;
  if (nb::isinstance<nb::str>(keep)) {
    const auto name = nb::cast<std::string>(keep);
    if (name == "first") return KeepRow::kFirst;
    if (name == "last") return KeepRow::kLast;
  }
  RaiseIfError(ValueError("keep must be either \"first\", \"last\" or False"));
  return KeepRow::kFirst;
}

Collection Group(const Collection& data, const Frames& keys, nb::list aggregates, bool sort, bool dropna, bool observed, bool as_index,
                 bool is_series) {
  std::vector<GroupAggregate> wanted;
  for (nb::handle item : aggregates) {
    nb::dict fields = nb::cast<nb::dict>(item);
    GroupAggregate aggregate{KindFrom(nb::cast<std::string>(fields["kind"])), LabelFromPython(fields["column"]), LabelFromPython(fields["label"])};
    if (fields.contains("ddof")) aggregate.ddof = nb::cast<int>(fields["ddof"]);
    if (fields.contains("min_count")) aggregate.min_count = nb::cast<int64_t>(fields["min_count"]);
    if (fields.contains("dropna")) aggregate.dropna = nb::cast<bool>(fields["dropna"]);
    wanted.push_back(std::move(aggregate));
  }
  return Unwrap(GroupBy({data, keys, sort, dropna, observed, as_index}, wanted, is_series, CallingLine()));
}

nb::list ComputeFrames(const Frames& frames, bool is_interactive) {
  RefuseWithinCalls();
  const ComputeOptions options = Interruptible(is_interactive);
  auto computed = WithoutGil([&] { return Compute(frames, options); });
  nb::list results;
  for (const Computed& one : Unwrap(std::move(computed))) results.append(ComputedToPython(one));
  return results;
}

Frames PersistFrames(const Frames& frames) {
  RefuseWithinCalls();
  const Origin origin = CallingLine();
  return Unwrap(WithoutGil([&] { return Persist(frames, Interruptible(), origin); }));
}

Collection ReadCsvFiles(nb::handle paths, nb::dict options, nb::dict storage) {
  const ReadCsvRequest request = ReadCsvRequestFromPython(paths, options, storage);
  const Origin origin = CallingLine();
  return Unwrap(WithoutGil([&] { return ReadCsv(request, origin); }));
}

// `columns`: (label, dtype, values) each.
Collection FrameFromColumns(nb::list columns, int num_index, bool is_series, const std::vector<int64_t>& bounds, nb::list divisions) {
  auto table = std::make_shared<Table>();
  Batch batch{bounds.back(), {}};
  for (nb::handle item : columns) {
    nb::tuple parts = nb::cast<nb::tuple>(item);
    const DType type = TypeFromPython(parts[1]);
    table->schema.Add({LabelFromPython(parts[0]), type});
    batch.columns.push_back(ColumnFromPython(parts[2], type));
  }
  table->batches.push_back(std::move(batch));
  std::vector<Literal> literals;
  for (nb::handle division : divisions) literals.push_back(nb::cast<Literal>(division));
  const auto shape = is_series ? Collection::Shape::kSeries : Collection::Shape::kFrame;
  return Unwrap(FromTable(std::move(table), num_index, shape, bounds, std::move(literals), CallingLine()));
}

nb::list LabelsOf(const std::vector<NamedColumn>& columns) {
  nb::list labels;
  for (const NamedColumn& column : columns) labels.append(LabelToPython(column.name));
  return labels;
}

std::vector<std::string> TypesOf(const std::vector<NamedColumn>& columns) {
  std::vector<std::string> types;
  for (const NamedColumn& column : columns) types.push_back(column.value->type().ToString());
  return types;
}

// By column: what is known of its categories, or None.
nb::list CategoriesIn(const std::vector<NamedColumn>& columns) {
  nb::list all;
  for (const NamedColumn& column : columns) all.append(CategoriesToPython(column.value->type()));
  return all;
}

nb::list DivisionsOf(const Collection& frame) {
  nb::list divisions;
  for (const Literal& literal : frame.divisions()) divisions.append(nb::make_tuple(LiteralToPython(literal), literal.type().ToString()));
  return divisions;
}

const char* ShapeNameOf(const Collection& frame) {
  static constexpr const char* kShapes[] = {"frame", "series", "scalar", "index"};
  return kShapes[static_cast<int>(frame.shape)];
}

// (name, tasks done, tasks in all) of each run that has not ended.
nb::list ActiveRuns() {
  nb::list runs;
  const auto cluster = DefaultCluster();
  for (const auto& run : cluster != nullptr ? cluster->ActiveRuns() : LocalEngine::Default().ActiveRuns()) {
    int64_t done = 0, total = 0;
    for (const LayerProgress& layer : run->Progress()) {
      done += layer.done;
      total += layer.total;
    }
    runs.append(nb::make_tuple(run->name(), done, total));
  }
  return runs;
}

}  // namespace

void BindFrame(nb::module_& module) {
  nb::class_<Literal>(module, "Literal", "A constant of a column's type.")
      .def_static("make", LiteralFromPython, "value"_a.none(), "dtype"_a = "", "is_weak"_a = false);

  nb::class_<Collection>(module, "Frame", "A lazy frame, series, scalar or index.")
      .def_prop_ro("shape_kind", ShapeNameOf)
      .def_prop_ro("labels", [](const Collection& frame) { return LabelsOf(frame.value_columns()); })
      .def_prop_ro("dtypes", [](const Collection& frame) { return TypesOf(Unwrap(frame.Rebound()).value_columns()); })
      .def_prop_ro("categories", [](const Collection& frame) { return CategoriesIn(Unwrap(frame.Rebound()).value_columns()); })
      .def_prop_ro("index_labels", [](const Collection& frame) { return LabelsOf(frame.index_columns()); })
      .def_prop_ro("index_dtypes", [](const Collection& frame) { return TypesOf(Unwrap(frame.Rebound()).index_columns()); })
      .def_prop_ro("num_partitions", &Collection::num_partitions)
      .def_prop_ro("divisions", DivisionsOf)
      .def_prop_ro("token", [](const Collection& frame) { return frame.data.token().ToString(); })
      .def_prop_ro("operation", [](const Collection& frame) { return std::string(frame.data.root->name()); })
      .def_prop_ro("num_expressions", [](const Collection& frame) { return CountExpressions(frame.data); })
      .def("column", [](const Collection& frame, nb::handle label) { return Unwrap(GetColumn(frame, LabelFromPython(label))); })
      .def("columns", [](const Collection& frame, nb::handle labels) { return Unwrap(GetColumns(frame, LabelsFromPython(labels))); })
      .def("drop", [](const Collection& frame, nb::handle labels, bool ignore) { return Unwrap(DropColumns(frame, LabelsFromPython(labels), ignore)); })
      .def("rename", [](const Collection& frame, nb::handle from, nb::handle to) { return RenameColumns(frame, LabelsFromPython(from), LabelsFromPython(to)); })
      .def("set_labels", [](const Collection& frame, nb::handle labels) { return Unwrap(SetLabels(frame, LabelsFromPython(labels))); })
      .def("assign", [](const Collection& frame, nb::handle label, nb::handle value) { return Unwrap(Assign(frame, LabelFromPython(label), ArgumentFrom(value))); })
      .def("filter", [](const Collection& frame, const Collection& mask) { return Unwrap(Filter(frame, mask, CallingLine())); })
      .def("dropna", [](const Collection& frame, nb::handle subset, bool all) { return Unwrap(DropMissing(frame, OptionalLabels(subset), all, CallingLine())); },
           "subset"_a.none(), "all"_a)
      .def("index", [](const Collection& frame) { return Unwrap(IndexOf(frame, CallingLine())); })
      .def("to_frame", [](const Collection& frame, nb::handle label) {
             return ToFrame(frame, label.is_none() ? std::nullopt : std::optional(LabelFromPython(label)));
           }, "label"_a.none())
      .def("reset_index", [](const Collection& frame, bool drop, nb::handle label) {
             return Unwrap(ResetIndex(frame, drop, label.is_none() ? std::nullopt : std::optional(LabelFromPython(label)), CallingLine()));
           }, "drop"_a, "label"_a.none())
      .def("reduce", ReduceFrame, "kind"_a, "skipna"_a, "ddof"_a, "min_count"_a, "numeric_only"_a)
      .def("count_rows", [](const Collection& frame) { return Unwrap(CountRows(frame, CallingLine())); })
      .def("nunique", [](const Collection& frame, bool dropna) { return Unwrap(CountDistinct(frame, dropna, CallingLine())); })
      .def("value_counts", CountValues, "normalize"_a, "sort"_a, "ascending"_a, "dropna"_a, "sort_keys"_a)
      .def("unique", [](const Collection& frame) { return Unwrap(Unique(frame, CallingLine())); })
      .def("drop_duplicates", [](const Collection& frame, nb::handle subset, nb::handle keep) {
             return Unwrap(DropDuplicates(frame, OptionalLabels(subset), KeepRowFrom(keep), CallingLine()));
           }, "subset"_a.none(), "keep"_a)
      .def("set_index", [](const Collection& frame, nb::handle labels, nb::handle names, bool drop, bool append) {
             return Unwrap(SetIndex(frame, LabelsFromPython(labels), LabelsFromPython(names), drop, append));
           })
      .def("quantile", [](const Collection& frame, const std::vector<double>& quantiles, bool is_one, const std::string& interpolation) {
             return Unwrap(Quantile(frame, quantiles, is_one, Unwrap(ParseInterpolation(interpolation)), CallingLine()));
           })
      .def("mode", [](const Collection& frame, bool dropna, bool numeric_only) { return Unwrap(Mode(frame, dropna, numeric_only, CallingLine())); })
      .def("describe", [](const Collection& frame, const std::vector<double>& percentiles, const std::vector<std::string>& labels) {
             return Unwrap(DescribeColumns(frame, percentiles, labels, CallingLine()));
           })
      .def("describe_any", [](const Collection& frame, const std::vector<double>& percentiles) { return Unwrap(DescribeAnyColumns(frame, percentiles, CallingLine())); })
      .def("head", [](const Collection& frame, int64_t n, int64_t partitions) { return Unwrap(Head(frame, n, partitions, CallingLine())); })
      .def("tail", [](const Collection& frame, int64_t n) { return Unwrap(Tail(frame, n, CallingLine())); })
      .def("sort_values", [](const Collection& frame, nb::handle by, const std::vector<bool>& ascending, bool missing_first) {
             return Unwrap(SortValues(frame, LabelsFromPython(by), ascending, missing_first, CallingLine()));
           })
      .def("largest", [](const Collection& frame, int64_t n, nb::handle columns, bool largest, const std::string& keep) {
             return Unwrap(LargestRows(frame, n, LabelsFromPython(columns), largest, KeepFrom(keep), CallingLine()));
           })
      .def("group", Group, "keys"_a, "aggregates"_a, "sort"_a, "dropna"_a, "observed"_a, "as_index"_a, "is_series"_a)
      .def("wait", [](const Collection& frame, double seconds) { return Unwrap(WithoutGil([&] { return WaitUntilLoaded(frame, seconds); })); })
      .def("cancel", CancelLoading);

  module.def("call", Call, "function"_a, "arguments"_a, "dtype"_a.none() = nb::none(), "values"_a = nb::list(), "text"_a = "", "number"_a = 0);
  module.def("read_csv", ReadCsvFiles, "paths"_a, "options"_a, "storage"_a);
  module.def("from_columns", FrameFromColumns, "columns"_a, "num_index"_a, "is_series"_a, "bounds"_a, "divisions"_a);
  module.def("compute", ComputeFrames, "frames"_a, "is_interactive"_a = false);
  module.def("persist", PersistFrames, "frames"_a);
  module.def("explain", [](const Frames& frames) { return Unwrap(Explain(frames)); });
  module.def("active_runs", ActiveRuns);
  module.def("store_bytes", [] { return LocalEngine::Default().store().memory_bytes(); });
}

}  // namespace cask
