// cask._core's arrays: lazy arrays as opaque objects and functions on them. The package's cask.array gives them NumPy's face.
#include <arrow/buffer.h>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <atomic>
#include <cmath>

#include "cask/api/compute_array.h"
#include "cask/expr/array_call.h"
#include "cask/expr/array_layout.h"
#include "cask/expr/array_reduction.h"
#include "cask/expr/array_source.h"
#include "cask/expr/array_view.h"
#include "python_caller.h"
#include "status.h"
#include "without_gil.h"

namespace nb = nanobind;
using namespace nanobind::literals;

namespace cask {
namespace {

// What Python holds: nanobind would share ownership of a const object as of a mutable one.
struct ArrayHandle {
  ArrayExprPtr array;
};

ArrayHandle Wrap(Result<ArrayExprPtr> result) { return {Unwrap(std::move(result))}; }

std::vector<ArrayExprPtr> ArraysOf(const std::vector<ArrayHandle>& handles) {
  std::vector<ArrayExprPtr> arrays;
  for (const ArrayHandle& handle : handles) arrays.push_back(handle.array);
  return arrays;
}

// Memory that a Python object owns.
class PythonBuffer final : public arrow::Buffer {
 public:
  PythonBuffer(const uint8_t* data, int64_t size, nb::object owner) : Buffer(data, size), owner_(owner.release().ptr()) {}
  ~PythonBuffer() override {
    // When the interpreter is going away its objects go with it.
    if (!Py_IsInitialized()) return;
    nb::gil_scoped_acquire gil;
    Py_DECREF(owner_);
  }

