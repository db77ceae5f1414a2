#include "columns.h"

#include <arrow/array/array_base.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/c/bridge.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include "cask/api/categorical.h"
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

// The memory is copied: missing codes become 0 with a mark in a bitmap.
Column FromCodes(nb::handle values, const DType& type) {
  const Column codes = FromNumpy(values, Kind::kInt32);
  const int64_t n = codes->length;
  const int32_t* in = Values<int32_t>(codes);
  std::shared_ptr<arrow::Buffer> positions = Unwrap(arrow::AllocateBuffer(n * sizeof(int32_t)));
  std::shared_ptr<arrow::Buffer> validity = Unwrap(arrow::AllocateEmptyBitmap(n));
  int64_t num_missing = 0;
  for (int64_t i = 0; i < n; ++i) {
    reinterpret_cast<int32_t*>(positions->mutable_data())[i] = std::max(in[i], 0);
    arrow::bit_util::SetBitTo(validity->mutable_data(), i, in[i] >= 0);
    num_missing += in[i] < 0;
  }
  Column column = MakeFixedColumn(type, n, std::move(positions), num_missing > 0 ? validity : nullptr, num_missing);
  column->dictionary = Categories::Of(type).texts;
  return column;
}

nb::object CategoricalToPython(const Column& column, const DType& type) {
  const Categories& categories = Categories::Of(type);
  Column codes = column->Copy();
  codes->type = arrow::int32();
  codes->dictionary = nullptr;
  const Column values = Unwrap(CategoriesOf(column->dictionary, type));
  return nb::make_tuple(ArrowColumn{codes}, categories.values.ToString(), ColumnToPython(values, categories.values), categories.is_ordered);
}

}  // namespace

DType TypeFromPython(nb::handle type) {
  if (nb::isinstance<nb::str>(type)) return Unwrap(DType::Parse(nb::cast<std::string>(type)));
  nb::tuple parts = nb::cast<nb::tuple>(type);
  const DType values = TypeFromPython(parts[0]);
  std::optional<Column> categories;
  if (!parts[1].is_none()) categories = ColumnFromPython(parts[1], values);
  return Unwrap(MakeCategoricalType(values, categories, nb::cast<bool>(parts[2])));
}

nb::object CategoriesToPython(const DType& type) {
  if (type.kind() != Kind::kCategory) return nb::none();
  const Categories& categories = Categories::Of(type);
  nb::object values = nb::none();
  if (categories.texts != nullptr) values = ColumnToPython(Unwrap(CategoriesOf(categories.texts, type)), categories.values);
  return nb::make_tuple(categories.values.ToString(), values, categories.is_ordered);
}

nb::object ColumnToPython(const Column& column, const DType& type) {
  if (type.kind() == Kind::kCategory) return CategoricalToPython(column, type);
  const bool has_missing = column->buffers[0] != nullptr && column->GetNullCount() > 0;
  if (type.is_fixed_width() && !type.has_bitmap() && !has_missing) return NumpyArray(column, type);
  return nb::cast(ArrowColumn{column});
}

Column ColumnFromPython(nb::handle values, const DType& type) {
  if (type.kind() == Kind::kCategory) return FromCodes(values, type);
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
