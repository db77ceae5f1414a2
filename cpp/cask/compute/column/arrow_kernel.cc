#include "cask/compute/column/arrow_kernel.h"

#include <arrow/compute/exec.h>
#include <arrow/compute/initialize.h>
#include <arrow/datum.h>

#include "cask/base/exit_handler.h"
#include "cask/compute/column/loop_input.h"

namespace cask {

Result<Column> CallArrow(const std::string& name, const Column& column, const arrow::compute::FunctionOptions* options, arrow::MemoryPool* pool) {
  // It takes milliseconds, so it waits until it is needed.
  static const Status kInitialized = [] {
    Status status = arrow::compute::Initialize();
    RenewExitHandler();
    return status;
  }();
  ARROW_RETURN_NOT_OK(kInitialized);
  arrow::compute::ExecContext context(pool);
  context.set_use_threads(false);
  ARROW_ASSIGN_OR_RAISE(auto result, arrow::compute::CallFunction(name, {arrow::Datum(column)}, options, &context));
  return result.array();
}

Result<Column> WithNaTAsNull(const Column& column, const DType& type, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityOf(column, type, pool));
  if (!validity.bitmap) return column;
  auto values = arrow::SliceBuffer(column->buffers[1], column->offset * 8, column->length * 8);
  return arrow::ArrayData::Make(column->type, column->length, {std::move(validity.bitmap), std::move(values)}, validity.null_count);
}

Result<Column> BytesFromBooleans(const Column& booleans, const DType& type, bool of_missing, arrow::MemoryPool* pool) {
  const int64_t n = booleans->length;
  ARROW_ASSIGN_OR_RAISE(auto bytes, NewResult(1, n, pool));
  uint8_t* out = bytes->mutable_data();
  UnpackBits(booleans->buffers[1]->data(), booleans->offset, n, out);
  Validity validity;
  if (booleans->buffers[0]) {
    ARROW_ASSIGN_OR_RAISE(validity, CombineBitmaps({booleans}, n, pool));
  }
  if (validity.bitmap && !type.has_bitmap()) {
    ARROW_ASSIGN_OR_RAISE(auto valid, NewResult(1, n, pool));
    UnpackBits(validity.bitmap->data(), 0, n, valid->mutable_data());
    for (int64_t i = 0; i < n; ++i) out[i] = valid->data()[i] ? out[i] : of_missing;
    validity = {};
  }
  return MakeFixedColumn(type, n, std::move(bytes), std::move(validity.bitmap), validity.null_count);
}

}  // namespace cask