 private:
  PyObject* owner_;
};

Kind ParseKind(const std::string& name) {
  const DType type = Unwrap(DType::Parse(name));
  RaiseIfError(CheckArrayKind(type));
  return type.kind();
}

Origin MakeOrigin(const std::optional<std::string>& file, int line) {
  return file ? std::make_shared<const OriginLine>(OriginLine{*file, line}) : nullptr;
}

// A Python bool, int or float, which is weak, as NEP 50 says.
Literal ParseNumber(nb::handle value) {
  if (nb::isinstance<nb::bool_>(value)) return Literal::Bool(nb::cast<bool>(value));
  if (nb::isinstance<nb::float_>(value)) return Literal::Float(nb::cast<double>(value));
  int overflow = 0;
  const int64_t integer = PyLong_AsLongLongAndOverflow(value.ptr(), &overflow);
  if (integer == -1 && overflow == 0 && PyErr_Occurred()) throw nb::python_error();
  if (overflow == 0) return Literal::Int(integer);
  const uint64_t natural = PyLong_AsUnsignedLongLong(value.ptr());
  if (PyErr_Occurred()) throw nb::python_error();
  return Literal(natural, Kind::kUInt64, true);
}

ArrayOperand ParseOperand(nb::handle value) {
  ArrayHandle* handle = nullptr;
  if (nb::try_cast(value, handle)) return handle->array;
  return ParseNumber(value);
}

std::vector<ArrayOperand> ParseOperands(const nb::list& values) {
  std::vector<ArrayOperand> operands;
  for (nb::handle value : values) operands.push_back(ParseOperand(value));
  return operands;
}

// One an axis: "auto" or the bytes a chunk may have as text, a size, -1 for all, or a list of sizes.
std::vector<ChunkRequest> ParseChunks(const nb::list& chunks) {
  std::vector<ChunkRequest> requests;
  for (nb::handle chunk : chunks) {
    ChunkRequest& request = requests.emplace_back();
    if (nb::isinstance<nb::str>(chunk)) {
      request.form = ChunkRequest::Form::kAuto;
      const auto text = nb::cast<std::string>(chunk);
      if (text != "auto") request.size = std::stoll(text);
    } else if (nb::isinstance<nb::int_>(chunk)) {
      request.size = nb::cast<int64_t>(chunk);
      request.form = request.size == -1 ? ChunkRequest::Form::kWhole : ChunkRequest::Form::kSize;
    } else {
      request.sizes = nb::cast<std::vector<int64_t>>(chunk);
      request.form = ChunkRequest::Form::kSizes;
    }
  }
  return requests;
}

ChunkGrid ParseGrid(const Shape& shape, const nb::list& chunks, Kind kind) { return Unwrap(MakeChunks(shape, ParseChunks(chunks), kind)); }

std::optional<int64_t> ParseBound(nb::handle value) {
  if (value.is_none()) return std::nullopt;
  return nb::cast<int64_t>(value);
}

// Parts of an index: integers, slices, None and Ellipsis.
std::vector<IndexItem> ParseIndex(const nb::list& parts) {
  std::vector<IndexItem> items;
  for (nb::handle part : parts) {
    IndexItem& item = items.emplace_back();
    if (part.is_none()) {
      item.form = IndexItem::Form::kNewAxis;
    } else if (nb::isinstance<nb::ellipsis>(part)) {
      item.form = IndexItem::Form::kEllipsis;
    } else if (nb::isinstance<nb::slice>(part)) {
      item.form = IndexItem::Form::kSlice;
      item.start = ParseBound(part.attr("start"));
      item.stop = ParseBound(part.attr("stop"));
      item.step = ParseBound(part.attr("step"));
    } else {
      item.form = IndexItem::Form::kInteger;
      item.integer = nb::cast<int64_t>(part);
    }
  }
  return items;
}

ArrayHandle FromMemory(uintptr_t address, Shape shape, std::vector<int64_t> strides, const std::string& dtype, nb::object owner,
                       const nb::list& chunks) {
  static std::atomic<int64_t> next_identity{0};
  auto memory = std::make_shared<ArrayChunk>();
  memory->kind = ParseKind(dtype);
  memory->data = reinterpret_cast<const uint8_t*>(address);
  memory->buffer = std::make_shared<PythonBuffer>(memory->data, NumElements(shape) * WidthOf(memory->kind), std::move(owner));
  memory->strides = std::move(strides);
  memory->shape = shape;
  const ChunkGrid grid = ParseGrid(shape, chunks, memory->kind);
  // The address alone is no name: memory is used again.
  const Token token = Tokenizer("memory").Add(static_cast<int64_t>(address)).Add(next_identity++).Finish();
  return {MakeArrayFromMemory(std::move(memory), grid, token)};
}

nb::object ToNumpy(const std::shared_ptr<const ArrayChunk>& chunk) {
  auto* kept = new std::shared_ptr<const ArrayChunk>(chunk);
  nb::capsule owner(kept, [](void* pointer) noexcept { delete static_cast<std::shared_ptr<const ArrayChunk>*>(pointer); });
  const std::vector<size_t> shape(chunk->shape.begin(), chunk->shape.end());
  auto* data = const_cast<uint8_t*>(chunk->data);
  const auto make = [&]<typename T>(T*) { return nb::cast(nb::ndarray<nb::numpy, T>(data, shape.size(), shape.data(), owner)); };
  switch (chunk->kind) {
    case Kind::kBool: return make(static_cast<bool*>(nullptr));
    case Kind::kInt8: return make(static_cast<int8_t*>(nullptr));
    case Kind::kInt16: return make(static_cast<int16_t*>(nullptr));
    case Kind::kInt32: return make(static_cast<int32_t*>(nullptr));
    case Kind::kInt64: return make(static_cast<int64_t*>(nullptr));
    case Kind::kUInt8: return make(static_cast<uint8_t*>(nullptr));
    case Kind::kUInt16: return make(static_cast<uint16_t*>(nullptr));
    case Kind::kUInt32: return make(static_cast<uint32_t*>(nullptr));
    case Kind::kUInt64: return make(static_cast<uint64_t*>(nullptr));
    case Kind::kFloat32: return make(static_cast<float*>(nullptr));
    default: return make(static_cast<double*>(nullptr));
  }
}

nb::list ComputeAll(const std::vector<ArrayHandle>& handles) {
  const auto arrays = ArraysOf(handles);
  RefuseWithinCalls();
  auto results = WithoutGil([&] { return ComputeArrays(arrays, CheckPythonSignals); });
  nb::list values;
  for (const auto& chunk : Unwrap(std::move(results))) values.append(ToNumpy(chunk));
  return values;
}

std::vector<ArrayHandle> PersistAll(const std::vector<ArrayHandle>& handles) {
  const auto arrays = ArraysOf(handles);
  RefuseWithinCalls();
  auto results = WithoutGil([&] { return PersistArrays(arrays, CheckPythonSignals); });
  std::vector<ArrayHandle> held;
  for (ArrayExprPtr& array : Unwrap(std::move(results))) held.push_back({std::move(array)});
  return held;
}

nb::tuple ChunksOf(const ArrayHandle& handle) {
  nb::list axes;
  for (const AxisChunks& axis : handle.array->grid().axes()) axes.append(nb::tuple(nb::cast(axis.Sizes())));
  return nb::tuple(axes);
}

nb::tuple ShapeOf(const Shape& shape) { return nb::tuple(nb::cast(shape)); }

void BindSources(nb::module_& module) {
  module.def("array_from_memory", &FromMemory, "address"_a, "shape"_a, "strides"_a, "dtype"_a, "owner"_a, "chunks"_a);
  module.def("array_full", [](Shape shape, nb::object value, const std::string& dtype, const nb::list& chunks, const std::string& name) {
    const Kind kind = ParseKind(dtype);
    return Wrap(MakeFull(ParseNumber(value), kind, ParseGrid(shape, chunks, kind), name));
  });
  module.def("array_integer_range", [](int64_t start, int64_t step, int64_t length, const std::string& dtype, const nb::list& chunks) {
    const Kind kind = ParseKind(dtype);
    return ArrayHandle{MakeGenerated(MakeIntegerRange(start, step, kind), ParseGrid({length}, chunks, kind), "arange")};
  });
  module.def("array_float_range", [](double start, double step, int64_t length, const std::string& dtype, const nb::list& chunks) {
    const Kind kind = ParseKind(dtype);
    return ArrayHandle{MakeGenerated(MakeFloatRange(start, step, kind), ParseGrid({length}, chunks, kind), "arange")};
  });
  module.def("array_linspace",
             [](double start, double step, int64_t length, int64_t last, double stop, const std::string& dtype, const nb::list& chunks) {
               const Kind kind = ParseKind(dtype);
               return ArrayHandle{MakeGenerated(MakeLinearSpace(start, step, last, stop, kind), ParseGrid({length}, chunks, kind), "linspace")};
             });
  module.def("array_random", [](const std::string& distribution, Shape shape, uint64_t seed, uint64_t stream, double low, double high,
                                int64_t first, int64_t last, const std::string& dtype, const nb::list& chunks, const std::string& name) {
    const Kind kind = ParseKind(dtype);
    RandomSpec spec{Distribution::kUniform, seed, stream, low, high, first, last};
    if (distribution == "normal") spec.distribution = Distribution::kNormal;
    if (distribution == "integers") spec.distribution = Distribution::kIntegers;
    return ArrayHandle{MakeGenerated(MakeRandom(spec, kind), ParseGrid(shape, chunks, kind), name)};
  });
}

void BindElementwise(nb::module_& module) {
  module.def("array_call", [](const std::string& operation, const nb::list& operands, const std::string& name,
                              const std::optional<std::string>& file, int line) {
    const auto found = FindOperation(operation);
    if (!found) RaiseIfError(NotImplementedError("numpy.{} has no loop for lazy arrays", operation));
    return Wrap(MakeArrayCall(*found, ParseOperands(operands), name, MakeOrigin(file, line)));
  });
  module.def("array_has_operation", [](const std::string& operation) { return FindOperation(operation).has_value(); });
  module.def("array_astype", [](const ArrayHandle& array, const std::string& dtype) { return ArrayHandle{MakeCast(array.array, ParseKind(dtype))}; });
  module.def("array_where", [](nb::object condition, nb::object then, nb::object otherwise) {
    return Wrap(MakeWhere(ParseOperand(condition), ParseOperand(then), ParseOperand(otherwise)));
  });
  module.def("array_round", [](const ArrayHandle& array, int decimals) { return Wrap(MakeRound(array.array, decimals)); });
  module.def("array_reduce", [](const std::string& name, const ArrayHandle& array, std::optional<std::vector<int64_t>> axes, bool keepdims,
                                int64_t ddof, const std::optional<std::string>& dtype) {
    const auto reduction = FindReduction(name);
    if (!reduction) RaiseIfError(NotImplementedError("{} is no reduction of lazy arrays", name));
    ReduceOptions options{std::move(axes), keepdims, ddof, std::nullopt};
    if (dtype) options.kind = ParseKind(*dtype);
    return Wrap(MakeReduction(*reduction, array.array, options));
  });
}

void BindLayout(nb::module_& module) {
  module.def("array_index", [](const ArrayHandle& array, const nb::list& parts) { return Wrap(MakeIndexed(array.array, ParseIndex(parts))); });
  module.def("array_transpose", [](const ArrayHandle& array, const std::vector<int64_t>& order) { return Wrap(MakeTransposed(array.array, order)); });
  module.def("array_broadcast", [](const ArrayHandle& array, const Shape& shape) { return Wrap(MakeBroadcast(array.array, shape)); });
  module.def("array_squeeze", [](const ArrayHandle& array, std::optional<std::vector<int64_t>> axes) { return Wrap(MakeSqueezed(array.array, axes)); },
             "array"_a, "axes"_a.none());
  module.def("array_flip", [](const ArrayHandle& array, std::optional<std::vector<int64_t>> axes) { return Wrap(MakeFlipped(array.array, axes)); },
             "array"_a, "axes"_a.none());
  module.def("array_reshape", [](const ArrayHandle& array, Shape shape) { return Wrap(MakeReshaped(array.array, std::move(shape))); });
  module.def("array_rechunk", [](const ArrayHandle& array, const nb::list& chunks) {
    return ArrayHandle{MakeRechunked(array.array, ParseGrid(array.array->shape(), chunks, array.array->kind()))};
  });
  module.def("array_concatenate", [](const std::vector<ArrayHandle>& arrays, int64_t axis) { return Wrap(MakeConcatenated(ArraysOf(arrays), axis)); });
  module.def("array_stack", [](const std::vector<ArrayHandle>& arrays, int64_t axis) { return Wrap(MakeStacked(ArraysOf(arrays), axis)); });
  module.def("array_matmul", [](const ArrayHandle& left, const ArrayHandle& right) { return Wrap(MakeProduct(left.array, right.array)); });
  module.def("array_tensordot", [](const ArrayHandle& left, const ArrayHandle& right, const std::vector<int64_t>& left_axes,
                                   const std::vector<int64_t>& right_axes) {
    return Wrap(MakeTensordot(left.array, right.array, left_axes, right_axes));
  });
}

}  // namespace

void BindArray(nb::module_& module) {
  nb::class_<ArrayHandle>(module, "ArrayExpr")
      .def_prop_ro("name", [](const ArrayHandle& handle) { return std::string(handle.array->name()); })
      .def_prop_ro("token", [](const ArrayHandle& handle) { return handle.array->token().ToString(); })
      .def_prop_ro("dtype", [](const ArrayHandle& handle) { return DType(handle.array->kind()).ToString(); })
      .def_prop_ro("shape", [](const ArrayHandle& handle) { return ShapeOf(handle.array->shape()); })
      .def_prop_ro("chunks", &ChunksOf)
      .def_prop_ro("numblocks", [](const ArrayHandle& handle) { return ShapeOf(handle.array->grid().num_blocks()); })
      .def_prop_ro("chunksize", [](const ArrayHandle& handle) {
        Shape sizes;
        for (const AxisChunks& axis : handle.array->grid().axes()) sizes.push_back(axis.max_size());
        return ShapeOf(sizes);
      });
  module.def("array_compute", &ComputeAll);
  module.def("array_persist", &PersistAll);
  module.def("array_explain", [](const std::vector<ArrayHandle>& arrays) { return Unwrap(ExplainArrays(ArraysOf(arrays))); });
  BindSources(module);
  BindElementwise(module);
  BindLayout(module);
}

}  // namespace cask
