#include "cask/compute/column/time_zone.h"

#include <arrow/buffer.h>
#include <arrow/compute/api_scalar.h>

#include "cask/compute/column/arrow_kernel.h"
#include "cask/compute/column/loop_input.h"

namespace cask {
namespace {

// Arrow's nulls as NaT.
Result<Column> WithNullAsNaT(const Column& column, const DType& type, arrow::MemoryPool* pool) {
  const int64_t n = column->length;
  ARROW_ASSIGN_OR_RAISE(auto buffer, NewResult(8, n, pool));
  auto* out = reinterpret_cast<int64_t*>(buffer->mutable_data());
  std::memcpy(out, Values<int64_t>(column), 8 * n);
  if (column->GetNullCount() > 0) {
    ARROW_ASSIGN_OR_RAISE(auto valid, NewResult(1, n, pool));
    UnpackBits(column->buffers[0]->data(), column->offset, n, valid->mutable_data());
    for (int64_t i = 0; i < n; ++i) out[i] = valid->data()[i] ? out[i] : kNaT;
  }
  return MakeFixedColumn(type, n, std::move(buffer));
}

}  // namespace

Result<Column> UtcToLocal(const Column& column, const DType& type, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(auto utc, WithNaTAsNull(column, type, pool));
  ARROW_ASSIGN_OR_RAISE(auto local, CallArrow("local_timestamp", utc, nullptr, pool));
  return WithNullAsNaT(local, DType::Timestamp(type.unit()), pool);
}

Result<Column> LocalToUtcColumn(const Column& column, const DType& type, const std::string& timezone, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(auto local, WithNaTAsNull(column, type, pool));
  const arrow::compute::AssumeTimezoneOptions options(timezone);
  ARROW_ASSIGN_OR_RAISE(auto utc, CallArrow("assume_timezone", local, &options, pool));
  return WithNullAsNaT(utc, DType::Timestamp(type.unit(), timezone), pool);
}

Result<int64_t> LocalToUtc(int64_t ticks, TimeUnit unit, const std::string& timezone) {
  arrow::MemoryPool* pool = arrow::default_memory_pool();
  const DType type = DType::Timestamp(unit);
  ARROW_ASSIGN_OR_RAISE(auto column, RepeatLiteral(Literal(Ticks{ticks}, type), type, 1, pool));
  ARROW_ASSIGN_OR_RAISE(auto utc, LocalToUtcColumn(column, type, timezone, pool));
  return Values<int64_t>(utc)[0];
}

}  // namespace cask
