// The binding of functions over partitions: what cask/dataframe/_map_partitions.py makes of a user's function.
#include "cask/api/frame_operations.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "columns.h"
#include "labels.h"
#include "python_caller.h"
#include "status.h"
#include "without_gil.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace cask {
namespace {

// A Python object that an expression keeps, which may be let go of on any thread.
class KeptObject {
 public:
  explicit KeptObject(nb::object object) : object_(object.release().ptr()) {}
  ~KeptObject() {
    if (!Py_IsInitialized()) return;  // the process is ending, and its memory with it
    nb::gil_scoped_acquire gil;
    Py_DECREF(object_);
  }
  KeptObject(const KeptObject&) = delete;
  KeptObject& operator=(const KeptObject&) = delete;

  nb::object get() const { return nb::borrow(object_); }

 private:
  PyObject* object_;
};

// (label, dtype, what is known of its categories) of each column.
nb::list ColumnsOf(const Schema& schema) {
  nb::list columns;
  for (const Field& field : schema.fields()) {
    columns.append(nb::make_tuple(LabelToPython(field.name), field.type.ToString(), CategoriesToPython(field.type)));
  }
  return columns;
}

Collection::Shape ShapeFrom(const std::string& name) { return name == "series" ? Collection::Shape::kSeries : Collection::Shape::kFrame; }

// {"name", "call", "columns": [(label, type), ...], "shape", "num_index", "has_row_ids", "gives_row_ids", "keeps_divisions"}
MappedPartitions MappedFrom(nb::dict made) {
  MappedPartitions mapped;
  PartitionFunction& function = mapped.function;
  function.name = nb::cast<std::string>(made["name"]);
  const nb::bytes call = nb::cast<nb::bytes>(made["call"]);
  function.call.bytes.assign(call.c_str(), call.size());
  for (nb::handle column : made["columns"]) function.schema.Add({LabelFromPython(column[0]), TypeFromPython(column[1])});
  function.has_row_ids = nb::cast<bool>(made["has_row_ids"]);
  function.gives_row_ids = nb::cast<bool>(made["gives_row_ids"]);
  function.keeps_divisions = nb::cast<bool>(made["keeps_divisions"]);
  mapped.shape = ShapeFrom(nb::cast<std::string>(made["shape"]));
  mapped.num_index = nb::cast<int>(made["num_index"]);
  return mapped;
}

// With the GIL.
Result<MappedPartitions> CallMaker(nb::handle maker, const Schema& schema, const std::vector<std::string>& found) {
  try {
    return MappedFrom(nb::cast<nb::dict>(maker(ColumnsOf(schema), found)));
  } catch (nb::python_error& error) {
    return StatusOfException(error);
  }
}

MapPartitionsMaker MakerFrom(nb::object maker) {
  auto kept = std::make_shared<const KeptObject>(std::move(maker));
  return [kept](const Schema& schema, const std::vector<std::string>& found) -> Result<MappedPartitions> {
    if (PyGILState_Check()) return CallMaker(kept->get(), schema, found);
    VisitPython visit;
    return CallMaker(kept->get(), schema, found);
  };
}

}  // namespace

void BindMapPartitions(nb::module_& module) {
  nb::class_<PartitionInput>(module, "PartitionInput", "A frame as functions over its partitions get it.")
      .def(nb::new_([](const Collection& frame) { return Unwrap(InputOfPartitions(frame, CallingLine())); }))
      .def_prop_ro("columns", [](const PartitionInput& input) { return ColumnsOf(input.rows.data.schema()); })
      .def_prop_ro("num_index", [](const PartitionInput& input) { return input.rows.num_index; })
      .def_prop_ro("has_row_ids", [](const PartitionInput& input) { return input.has_row_ids; })
      .def("map", [](const PartitionInput& input, nb::dict made, nb::object remake) {
             return Unwrap(MapPartitions(input, MappedFrom(made), MakerFrom(std::move(remake)), CallingLine()));
           }, "made"_a, "remake"_a);
}

}  // namespace cask
