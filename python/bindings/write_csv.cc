// The binding of to_csv. What users see is in cask/dataframe/_to_csv.py, which names the options after WriteCsvRequest's fields.
#include "cask/api/write_csv.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "csv_options.h"
#include "labels.h"
#include "python_caller.h"
#include "status.h"
#include "without_gil.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace cask {
namespace {

using Setter = void (*)(WriteCsvRequest&, nb::handle);

std::string TextFrom(nb::handle value) { return nb::cast<std::string>(value); }
std::vector<std::string> TextsFrom(nb::handle value) { return nb::cast<std::vector<std::string>>(value); }

char CharFrom(nb::handle value) {
  const std::string text = TextFrom(value);
  return text.empty() ? '\0' : text[0];
}

WriteCsvRequest::Mode ModeFrom(nb::handle value) {
  const std::string mode = TextFrom(value);
  if (mode == "a") return WriteCsvRequest::Mode::kAppend;
  return mode == "x" ? WriteCsvRequest::Mode::kCreate : WriteCsvRequest::Mode::kReplace;
}

const std::map<std::string, Setter>& Setters() {
  static const std::map<std::string, Setter> kSetters = {
      {"path", [](WriteCsvRequest& r, nb::handle v) { r.path = TextFrom(v); }},
      {"single_file", [](WriteCsvRequest& r, nb::handle v) { r.single_file = nb::cast<bool>(v); }},
      {"partition_names", [](WriteCsvRequest& r, nb::handle v) { r.partition_names = TextsFrom(v); }},
      {"header_first_partition_only", [](WriteCsvRequest& r, nb::handle v) { r.header_first_partition_only = nb::cast<bool>(v); }},
      {"mode", [](WriteCsvRequest& r, nb::handle v) { r.mode = ModeFrom(v); }},
      {"index", [](WriteCsvRequest& r, nb::handle v) { r.index = nb::cast<bool>(v); }},
      {"header", [](WriteCsvRequest& r, nb::handle v) { r.header = nb::cast<bool>(v); }},
      {"header_names", [](WriteCsvRequest& r, nb::handle v) { r.header_names = TextsFrom(v); }},
      {"index_labels", [](WriteCsvRequest& r, nb::handle v) { r.index_labels = TextsFrom(v); }},
      {"has_index_labels", [](WriteCsvRequest& r, nb::handle v) { r.options.has_index_labels = nb::cast<bool>(v); }},
      {"separator", [](WriteCsvRequest& r, nb::handle v) { r.options.separator = CharFrom(v); }},
      {"na_rep", [](WriteCsvRequest& r, nb::handle v) { r.options.na_rep = TextFrom(v); }},
      {"float_format", [](WriteCsvRequest& r, nb::handle v) { r.options.float_format = TextFrom(v); }},
      {"quote_char", [](WriteCsvRequest& r, nb::handle v) { r.options.quote_char = CharFrom(v); }},
      {"quoting", [](WriteCsvRequest& r, nb::handle v) { r.options.quoting = static_cast<CsvQuoting>(nb::cast<int>(v)); }},
      {"double_quote", [](WriteCsvRequest& r, nb::handle v) { r.options.double_quote = nb::cast<bool>(v); }},
      {"escape_char", [](WriteCsvRequest& r, nb::handle v) { r.options.escape_char = CharFrom(v); }},
      {"line_terminator", [](WriteCsvRequest& r, nb::handle v) { r.options.line_terminator = TextFrom(v); }},
      {"date_format", [](WriteCsvRequest& r, nb::handle v) { r.options.date_format = TextFrom(v); }},
      {"decimal", [](WriteCsvRequest& r, nb::handle v) { r.options.decimal = CharFrom(v); }},
      {"encoding", [](WriteCsvRequest& r, nb::handle v) { r.options.encoding = TextFrom(v); }},
      {"compression", [](WriteCsvRequest& r, nb::handle v) { r.options.compression = CompressionFromPython(v); }},
  };
  return kSetters;
}

WriteCsvRequest RequestFrom(nb::dict options) {
  WriteCsvRequest request;
  for (auto [key, value] : options) {
    const auto name = TextFrom(key);
    const auto setter = Setters().find(name);
    if (setter == Setters().end()) RaiseIfError(InternalError("there is no option of to_csv named {}", name));
    setter->second(request, value);
  }
  return request;
}

std::vector<std::string> WriteFrame(const Collection& frame, nb::dict options) {
  const WriteCsvRequest request = RequestFrom(options);
  ComputeOptions compute;
  compute.check_interrupt = CheckPythonSignals;
  RefuseWithinCalls();
  return Unwrap(WithoutGil([&] { return WriteCsv(frame, request, compute); }));
}

}  // namespace

void BindWriteCsv(nb::module_& module) {
  module.def("write_csv", WriteFrame, "frame"_a, "options"_a);
  module.def("csv_paths", [](const Collection& frame, nb::dict options) { return Unwrap(CsvPaths(RequestFrom(options), frame.num_partitions())); },
             "frame"_a, "options"_a);
}

}  // namespace cask
