#include "cask/compute/frame/test_tables.h"

#include <random>

#include "cask/compute/frame/string_builder.h"
#include "cask/compute/frame/strings.h"

namespace cask::test {

Column Texts(const std::vector<std::optional<std::string>>& values, const DType& type) {
  StringBuilder builder(arrow::default_memory_pool());
  for (const auto& value : values) EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendMissing()).ok());
  return builder.Finish(type).ValueOrDie();
}

Column CategoryColumn(const std::vector<std::string>& categories, const std::vector<int32_t>& codes) {
  std::vector<bool> valid;
  for (int32_t code : codes) valid.push_back(code >= 0);
  std::vector<int32_t> indices;
  for (int32_t code : codes) indices.push_back(std::max(code, 0));
  Column column = Numbers<int32_t>(Kind::kCategory, indices, valid);
  column->dictionary = Texts({categories.begin(), categories.end()});
  return column;
}

Batch MakeBatch(std::vector<Column> columns) {
  const int64_t n = columns.empty() ? 0 : columns[0]->length;
  return {n, std::move(columns)};
}

Table OneBatch(Schema schema, Batch batch) {
  Table table;
  table.schema = std::move(schema);
  table.batches.push_back(std::move(batch));
  return table;
}

std::string ValueText(const Column& column, const DType& type, int64_t row) {
  if (IsMissing(column, type, row)) return "NA";
  switch (type.kind()) {
    case Kind::kString:
    case Kind::kObjectInt: return std::string(StringReader(column)[row]);
    case Kind::kCategory: return std::string(StringReader(column->dictionary)[Values<int32_t>(column)[row]]);
    case Kind::kFloat64: return fmt::format("{:.12g}", Values<double>(column)[row]);
    case Kind::kFloat32: return fmt::format("{:.6g}", Values<float>(column)[row]);
    case Kind::kInt8: return std::to_string(Values<int8_t>(column)[row]);
    case Kind::kInt16: return std::to_string(Values<int16_t>(column)[row]);
    case Kind::kInt32: return std::to_string(Values<int32_t>(column)[row]);
    case Kind::kUInt16: return std::to_string(Values<uint16_t>(column)[row]);
    case Kind::kUInt32: return std::to_string(Values<uint32_t>(column)[row]);
    case Kind::kUInt64: return std::to_string(Values<uint64_t>(column)[row]);
    case Kind::kInt64:
    case Kind::kTimestamp:
    case Kind::kDuration: return std::to_string(Values<int64_t>(column)[row]);
    default: return std::to_string(Values<uint8_t>(column)[row]);
  }
}

std::vector<std::string> Lines(const Table& table) {
  std::vector<std::string> lines;
  for (const Batch& batch : table.batches) {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      std::string line;
      for (int i = 0; i < table.schema.size(); ++i) {
        line += (i == 0 ? "" : " ") + ValueText(batch.columns[i], table.schema.field(i).type, row);
      }
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

Result<Table> RunSink(const std::shared_ptr<const Sink>& sink, const Schema& input, const std::vector<Table>& tables) {
  TaskContext context(0);
  std::vector<std::shared_ptr<const Piece>> pieces;
  for (const Table& table : tables) pieces.push_back(std::make_shared<Table>(table));
  context.set_inputs({pieces});
  const Fragment fragment(MakeInputSource(0, input), {Branch{{}, sink}});
  ARROW_ASSIGN_OR_RAISE(auto results, fragment.Run(context));
  return static_cast<const Table&>(*results[0]);
}

Result<Table> RunSteps(const Steps& steps, const Schema& input, const std::vector<Table>& partitions) {
  std::vector<Table> tables;
  for (const Table& partition : partitions) {
    ARROW_ASSIGN_OR_RAISE(Table table, RunSink(steps.partial, input, {partition}));
    tables.push_back(std::move(table));
  }
  while (tables.size() > 3) {
    std::vector<Table> merged;
    for (size_t i = 0; i < tables.size(); i += 3) {
      const std::vector<Table> group(tables.begin() + i, tables.begin() + std::min(i + 3, tables.size()));
      ARROW_ASSIGN_OR_RAISE(Table table, RunSink(steps.merge, steps.partial->schema(), group));
      merged.push_back(std::move(table));
    }
    tables = std::move(merged);
  }
  return RunSink(steps.final, steps.merge->schema(), tables);
}

std::vector<Table> CutUp(const Schema& schema, const Batch& batch, uint64_t seed, int max_partitions, int max_batches) {
  std::mt19937_64 random(seed);
  const auto cuts = [&](int64_t begin, int64_t end, int max_parts) {
    std::vector<int64_t> places = {begin, end};
    for (uint64_t i = random() % max_parts; i > 0; --i) places.push_back(begin + static_cast<int64_t>(random() % (end - begin + 1)));
    std::sort(places.begin(), places.end());
    return places;
  };
  std::vector<Table> partitions;
  const auto outer = cuts(0, batch.num_rows, max_partitions);
  for (size_t p = 0; p + 1 < outer.size(); ++p) {
    Table table;
    table.schema = schema;
    const auto inner = cuts(outer[p], outer[p + 1], max_batches);
    for (size_t b = 0; b + 1 < inner.size(); ++b) table.batches.push_back(SliceBatch(batch, inner[b], inner[b + 1] - inner[b]));
    partitions.push_back(std::move(table));
  }
  return partitions;
}

}  // namespace cask::test
