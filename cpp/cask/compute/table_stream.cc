#include "cask/compute/table_stream.h"

#include <arrow/io/memory.h>
#include <arrow/ipc/options.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "cask/base/pool.h"
#include "cask/data/check_column.h"

namespace cask {
namespace {

// Gives nothing: what is read lies in the message already, so whatever asks for memory is not of our making (a compressed body, one of the other
// byte order, a dictionary in parts), and how much it asks for is not to be trusted.
class NoMemory final : public arrow::MemoryPool {
 public:
  using MemoryPool::Allocate;
  using MemoryPool::Free;
  using MemoryPool::Reallocate;

  Status Allocate(int64_t size, int64_t, uint8_t** out) override {
    alignas(64) static uint8_t nothing[64];
    *out = nothing;
    return size == 0 ? Status::OK() : Status::OutOfMemory("it has to be converted");
  }
  Status Reallocate(int64_t, int64_t new_size, int64_t alignment, uint8_t** ptr) override { return Allocate(new_size, alignment, ptr); }
  void Free(uint8_t*, int64_t, int64_t) override {}
  int64_t bytes_allocated() const override { return 0; }
  int64_t total_bytes_allocated() const override { return 0; }
  int64_t num_allocations() const override { return 0; }
  std::string backend_name() const override { return "none"; }
};

arrow::MemoryPool* NoPool() {
  static NoMemory pool;
  return &pool;
}

std::shared_ptr<arrow::Schema> ArrowSchemaOf(const Schema& schema) {
  arrow::FieldVector fields;
  for (const Field& field : schema.fields()) fields.push_back(arrow::field("", field.type.arrow_type()));
  return arrow::schema(std::move(fields));
}

Status CheckTypes(const Table& table, const Batch& batch) {
  if (static_cast<int>(batch.columns.size()) != table.schema.size()) {
    return InternalError("a batch has {} columns, its table {}", batch.columns.size(), table.schema.size());
  }
  for (int i = 0; i < table.schema.size(); ++i) {
    const Field& field = table.schema.field(i);
    const Column& column = batch.columns[i];
    if (!column->type->Equals(*field.type.arrow_type())) {
      return InternalError("column '{}' of type {} is held as {}", field.name, field.type.ToString(), column->type->ToString());
    }
    if (column->length != batch.num_rows) return InternalError("column '{}' has {} rows, its batch {}", field.name, column->length, batch.num_rows);
  }
  return Status::OK();
}

Result<Batch> CheckedBatch(const Schema& schema, const arrow::RecordBatch& read) {
  Batch batch;
  batch.num_rows = read.num_rows();
  if (batch.num_rows < 0 || batch.num_rows > kMaxRows) return ValueError("a batch has {} rows", batch.num_rows);
  for (int i = 0; i < schema.size(); ++i) {
    Column column = read.column_data(i);
    if (column->length != batch.num_rows) return ValueError("a column has {} rows, its batch {}", column->length, batch.num_rows);
    ARROW_RETURN_NOT_OK(CheckColumn(*column, schema.field(i).type));
    batch.columns.push_back(std::move(column));
  }
  return batch;
}

Result<std::vector<Batch>> ReadChecked(const Schema& schema, int64_t num_batches, const std::shared_ptr<arrow::Buffer>& bytes) {
  arrow::ipc::IpcReadOptions options;
  options.memory_pool = NoPool();
  options.use_threads = false;
  const auto input = std::make_shared<arrow::io::BufferReader>(bytes);
  ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchStreamReader::Open(input, options));
  if (!reader->schema()->Equals(*ArrowSchemaOf(schema), /*check_metadata=*/false)) {
    return ValueError("its columns are of other types than its header says: {}", reader->schema()->ToString());
  }
  std::vector<Batch> batches;
  int64_t num_rows = 0;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(auto read, reader->Next());
    if (read == nullptr) break;
    ARROW_ASSIGN_OR_RAISE(Batch batch, CheckedBatch(schema, *read));
    num_rows += batch.num_rows;
    if (num_rows > kMaxRows) return ValueError("it has {} rows", num_rows);
    batches.push_back(std::move(batch));
  }
  ARROW_ASSIGN_OR_RAISE(const int64_t end, input->Tell());
  if (end != bytes->size()) return ValueError("it ends {} bytes early", bytes->size() - end);
  if (static_cast<int64_t>(batches.size()) != num_batches) return ValueError("it has {} batches instead of {}", batches.size(), num_batches);
  return batches;
}

}  // namespace

Status WriteBatches(const Table& table, arrow::io::OutputStream* stream) {
  arrow::ipc::IpcWriteOptions options;
  options.alignment = 64;
  options.memory_pool = BufferPool();
  options.use_threads = false;
  const auto schema = ArrowSchemaOf(table.schema);
  ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeStreamWriter(stream, schema, options));
  for (const Batch& batch : table.batches) {
    ARROW_RETURN_NOT_OK(CheckTypes(table, batch));
    ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(*arrow::RecordBatch::Make(schema, batch.num_rows, batch.columns)));
  }
  return writer->Close();
}

Result<std::vector<Batch>> ReadBatches(const Schema& schema, int64_t num_batches, const std::shared_ptr<arrow::Buffer>& bytes) {
  auto batches = ReadChecked(schema, num_batches, bytes);
  if (!batches.ok()) return ValueError("malformed batches of a table: {}", batches.status().message());
  return batches;
}

}  // namespace cask
