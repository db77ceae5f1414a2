#include "csv_options.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "columns.h"
#include "labels.h"
#include "status.h"

namespace nb = nanobind;

namespace cask {
namespace {

using Setter = void (*)(CsvOptions&, nb::handle);

char CharFrom(nb::handle value) {
  const auto text = nb::cast<std::string>(value);
  return text.empty() ? '\0' : text[0];
}

CsvColumnRef ColumnRefFrom(nb::handle value) {
  if (nb::isinstance<nb::str>(value)) return nb::cast<std::string>(value);
  return nb::cast<int>(value);
}

std::vector<CsvColumnRef> ColumnRefsFrom(nb::handle values) {
  std::vector<CsvColumnRef> refs;
  for (nb::handle value : values) refs.push_back(ColumnRefFrom(value));
  return refs;
}

template <typename T>
std::map<std::string, T> MapFrom(nb::handle value, T (*convert)(nb::handle)) {
  std::map<std::string, T> result;
  for (auto [key, item] : nb::cast<nb::dict>(value)) result.emplace(LabelFromPython(key), convert(item));
  return result;
}

std::string TextFrom(nb::handle value) { return nb::cast<std::string>(value); }
std::vector<std::string> TextsFrom(nb::handle value) { return nb::cast<std::vector<std::string>>(value); }

void SetHeader(CsvOptions& options, nb::handle value) {
  if (value.is_none()) {
    options.header = CsvOptions::Header::kNone;
  } else if (nb::isinstance<nb::str>(value)) {
    options.header = CsvOptions::Header::kInfer;
  } else {
    options.header = CsvOptions::Header::kRow;
    options.header_row = nb::cast<int>(value);
  }
}

void SetSkipRows(CsvOptions& options, nb::handle value) {
  if (PyLong_Check(value.ptr())) {
    options.skip_rows = nb::cast<int64_t>(value);
  } else {
    for (nb::handle row : value) options.skip_row_numbers.insert(nb::cast<int64_t>(row));
  }
}

void SetBadLines(CsvOptions& options, nb::handle value) {
  const std::string how = TextFrom(value);
  if (how == "error") {
    options.on_bad_lines = CsvBadLines::kError;
  } else if (how == "warn") {
    options.on_bad_lines = CsvBadLines::kWarn;
  } else if (how == "skip") {
    options.on_bad_lines = CsvBadLines::kSkip;
  } else {
    RaiseIfError(ValueError("Argument {} is invalid for on_bad_lines", how));
  }
}

void SetCompression(CsvOptions& options, nb::handle value) { options.compression = CompressionFromPython(value); }

const std::map<std::string, Setter>& Setters() {
  static const std::map<std::string, Setter> kSetters = {
      {"separator", [](CsvOptions& o, nb::handle v) { o.separator = CharFrom(v); }},
      {"quote_char", [](CsvOptions& o, nb::handle v) { o.quote_char = CharFrom(v); }},
      {"quoting", [](CsvOptions& o, nb::handle v) { o.quoting = static_cast<CsvQuoting>(nb::cast<int>(v)); }},
      {"double_quote", [](CsvOptions& o, nb::handle v) { o.double_quote = nb::cast<bool>(v); }},
      {"escape_char", [](CsvOptions& o, nb::handle v) { o.escape_char = CharFrom(v); }},
      {"comment_char", [](CsvOptions& o, nb::handle v) { o.comment_char = CharFrom(v); }},
      {"line_terminator", [](CsvOptions& o, nb::handle v) { o.line_terminator = CharFrom(v); }},
      {"skip_initial_space", [](CsvOptions& o, nb::handle v) { o.skip_initial_space = nb::cast<bool>(v); }},
      {"skip_blank_lines", [](CsvOptions& o, nb::handle v) { o.skip_blank_lines = nb::cast<bool>(v); }},
      {"encoding", [](CsvOptions& o, nb::handle v) { o.encoding = TextFrom(v); }},
      {"compression", SetCompression},
      {"on_bad_lines", SetBadLines},
      {"header", SetHeader},
      {"skip_rows", SetSkipRows},
      {"names", [](CsvOptions& o, nb::handle v) { o.names = LabelsFromPython(v); }},
      {"use_columns", [](CsvOptions& o, nb::handle v) { o.use_columns = ColumnRefsFrom(v); }},
      {"index_col", [](CsvOptions& o, nb::handle v) { o.index_col = ColumnRefsFrom(v); }},
      {"dtype", [](CsvOptions& o, nb::handle v) { o.dtype = TypeFromPython(v); }},
      {"column_dtypes", [](CsvOptions& o, nb::handle v) { o.column_dtypes = MapFrom<DType>(v, TypeFromPython); }},
      {"assume_missing", [](CsvOptions& o, nb::handle v) { o.assume_missing = nb::cast<bool>(v); }},
      {"parse_index_dates", [](CsvOptions& o, nb::handle v) { o.parse_index_dates = nb::cast<bool>(v); }},
      {"parse_dates", [](CsvOptions& o, nb::handle v) { o.parse_dates = ColumnRefsFrom(v); }},
      {"date_format", [](CsvOptions& o, nb::handle v) { o.date_format = TextFrom(v); }},
      {"column_date_formats", [](CsvOptions& o, nb::handle v) { o.column_date_formats = MapFrom<std::string>(v, TextFrom); }},
      {"day_first", [](CsvOptions& o, nb::handle v) { o.day_first = nb::cast<bool>(v); }},
      {"na_values", [](CsvOptions& o, nb::handle v) { o.na_values = TextsFrom(v); }},
      {"column_na_values", [](CsvOptions& o, nb::handle v) { o.column_na_values = MapFrom<std::vector<std::string>>(v, TextsFrom); }},
      {"keep_default_na", [](CsvOptions& o, nb::handle v) { o.keep_default_na = nb::cast<bool>(v); }},
      {"na_filter", [](CsvOptions& o, nb::handle v) { o.na_filter = nb::cast<bool>(v); }},
      {"true_values", [](CsvOptions& o, nb::handle v) { o.true_values = TextsFrom(v); }},
      {"false_values", [](CsvOptions& o, nb::handle v) { o.false_values = TextsFrom(v); }},
      {"thousands", [](CsvOptions& o, nb::handle v) { o.thousands = CharFrom(v); }},
      {"decimal", [](CsvOptions& o, nb::handle v) { o.decimal = CharFrom(v); }},
      {"block_size", [](CsvOptions& o, nb::handle v) { o.block_size = nb::cast<int64_t>(v); }},
      {"path_column", [](CsvOptions& o, nb::handle v) { o.path_column = TextFrom(v); }},
  };
  return kSetters;
}

}  // namespace

CsvCompression CompressionFromPython(nb::handle value) {
  static const std::map<std::string, CsvCompression> kNames = {
      {"infer", CsvCompression::kInfer}, {"none", CsvCompression::kNone}, {"gzip", CsvCompression::kGzip},
      {"bz2", CsvCompression::kBz2},     {"zstd", CsvCompression::kZstd}, {"xz", CsvCompression::kXz}};
  const std::string name = value.is_none() ? "none" : TextFrom(value);
  const auto found = kNames.find(name);
  if (found == kNames.end()) {
    RaiseIfError(ValueError("Unrecognized compression type: {}; there are infer, gzip, bz2, zstd, xz and None", name));
  }
  return found->second;
}

ReadCsvRequest ReadCsvRequestFromPython(nb::handle paths, nb::dict options, nb::dict storage) {
  ReadCsvRequest request;
  request.paths = TextsFrom(paths);
  for (auto [key, value] : options) {
    const auto name = nb::cast<std::string>(key);
    const auto setter = Setters().find(name);
    if (setter == Setters().end()) RaiseIfError(InternalError("there is no CSV option named {}", name));
    setter->second(request.options, value);
  }
  for (auto [key, value] : storage) request.storage.emplace(TextFrom(key), TextFrom(nb::str(value)));
  return request;
}

}  // namespace cask
