#include "cask/api/to_arrow.h"

#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>

#include "cask/base/pool.h"
#include "cask/data/label.h"

namespace cask {
namespace {

// A bitmap of whether `is_set(i)`.
template <typename IsSet>
Result<std::shared_ptr<arrow::Buffer>> MakeBits(int64_t length, IsSet is_set) {
  const int64_t num_bytes = (length + 7) / 8;
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer, arrow::AllocateBuffer(num_bytes, BufferPool()));
  uint8_t* bits = buffer->mutable_data();
  std::memset(bits, 0, num_bytes);
  for (int64_t i = 0; i < length; ++i) {
    if (is_set(i)) arrow::bit_util::SetBit(bits, i);
  }
  return buffer;
}

Result<std::shared_ptr<arrow::Buffer>> ValidityOf(const Column& column, const DType& type) {
  return MakeBits(column->length, [&](int64_t i) { return !IsMissing(column, type, i); });
}

Result<Column> BoolsOf(const Column& column, const DType& type) {
  const uint8_t* values = Values<uint8_t>(column);
  ARROW_ASSIGN_OR_RAISE(auto bits, MakeBits(column->length, [&](int64_t i) { return values[i] != 0; }));
  std::shared_ptr<arrow::Buffer> validity;
  if (type.has_bitmap()) {
    ARROW_ASSIGN_OR_RAISE(validity, ValidityOf(column, type));
  }
  return arrow::ArrayData::Make(arrow::boolean(), column->length, {std::move(validity), std::move(bits)});
}

Result<Column> TimesOf(const Column& column, const DType& type) {
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityOf(column, type));
  auto values = arrow::SliceBuffer(column->buffers[1], column->offset * type.width(), column->length * type.width());
  return arrow::ArrayData::Make(type.arrow_type(), column->length, {std::move(validity), std::move(values)});
}

Result<Column> Converted(const Column& column, const DType& type) {
  if (column->length == 0 && type.is_fixed_width() && column->buffers[1] == nullptr) return column;
  if (type.is_truth()) return BoolsOf(column, type);
  if (type.is_temporal() && !type.has_bitmap()) return TimesOf(column, type);
  return column;
}

}  // namespace

Result<std::shared_ptr<arrow::Table>> TableToArrow(const Table& table, int first_column) {
  std::vector<std::shared_ptr<arrow::Field>> fields;
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (int i = first_column; i < table.schema.size(); ++i) {
    const Field& field = table.schema.field(i);
    ARROW_ASSIGN_OR_RAISE(const Column column, Converted(table.batches[0].columns[i], field.type));
    fields.push_back(arrow::field(PrintLabel(field.name), column->type));
    arrays.push_back(arrow::MakeArray(column));
  }
  return arrow::Table::Make(arrow::schema(std::move(fields)), arrays, table.num_rows());
}

}  // namespace cask
