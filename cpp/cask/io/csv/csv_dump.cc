// csv_dump: reads CSV files as Cask does and writes the whole table as an Arrow IPC file: the driver of differential tests.
//
//   csv_dump OUT.arrow [--option value]... FILE...
//
// Options have pandas' names and take their values as text; a repeated option adds to a list. The schema's metadata tells the pandas type of
// each column, and `passes`, how often the data was read until types and partitions were right. An error goes to standard error as
// "<exception>: <message>", with exit code 1. With --to_csv true the table is written as CSV instead, by the options --write_*.
#include <arrow/array/data.h>
#include <arrow/array/util.h>
#include <arrow/io/file.h>
#include <arrow/ipc/writer.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "cask/io/csv/reader.h"
#include "cask/io/csv/writer.h"

namespace cask {
namespace {

struct Arguments {
  std::string out;
  std::vector<std::string> files;
  CsvOptions options;
  StorageOptions storage;
  std::vector<std::string> columns;  // to read; empty: all
  bool to_csv = false;
  CsvWriteOptions write;
  int times_only = 0;                // how often to read, writing nothing and printing the processor time of the fastest pass
};

char CharOf(const std::string& value) {
  if (value == "\\t") return '\t';
  return value.empty() ? '\0' : value[0];
}

std::pair<std::string, std::string> KeyAndValue(const std::string& text) {
  const size_t at = text.find('=');
  return {text.substr(0, at), at == std::string::npos ? "" : text.substr(at + 1)};
}

CsvColumnRef ColumnOf(const std::string& text) {
  if (!text.empty() && text[0] == '#') return std::atoi(text.c_str() + 1);
  return text;
}

Status SetOption(const std::string& name, const std::string& value, Arguments* arguments) {
  CsvOptions& o = arguments->options;
  const bool is_true = value == "true";
  if (name == "sep") o.separator = value == "\\s+" ? '\0' : CharOf(value);
  else if (name == "quotechar") o.quote_char = CharOf(value);
  else if (name == "quoting") o.quoting = static_cast<CsvQuoting>(std::atoi(value.c_str()));
  else if (name == "doublequote") o.double_quote = is_true;
  else if (name == "escapechar") o.escape_char = CharOf(value);
  else if (name == "comment") o.comment_char = CharOf(value);
  else if (name == "lineterminator") o.line_terminator = CharOf(value);
  else if (name == "skipinitialspace") o.skip_initial_space = is_true;
  else if (name == "skip_blank_lines") o.skip_blank_lines = is_true;
  else if (name == "encoding") o.encoding = value;
  else if (name == "on_bad_lines") o.on_bad_lines = value == "skip" ? CsvBadLines::kSkip : value == "warn" ? CsvBadLines::kWarn : CsvBadLines::kError;
  else if (name == "header") {
    o.header = value == "none" ? CsvOptions::Header::kNone : CsvOptions::Header::kRow;
    o.header_row = std::atoi(value.c_str());
  } else if (name == "skiprows") o.skip_rows = std::atoll(value.c_str());
  else if (name == "skiprow") o.skip_row_numbers.insert(std::atoll(value.c_str()));
  else if (name == "name") {
    if (!o.names.has_value()) o.names.emplace();
    o.names->push_back(value);
  } else if (name == "usecol") {
    if (!o.use_columns.has_value()) o.use_columns.emplace();
    o.use_columns->push_back(ColumnOf(value));
  } else if (name == "index_col" && value == "false") o.index_col.emplace();
  else if (name == "dtype") {
    const auto [column, type] = KeyAndValue(value);
    ARROW_ASSIGN_OR_RAISE(DType parsed, DType::Parse(type.empty() ? column : type));
    if (type.empty()) o.dtype = parsed;
    else o.column_dtypes[column] = parsed;
  } else if (name == "assume_missing") o.assume_missing = is_true;
  else if (name == "parse_date") o.parse_dates.push_back(ColumnOf(value));
  else if (name == "date_format") o.date_format = value;
  else if (name == "dayfirst") o.day_first = is_true;
  else if (name == "na_value") {
    const auto [column, text] = KeyAndValue(value);
    if (value.find('=') == std::string::npos) o.na_values.push_back(value);
    else o.column_na_values[column].push_back(text);
  } else if (name == "keep_default_na") o.keep_default_na = is_true;
  else if (name == "na_filter") o.na_filter = is_true;
  else if (name == "true_value") o.true_values.push_back(value);
  else if (name == "false_value") o.false_values.push_back(value);
  else if (name == "thousands") o.thousands = CharOf(value);
  else if (name == "decimal") o.decimal = CharOf(value);
  else if (name == "blocksize") o.block_size = std::atoll(value.c_str());
  else if (name == "include_path_column") o.path_column = value;
  else if (name == "storage") {
    const auto [key, text] = KeyAndValue(value);
    arguments->storage[key] = text;
  } else if (name == "column") arguments->columns.push_back(value);
  else if (name == "times_only") arguments->times_only = std::atoi(value.c_str());
  else if (name == "to_csv") arguments->to_csv = is_true;
  else if (name == "write_sep") arguments->write.separator = CharOf(value);
  else if (name == "write_quoting") arguments->write.quoting = static_cast<CsvQuoting>(std::atoi(value.c_str()));
  else if (name == "write_na_rep") arguments->write.na_rep = value;
  else if (name == "write_float_format") arguments->write.float_format = value;
  else if (name == "write_date_format") arguments->write.date_format = value;
  else if (name == "write_decimal") arguments->write.decimal = CharOf(value);
  else if (name == "write_escapechar") arguments->write.escape_char = CharOf(value);
  else if (name == "write_doublequote") arguments->write.double_quote = is_true;
  else return ValueError("unknown option {}", name);
  return Status::OK();
}

// All partitions, read with what is known; and their evidence.
struct Pass {
  std::vector<Batch> batches;
  std::vector<CsvEvidence> evidence;
};

Result<Pass> ReadAll(const CsvReadRequest& request, bool keep) {
  Pass pass;
  for (int64_t partition = 0; partition < request.dataset->num_partitions(); ++partition) {
    ARROW_ASSIGN_OR_RAISE(auto reader, CsvPartitionReader::Open(request, partition));
    while (true) {
      ARROW_ASSIGN_OR_RAISE(std::optional<Batch> batch, reader->Next());
      if (!batch.has_value()) break;
      if (keep) pass.batches.push_back(std::move(*batch));
    }
    pass.evidence.push_back(reader->evidence());
  }
  return pass;
}

Status WriteTable(const Pass& pass, const Schema& schema, int passes, const std::string& path) {
  std::vector<std::shared_ptr<arrow::Field>> fields;
  auto metadata = std::make_shared<arrow::KeyValueMetadata>();
  metadata->Append("passes", std::to_string(passes));
  for (const Field& field : schema.fields()) {
    auto facts = arrow::key_value_metadata({"pandas_type"}, {field.type.ToString()});
    fields.push_back(arrow::field(PrintLabel(field.name), field.type.arrow_type(), true, facts));
  }
  for (const CsvEvidence& evidence : pass.evidence) {
    for (const std::string& warning : evidence.warnings) metadata->Append("warning", warning);
  }
  auto arrow_schema = arrow::schema(fields, metadata);
  ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::FileOutputStream::Open(path));
  ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeFileWriter(file, arrow_schema, [] {
                          auto options = arrow::ipc::IpcWriteOptions::Defaults();
                          options.unify_dictionaries = true;
                          options.emit_dictionary_deltas = true;
                          return options;
                        }()));
  for (const Batch& batch : pass.batches) {
    ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(*arrow::RecordBatch::Make(arrow_schema, batch.num_rows, batch.columns)));
  }
  ARROW_RETURN_NOT_OK(writer->Close());
  return file->Close();
}

