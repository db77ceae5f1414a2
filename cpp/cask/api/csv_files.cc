// ReadCsv and ToCsv of the C++ API: from their options to the engine's.
#include "cask/api/lazy_access.h"
#include "cask/api/write_csv.h"

namespace cask {

namespace {

CsvCompression CompressionFrom(const std::string& name) {
  static const std::map<std::string, CsvCompression> kNames = {
      {"infer", CsvCompression::kInfer}, {"none", CsvCompression::kNone}, {"gzip", CsvCompression::kGzip},
      {"bz2", CsvCompression::kBz2},     {"zstd", CsvCompression::kZstd}, {"xz", CsvCompression::kXz}};
  const auto found = kNames.find(name);
  if (found == kNames.end()) RaiseIfNotOk(ValueError("Unrecognized compression type: {}; there are infer, none, gzip, bz2, zstd and xz", name));
  return found->second;
}

CsvBadLines BadLinesFrom(const std::string& how) {
  if (how == "error") return CsvBadLines::kError;
  if (how == "warn") return CsvBadLines::kWarn;
  if (how != "skip") RaiseIfNotOk(ValueError("Argument {} is invalid for on_bad_lines", how));
  return CsvBadLines::kSkip;
}

std::vector<CsvColumnRef> RefsFrom(const std::vector<std::string>& names) { return {names.begin(), names.end()}; }

void SetTypes(const std::map<std::string, std::string>& dtype, CsvOptions* options) {
  for (const auto& [column, name] : dtype) {
    const DType type = ValueOrRaise(DType::Parse(name));
    if (column == "*") {
      options->dtype = type;
    } else {
      options->column_dtypes.emplace(column, type);
    }
  }
}

void SetColumns(const ReadCsvOptions& from, CsvOptions* options) {
  options->text_labels = true;
  options->names = from.names;
  if (from.usecols) options->use_columns = RefsFrom(*from.usecols);
  if (from.index_col) options->index_col = RefsFrom(*from.index_col);
  options->parse_dates = RefsFrom(from.parse_dates);
  options->path_column = from.include_path_column;
  if (from.header) {
    const bool is_none = *from.header == ReadCsvOptions::kNoHeader;
    options->header = is_none ? CsvOptions::Header::kNone : CsvOptions::Header::kRow;
    options->header_row = is_none ? 0 : *from.header;
  } else if (from.names) {
    options->header = CsvOptions::Header::kNone;
  }
}

CsvOptions OptionsFrom(const ReadCsvOptions& from) {
  CsvOptions options;
  options.separator = from.sep;
  options.date_format = from.date_format;
  options.day_first = from.dayfirst;
  options.na_values = from.na_values;
  options.keep_default_na = from.keep_default_na;
  options.na_filter = from.na_filter;
  options.true_values = from.true_values;
  options.false_values = from.false_values;
  options.skip_initial_space = from.skipinitialspace;
  options.skip_rows = from.skiprows;
  options.comment_char = from.comment;
  options.quote_char = from.quotechar;
  options.double_quote = from.doublequote;
  options.escape_char = from.escapechar;
  options.thousands = from.thousands;
  options.decimal = from.decimal;
  options.encoding = from.encoding;
  options.compression = CompressionFrom(from.compression);
  options.on_bad_lines = BadLinesFrom(from.on_bad_lines);
  options.block_size = from.blocksize;
  options.assume_missing = from.assume_missing;
  SetColumns(from, &options);
  SetTypes(from.dtype, &options);
  return options;
}

}  // namespace

DataFrame ReadCsv(const std::vector<std::string>& paths, const ReadCsvOptions& options, CallSite site) {
  const ReadCsvRequest request{paths, OptionsFrom(options), options.storage_options};
  return LazyAccess::Wrap<DataFrame>(ReadCsv(request, LazyAccess::OriginOf(site)));
}

DataFrame ReadCsv(const std::string& path, const ReadCsvOptions& options, CallSite site) {
  return ReadCsv(std::vector<std::string>{path}, options, site);
}

DataFrame ReadCsv(std::initializer_list<std::string> paths, const ReadCsvOptions& options, CallSite site) {
  return ReadCsv(std::vector<std::string>(paths), options, site);
}

std::vector<std::string> LazyAccess::ToCsv(const Lazy& lazy, const std::string& path, const ToCsvOptions& from) {
  WriteCsvRequest request;
  request.path = path;
  request.single_file = from.single_file;
  request.mode = from.append ? WriteCsvRequest::Mode::kAppend : WriteCsvRequest::Mode::kReplace;
  request.index = from.index;
  request.header = from.header;
  CsvWriteOptions& options = request.options;
  options.separator = from.sep;
  options.na_rep = from.na_rep;
  options.float_format = from.float_format;
  options.quote_char = from.quotechar;
  options.escape_char = from.escapechar;
  options.line_terminator = from.lineterminator;
  options.date_format = from.date_format;
  options.decimal = from.decimal;
  options.encoding = from.encoding;
  options.compression = CompressionFrom(from.compression);
  return ValueOrRaise(WriteCsv(Of(lazy), request));
}

}  // namespace cask
