// What the bytes of expressions hold (expression_codec.h): a record for each node. A record names others by their numbers, which are lower
// than its own. Users' lines are nodes too, since many operations stand in the same few.
#pragma once

#include <map>
#include <variant>

#include "cask/base/blob.h"
#include "cask/base/token.h"
#include "cask/compute/column/function.h"
#include "cask/compute/frame/table_function.h"
#include "cask/expr/breaker_spec.h"
#include "cask/expr/node_records.h"
#include "cask/io/csv/column_evidence.h"
#include "cask/io/csv/dataset.h"
#include "cask/io/csv/options.h"
#include "cask/io/files.h"

namespace cask {

struct ProjectionRecord {
  NodeNumber root;
  std::vector<std::pair<std::string, NodeNumber>> columns;
};
constexpr auto FieldsOf(std::type_identity<ProjectionRecord>) { return std::tuple(&ProjectionRecord::root, &ProjectionRecord::columns); }

/// Column `index` of the frame `frame`; its type is in that frame's schema.
struct ReferenceRecord {
  NodeNumber frame;
  int32_t index;
};
constexpr auto FieldsOf(std::type_identity<ReferenceRecord>) { return std::tuple(&ReferenceRecord::frame, &ReferenceRecord::index); }

struct CallRecord : LineOfRecord {
  std::string function;
  std::vector<NodeNumber> arguments;
  FunctionOptions options;
  bool is_widened;
};
constexpr auto FieldsOf(std::type_identity<CallRecord>) {
  return std::tuple(&LineOfRecord::line, &CallRecord::function, &CallRecord::arguments, &CallRecord::options, &CallRecord::is_widened);
}

/// The types follow from what was seen of the columns, so only that is sent.
struct CsvSourceRecord : LineOfRecord {
  std::vector<InputFile> files;
  StorageOptions storage_options;
  CsvOptions options;
  Token identity;  // CsvIdentity
  std::vector<CsvColumnEvidence> seen;
  std::map<int64_t, int64_t> exact_starts;
};
constexpr auto FieldsOf(std::type_identity<CsvSourceRecord>) {
  using Record = CsvSourceRecord;
  return std::tuple(&LineOfRecord::line, &Record::files, &Record::storage_options, &Record::options, &Record::identity, &Record::seen,
                    &Record::exact_starts);
}

/// Names what a dataset is: its files, how they are read, and which columns that gives.
inline Token CsvIdentity(const CsvDataset& dataset) {
  Tokenizer tokenizer("csv dataset");
  tokenizer.Add(dataset.identity());
  for (const std::string& name : dataset.names()) tokenizer.Add(name);
  return tokenizer.Finish();
}

struct TableSourceRecord : LineOfRecord {
  PieceBytes table;
  std::vector<int64_t> bounds;
  std::vector<Literal> divisions;
  Token identity;
};
constexpr auto FieldsOf(std::type_identity<TableSourceRecord>) {
  using Record = TableSourceRecord;
  return std::tuple(&LineOfRecord::line, &Record::table, &Record::bounds, &Record::divisions, &Record::identity);
}

struct FilterRecord : LineOfRecord {
  NodeNumber input;
  NodeNumber predicate;
};
constexpr auto FieldsOf(std::type_identity<FilterRecord>) {
  return std::tuple(&LineOfRecord::line, &FilterRecord::input, &FilterRecord::predicate);
}

struct BreakerRecord : LineOfRecord {
  ProjectionRecord input;
  BreakerSpec spec;
};
constexpr auto FieldsOf(std::type_identity<BreakerRecord>) { return std::tuple(&LineOfRecord::line, &BreakerRecord::input, &BreakerRecord::spec); }

struct AssembleRecord : LineOfRecord {
  std::vector<ProjectionRecord> inputs;
  TableFunctionSpec function;
};
constexpr auto FieldsOf(std::type_identity<AssembleRecord>) {
  return std::tuple(&LineOfRecord::line, &AssembleRecord::inputs, &AssembleRecord::function);
}

struct PersistedRecord : LineOfRecord {
  ProjectionRecord input;
  CollectionId collection;
  int64_t generation;
};
constexpr auto FieldsOf(std::type_identity<PersistedRecord>) {
  return std::tuple(&LineOfRecord::line, &PersistedRecord::input, &PersistedRecord::collection, &PersistedRecord::generation);
}

struct MapPartitionsRecord : LineOfRecord {
  ProjectionRecord input;
  int32_t num_passed;
  std::string name;
  Blob call;
  Schema schema;
  bool has_row_ids;
  bool gives_row_ids;
  bool keeps_divisions;
};
constexpr auto FieldsOf(std::type_identity<MapPartitionsRecord>) {
  using Record = MapPartitionsRecord;
  return std::tuple(&LineOfRecord::line, &Record::input, &Record::num_passed, &Record::name, &Record::call, &Record::schema, &Record::has_row_ids,
                    &Record::gives_row_ids, &Record::keeps_divisions);
}

/// New ones are added at the end.
using NodeRecord = std::variant<OriginLine, ReferenceRecord, Literal, CallRecord, CsvSourceRecord, TableSourceRecord, FilterRecord, BreakerRecord,
                                AssembleRecord, PersistedRecord, MapPartitionsRecord>;

}  // namespace cask
