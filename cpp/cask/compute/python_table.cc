#include "cask/compute/python_table.h"

#include <arrow/buffer.h>
#include <arrow/io/memory.h>

#include "cask/base/pool.h"
#include "cask/compute/column/category_values.h"
#include "cask/compute/column/function.h"
#include "cask/compute/table_stream.h"
#include "cask/data/categories.h"
#include "cask/data/check_column.h"

namespace cask {
namespace {

// Codes of categories, -1 nowhere: missing ones are marked in a bitmap.
DType CodeType() { return DType::Nullable(Kind::kInt32); }

bool IsCategory(const Field& field) { return field.type.kind() == Kind::kCategory; }

// The schema of the rows' stream.
Schema StreamSchema(const Schema& schema) {
  Schema of_stream;
  for (const Field& field : schema.fields()) of_stream.Add({field.name, IsCategory(field) ? CodeType() : field.type});
  return of_stream;
}

Schema CategoriesSchema(const Field& field) { return Schema({{field.name, Categories::Of(field.type).values}}); }

Result<std::shared_ptr<arrow::Buffer>> Stream(const Table& table) {
  constexpr int64_t kHeaderBytes = 4096;
  ARROW_ASSIGN_OR_RAISE(auto out, arrow::io::BufferOutputStream::Create(table.num_bytes() + kHeaderBytes, BufferPool()));
  ARROW_RETURN_NOT_OK(WriteBatches(table, out.get()));
  return out->Finish();
}

Table TableOf(Schema schema, int64_t num_rows, std::vector<Column> columns) {
  Table table;
  table.schema = std::move(schema);
  table.batches.push_back({num_rows, std::move(columns)});
  return table;
}

// The stream of a column's categories; `column` becomes its codes.
Result<std::shared_ptr<arrow::Buffer>> SplitCategories(const Field& field, Column* column) {
  ARROW_ASSIGN_OR_RAISE(const Column ordered, WithCategoriesInOrder(*column, field.type, BufferPool()));
  ARROW_ASSIGN_OR_RAISE(Column values, CategoryValues(ordered->dictionary, Categories::Of(field.type).values, BufferPool()));
  const int64_t num_categories = values->length;
  *column = ordered->Copy();
  (*column)->type = CodeType().arrow_type();
  (*column)->dictionary = nullptr;
  return Stream(TableOf(CategoriesSchema(field), num_categories, {std::move(values)}));
}

Result<Batch> ReadOne(const Schema& schema, const std::shared_ptr<arrow::Buffer>& bytes) {
  ARROW_ASSIGN_OR_RAISE(auto batches, ReadBatches(schema, 1, bytes));
  return std::move(batches[0]);
}

Result<Column> JoinCategories(const Field& field, const Column& codes, const std::shared_ptr<arrow::Buffer>& bytes) {
  const Schema schema = CategoriesSchema(field);
  ARROW_ASSIGN_OR_RAISE(const Batch categories, ReadOne(schema, bytes));
  const DType& from = schema.field(0).type;
  FunctionOptions options;
  options.type = Kind::kString;
  Column column = codes->Copy();
  column->type = field.type.arrow_type();
  column->dictionary = categories.columns[0];
  if (from != options.type) {
    ARROW_ASSIGN_OR_RAISE(column->dictionary, FindColumnFunction("cast")->Execute({categories.columns[0]}, {from}, options.type, options,
                                                                                  categories.num_rows, BufferPool()));
  }
  ARROW_RETURN_NOT_OK(CheckColumn(*column, field.type));
  return column;
}

// The streams behind their sizes.
Result<std::vector<std::shared_ptr<arrow::Buffer>>> CutStreams(const std::shared_ptr<arrow::Buffer>& bytes, size_t count) {
  const auto head = static_cast<int64_t>(count * sizeof(int64_t));
  if (bytes->size() < head) return ValueError("a result of {} bytes is no table", bytes->size());
  std::vector<std::shared_ptr<arrow::Buffer>> streams;
  int64_t begin = head;
  for (size_t i = 0; i < count; ++i) {
    int64_t size;
    std::memcpy(&size, bytes->data() + i * sizeof(int64_t), sizeof(size));
    if (size < 0 || size > bytes->size() - begin) return ValueError("a stream of {} bytes does not fit its result", size);
    streams.push_back(arrow::SliceBuffer(bytes, begin, size));
    begin += size;
  }
  if (begin != bytes->size()) return ValueError("a result goes on for {} bytes after its streams", bytes->size() - begin);
  return streams;
}

}  // namespace

Result<std::vector<std::shared_ptr<arrow::Buffer>>> TableForPython(const Table& table) {
  std::vector<std::shared_ptr<arrow::Buffer>> streams(1);
  std::vector<Column> columns;
  for (int i = 0; i < table.schema.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(Column column, CombinedColumn(table, i));
    if (IsCategory(table.schema.field(i))) {
      ARROW_ASSIGN_OR_RAISE(auto categories, SplitCategories(table.schema.field(i), &column));
      streams.push_back(std::move(categories));
    }
    columns.push_back(std::move(column));
  }
  ARROW_ASSIGN_OR_RAISE(streams[0], Stream(TableOf(StreamSchema(table.schema), table.num_rows(), std::move(columns))));
  return streams;
}

std::string ColumnTypesForPython(const Schema& schema) {
  std::string text;
  for (const Field& field : schema.fields()) {
    text += text.empty() ? "" : "\n";
    text += field.type.ToString();
    if (!IsCategory(field)) continue;
    const Categories& categories = Categories::Of(field.type);
    text += std::string(categories.is_ordered ? "\tordered\t" : "\tunordered\t") + categories.values.ToString();
  }
  return text;
}

std::optional<std::string> OtherTypesFromPython(const arrow::Buffer& bytes) {
  int64_t mark = 0;
  if (bytes.size() >= static_cast<int64_t>(sizeof(mark))) std::memcpy(&mark, bytes.data(), sizeof(mark));
  if (mark != -1) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes.data()) + sizeof(mark), static_cast<size_t>(bytes.size()) - sizeof(mark));
}

Result<Table> TableFromPython(const Schema& schema, const std::shared_ptr<arrow::Buffer>& bytes) {
  const auto num_categories = std::count_if(schema.fields().begin(), schema.fields().end(), IsCategory);
  ARROW_ASSIGN_OR_RAISE(const auto streams, CutStreams(bytes, 1 + static_cast<size_t>(num_categories)));
  ARROW_ASSIGN_OR_RAISE(Batch rows, ReadOne(StreamSchema(schema), streams[0]));
  size_t stream = 1;
  for (int i = 0; i < schema.size(); ++i) {
    if (!IsCategory(schema.field(i))) continue;
    ARROW_ASSIGN_OR_RAISE(rows.columns[i], JoinCategories(schema.field(i), rows.columns[i], streams[stream++]));
  }
  return TableOf(schema, rows.num_rows, std::move(rows.columns));
}

}  // namespace cask
