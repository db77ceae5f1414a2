#include "labels.h"

#include <nanobind/stl/string.h>

#include "cask/data/label.h"
#include "status.h"

namespace nb = nanobind;

namespace cask {

std::string LabelFromPython(nb::handle label) {
  if (label.is_none()) return NoLabel();
  if (nb::isinstance<nb::str>(label)) return nb::cast<std::string>(label);
  if (PyIndex_Check(label.ptr()) && !PyBool_Check(label.ptr())) return IntegerLabel(nb::cast<int64_t>(nb::int_(nb::borrow(label))));
  RaiseIfError(TypeError("a label is a str or an int, not {}", nb::cast<std::string>(nb::repr(label))));
  return {};
}

nb::object LabelToPython(const std::string& label) {
  if (IsNoLabel(label)) return nb::none();
  if (auto integer = IntegerOfLabel(label)) return nb::int_(*integer);
  return nb::str(label.c_str(), label.size());
}

std::vector<std::string> LabelsFromPython(nb::handle labels) {
  std::vector<std::string> result;
  for (nb::handle label : labels) result.push_back(LabelFromPython(label));
  return result;
}

namespace {

Literal IntegerFromPython(nb::handle value, const DType& type, bool is_weak) {
  int overflow = 0;
  const long long integer = PyLong_AsLongLongAndOverflow(value.ptr(), &overflow);
  if (overflow == 0) return {int64_t{integer}, type, is_weak};
  const unsigned long long large = PyLong_AsUnsignedLongLong(value.ptr());
  if (PyErr_Occurred()) {
    PyErr_Clear();
    RaiseIfError(OverflowError("Python integer {} does not fit 64 bits", nb::cast<std::string>(nb::repr(value))));
  }
  return {uint64_t{large}, Kind::kUInt64, is_weak};
}

}  // namespace

Literal LiteralFromPython(nb::handle value, const std::string& dtype, bool is_weak) {
  std::optional<DType> type;
  if (!dtype.empty()) type = Unwrap(DType::Parse(dtype));
  if (value.is_none()) return {std::monostate(), type.value_or(DType(Kind::kNull)), is_weak};
  if (type && type->is_temporal()) return {Ticks{nb::cast<int64_t>(value)}, *type, is_weak};
  if (PyBool_Check(value.ptr())) return {nb::cast<bool>(value), type.value_or(DType(Kind::kBool)), is_weak};
  if (PyLong_Check(value.ptr())) {
    if (type && type->is_float()) return {nb::cast<double>(value), *type, is_weak};
    return IntegerFromPython(value, type.value_or(DType(Kind::kInt64)), is_weak);
  }
  if (PyFloat_Check(value.ptr())) return {nb::cast<double>(value), type.value_or(DType(Kind::kFloat64)), is_weak};
  if (nb::isinstance<nb::str>(value)) return {nb::cast<std::string>(value), type.value_or(DType(Kind::kString)), is_weak};
  RaiseIfError(TypeError("{} cannot be a constant of a column", nb::cast<std::string>(nb::repr(value))));
  return {};
}

nb::object LiteralToPython(const Literal& literal) {
  struct Converter {
    nb::object operator()(std::monostate) const { return nb::none(); }
    nb::object operator()(bool value) const { return nb::bool_(value); }
    nb::object operator()(int64_t value) const { return nb::int_(value); }
    nb::object operator()(uint64_t value) const { return nb::int_(value); }
    nb::object operator()(double value) const { return nb::float_(value); }
    nb::object operator()(const std::string& value) const { return nb::str(value.c_str(), value.size()); }
    nb::object operator()(Ticks value) const { return nb::int_(value.value); }
  };
  return std::visit(Converter{}, literal.value());
}

namespace {

// Whether a file of Python code is part of the package, and so not the user's.
bool IsOfPackage(const char* file) {
  static const std::string* const folder = [] {
    nb::object path = nb::module_::import_("cask").attr("__file__");
    std::string text = nb::cast<std::string>(path);
    return new std::string(text.substr(0, text.rfind('/') + 1));
  }();
  return std::strncmp(file, folder->c_str(), folder->size()) == 0;
}

}  // namespace

Origin CallingLine() {
  Origin origin;
  PyFrameObject* frame = PyThreadState_GetFrame(PyThreadState_Get());
  while (frame != nullptr) {
    PyCodeObject* code = PyFrame_GetCode(frame);
    const char* file = PyUnicode_AsUTF8(code->co_filename);
    const bool is_users = file != nullptr && !IsOfPackage(file);
    if (is_users) origin = std::make_shared<OriginLine>(OriginLine{file, PyFrame_GetLineNumber(frame)});
    Py_DECREF(code);
    PyFrameObject* back = is_users ? nullptr : PyFrame_GetBack(frame);
    Py_DECREF(frame);
    frame = back;
  }
  return origin;
}

}  // namespace cask
