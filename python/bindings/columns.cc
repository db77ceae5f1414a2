#include "columns.h"

#include <arrow/array/array_base.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/c/bridge.h>
#include <arrow/type.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include "labels.h"
#include "status.h"

namespace nb = nanobind;

namespace cask {
namespace {

// A column that Python takes by the Arrow C data interface.
struct ArrowColumn {
  Column data;
};

// Memory that belongs to a Python object, which may be let go of on any thread.
class PythonBuffer final : public arrow::Buffer {
 public:
  PythonBuffer(const uint8_t* data, int64_t size, nb::object owner) : Buffer(data, size), owner_(owner.release().ptr()) {}
  ~PythonBuffer() override {
    if (!Py_IsInitialized()) return;  // the process is ending, and its memory with it
    nb::gil_scoped_acquire gil;
    Py_DECREF(owner_);
  }

 private:
  PyObject* owner_;
};

nb::dlpack::dtype NumpyType(const DType& type) {
  const auto bits = static_cast<uint8_t>(8 * type.width());
  const auto code = [&] {
    if (type.is_bool()) return nb::dlpack::dtype_code::Bool;
    if (type.is_float()) return nb::dlpack::dtype_code::Float;
    return type.is_unsigned() ? nb::dlpack::dtype_code::UInt : nb::dlpack::dtype_code::Int;
  }();
  return {static_cast<uint8_t>(code), bits, 1};
}

nb::object NumpyArray(const Column& column, const DType& type) {
  auto* keep = new Column(column);
  nb::capsule owner(keep, [](void* held) noexcept { delete static_cast<Column*>(held); });
  const size_t shape[] = {static_cast<size_t>(column->length)};
  auto* first = const_cast<uint8_t*>(column->buffers[1] ? column->buffers[1]->data() : nullptr);
  if (first != nullptr) first += column->offset * type.width();
  return nb::cast(nb::ndarray<nb::numpy>(first, 1, shape, owner, nullptr, NumpyType(type)));
}

nb::capsule SchemaCapsule(const arrow::DataType& type) {
  auto* schema = new ArrowSchema;
  RaiseIfError(arrow::ExportType(type, schema));
  return nb::capsule(schema, "arrow_schema", [](void* pointer) noexcept {
    auto* held = static_cast<ArrowSchema*>(pointer);
    if (held->release != nullptr) held->release(held);
    delete held;
  });
}

nb::capsule ArrayCapsule(const Column& column) {
  auto* array = new ArrowArray;
  RaiseIfError(arrow::ExportArray(*arrow::MakeArray(column), array));
  return nb::capsule(array, "arrow_array", [](void* pointer) noexcept {
    auto* held = static_cast<ArrowArray*>(pointer);
    if (held->release != nullptr) held->release(held);
    delete held;
  });
}

Column FromArrow(nb::handle values, const DType& type) {
  nb::tuple capsules = nb::cast<nb::tuple>(values.attr("__arrow_c_array__")());
  auto* schema = static_cast<ArrowSchema*>(PyCapsule_GetPointer(capsules[0].ptr(), "arrow_schema"));
  auto* array = static_cast<ArrowArray*>(PyCapsule_GetPointer(capsules[1].ptr(), "arrow_array"));
  auto imported = Unwrap(arrow::ImportArray(array, schema));
  if (!imported->type()->Equals(*type.arrow_type())) {
    RaiseIfError(TypeError("a column of type {} is held as Arrow's {}, not {}", type.ToString(), type.arrow_type()->ToString(),
                           imported->type()->ToString()));
  }
  return imported->data();
}

Column FromNumpy(nb::handle values, const DType& type) {
  const auto array = nb::cast<nb::ndarray<nb::ro, nb::ndim<1>, nb::c_contig, nb::device::cpu>>(values);
  if (static_cast<int>(array.itemsize()) != type.width()) {
    RaiseIfError(TypeError("an array with items of {} bytes cannot be a column of {}", array.itemsize(), type.ToString()));
  }
  auto buffer = std::make_shared<PythonBuffer>(static_cast<const uint8_t*>(array.data()), static_cast<int64_t>(array.nbytes()),
                                               nb::borrow(values));
  return MakeFixedColumn(type, static_cast<int64_t>(array.shape(0)), std::move(buffer));
}

}  // namespace

nb::object ColumnToPython(const Column& column, const DType& type) {
  const bool has_missing = column->buffers[0] != nullptr && column->GetNullCount() > 0;
  if (type.is_fixed_width() && !type.has_bitmap() && !has_missing) return NumpyArray(column, type);
  return nb::cast(ArrowColumn{column});
}

Column ColumnFromPython(nb::handle values, const DType& type) {
  return nb::hasattr(values, "__arrow_c_array__") ? FromArrow(values, type) : FromNumpy(values, type);
}

nb::dict ComputedToPython(const Computed& computed) {
  static constexpr const char* kShapes[] = {"frame", "series", "scalar", "index"};
  nb::list columns;
  const Batch& batch = computed.table.batches[0];
  for (int i = 0; i < computed.table.schema.size(); ++i) {
    const Field& field = computed.table.schema.field(i);
    columns.append(nb::make_tuple(LabelToPython(field.name), field.type.ToString(), ColumnToPython(batch.columns[i], field.type)));
  }
  nb::dict result;
  result["shape"] = kShapes[static_cast<int>(computed.shape)];
  result["num_index"] = computed.num_index;
  result["range_start"] = computed.range_start ? nb::object(nb::int_(*computed.range_start)) : nb::none();
  result["num_rows"] = batch.num_rows;
  result["columns"] = columns;
  return result;
}

void BindColumns(nb::module_& module) {
  nb::class_<ArrowColumn>(module, "ArrowColumn", "A column that pyarrow.array() takes without a copy.")
      .def(
          "__arrow_c_array__",
          [](const ArrowColumn& column, nb::handle) {
            return nb::make_tuple(SchemaCapsule(*column.data->type), ArrayCapsule(column.data));
          },
          nb::arg("requested_schema") = nb::none());
}

}  // namespace cask