Status Run(const Arguments& arguments) {
  ARROW_ASSIGN_OR_RAISE(auto files, FileSet::Find(arguments.files, arguments.storage));
  ARROW_ASSIGN_OR_RAISE(auto dataset, CsvDataset::Open(files, arguments.options));
  CsvReadRequest request{dataset, dataset->initial_knowledge(), {}, false, nullptr};
  for (int column = 0; column < dataset->num_columns(); ++column) {
    const auto& wanted = arguments.columns;
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), PrintLabel(dataset->names()[column])) != wanted.end()) request.columns.push_back(column);
  }
  double best = 1e9;
  int left = arguments.times_only;
  for (int passes = 1; passes <= 4;) {
    request.run = std::make_shared<CsvRunState>();
    const std::clock_t start = std::clock();
    ARROW_ASSIGN_OR_RAISE(const Pass pass, ReadAll(request, arguments.times_only == 0));
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;  // of the processor
    std::vector<const CsvEvidence*> evidence;
    int64_t rows = 0;
    for (const CsvEvidence& one : pass.evidence) {
      evidence.push_back(&one);
      rows += one.num_rows;
    }
    ARROW_ASSIGN_OR_RAISE(auto corrected, CheckEvidence(*dataset, *request.knowledge, evidence));
    if (!corrected.has_value()) {
      if (arguments.to_csv) {
        Table table;
        table.schema = SchemaOf(request);
        table.batches = pass.batches;
        return WriteCsvFile(table, arguments.write, arguments.out);
      }
      if (arguments.times_only == 0) return WriteTable(pass, SchemaOf(request), passes, arguments.out);
      best = std::min(best, seconds);
      if (--left > 0) continue;
      std::printf("%.3f s, %.2f GB/s, %lld rows, %d passes\n", best, static_cast<double>(files->total_bytes()) / 1e9 / best,
                  static_cast<long long>(rows), passes);
      return Status::OK();
    }
    request.knowledge = std::make_shared<CsvKnowledge>(std::move(*corrected));
    ++passes;
  }
  return InternalError("reading did not settle");
}

}  // namespace
}  // namespace cask

int main(int argc, char** argv) {
  cask::Arguments arguments;
  cask::Status status;
  for (int i = 1; i < argc && status.ok(); ++i) {
    const std::string argument = argv[i];
    if (argument.substr(0, 2) == "--" && i + 1 < argc) {
      status = cask::SetOption(argument.substr(2), argv[++i], &arguments);
    } else if (arguments.out.empty()) {
      arguments.out = argument;
    } else {
      arguments.files.push_back(argument);
    }
  }
  if (status.ok()) status = cask::Run(arguments);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s: %s\n", std::string(cask::ExceptionName(cask::KindOf(status))).c_str(), cask::Describe(status).c_str());
  return 1;
}
