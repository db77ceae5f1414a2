#include "cask/compute/frame/gather.h"

#include <arrow/memory_pool.h>

#include "cask/base/check.h"
#include "cask/compute/frame/strings.h"

namespace cask {
namespace {

template <typename T>
void GatherValues(const Column& column, std::span<const uint32_t> rows, uint8_t* out_bytes) {
  const T* values = Values<T>(column);
  T* out = reinterpret_cast<T*>(out_bytes);
  for (size_t i = 0; i < rows.size(); ++i) out[i] = values[rows[i]];
}

Result<std::shared_ptr<arrow::Buffer>> GatherValidity(const Column& column, std::span<const uint32_t> rows, arrow::MemoryPool* pool,
                                                      int64_t* num_missing) {
  *num_missing = 0;
  const ValidityReader validity(column);
  if (validity.all_valid()) return nullptr;
  const auto n = static_cast<int64_t>(rows.size());
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bitmap, arrow::AllocateEmptyBitmap(n, pool));
  for (int64_t i = 0; i < n; ++i) {
    if (validity.IsValid(rows[i])) {
      arrow::bit_util::SetBit(bitmap->mutable_data(), i);
    } else {
      ++*num_missing;
    }
  }
  return *num_missing == 0 ? nullptr : bitmap;
}

Result<Column> GatherFixed(const Column& column, const DType& type, std::span<const uint32_t> rows, arrow::MemoryPool* pool) {
  const auto n = static_cast<int64_t>(rows.size());
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer, arrow::AllocateBuffer(n * type.width(), pool));
  switch (type.width()) {
    case 1: GatherValues<uint8_t>(column, rows, buffer->mutable_data()); break;
    case 2: GatherValues<uint16_t>(column, rows, buffer->mutable_data()); break;
    case 4: GatherValues<uint32_t>(column, rows, buffer->mutable_data()); break;
    default: GatherValues<uint64_t>(column, rows, buffer->mutable_data()); break;
  }
  int64_t num_missing;
  ARROW_ASSIGN_OR_RAISE(auto validity, GatherValidity(column, rows, pool, &num_missing));
  Column out = MakeFixedColumn(type, n, std::move(buffer), std::move(validity), num_missing);
  out->dictionary = column->dictionary;
  return out;
}

Result<Column> GatherStrings(const Column& column, const DType& type, std::span<const uint32_t> rows, arrow::MemoryPool* pool) {
  const auto n = static_cast<int64_t>(rows.size());
  const StringReader strings(column);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> offsets, arrow::AllocateBuffer((n + 1) * sizeof(int64_t), pool));
  auto* ends = reinterpret_cast<int64_t*>(offsets->mutable_data());
  ends[0] = 0;
  for (int64_t i = 0; i < n; ++i) ends[i + 1] = ends[i] + static_cast<int64_t>(strings[rows[i]].size());
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bytes, arrow::AllocateBuffer(ends[n], pool));
  for (int64_t i = 0; i < n; ++i) {
    const std::string_view text = strings[rows[i]];
    if (!text.empty()) std::memcpy(bytes->mutable_data() + ends[i], text.data(), text.size());
  }
  int64_t num_missing;
  ARROW_ASSIGN_OR_RAISE(auto validity, GatherValidity(column, rows, pool, &num_missing));
  return arrow::ArrayData::Make(type.arrow_type(), n, {validity, offsets, bytes}, num_missing);
}

}  // namespace

Result<Column> GatherColumn(const Column& column, const DType& type, std::span<const uint32_t> rows, arrow::MemoryPool* pool) {
  const auto n = static_cast<int64_t>(rows.size());
  if (n == 0 && type.kind() != Kind::kCategory) return EmptyColumn(type);
  if (type.kind() == Kind::kNull) return arrow::ArrayData::Make(type.arrow_type(), n, {nullptr}, n);
  return type.is_fixed_width() ? GatherFixed(column, type, rows, pool) : GatherStrings(column, type, rows, pool);
}

Result<Batch> GatherBatch(const Batch& batch, const Schema& schema, std::span<const uint32_t> rows, arrow::MemoryPool* pool) {
  Batch out;
  out.num_rows = static_cast<int64_t>(rows.size());
  for (int i = 0; i < schema.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(Column column, GatherColumn(batch.columns[i], schema.field(i).type, rows, pool));
    out.columns.push_back(std::move(column));
  }
  return out;
}

Result<Batch> ConcatenateBatches(const std::vector<Batch>& batches, const Schema& schema) {
  if (batches.size() == 1) return batches[0];
  Batch whole;
  for (const Batch& batch : batches) whole.num_rows += batch.num_rows;
  if (whole.num_rows > UINT32_MAX) return NotImplementedError("one task cannot order {} rows; use more partitions", whole.num_rows);
  for (int i = 0; i < schema.size(); ++i) {
    std::vector<Column> parts;
    for (const Batch& batch : batches) parts.push_back(batch.columns[i]);
    ARROW_ASSIGN_OR_RAISE(Column column, ConcatenateColumns(parts, schema.field(i).type));
    whole.columns.push_back(std::move(column));
  }
  return whole;
}

Table MakeTable(Schema schema, Batch batch) {
  Table table;
  table.schema = std::move(schema);
  if (batch.num_rows <= kBatchRows) {
    table.batches.push_back(std::move(batch));
    return table;
  }
  for (int64_t begin = 0; begin < batch.num_rows; begin += kBatchRows) {
    table.batches.push_back(SliceBatch(batch, begin, std::min(kBatchRows, batch.num_rows - begin)));
  }
  return table;
}

}  // namespace cask
