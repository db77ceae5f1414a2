#include "cask/compute/column/number_calls.h"

#include <arrow/buffer.h>

#include "cask/base/check.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/type_rules.h"

namespace cask {
namespace {

// The result of a loop as a column of `type`, converted where the loop's kind is another.
Result<Column> FinishNumbers(std::shared_ptr<arrow::Buffer> values, Kind computed, const std::vector<Argument>& arguments, const DType& type,
                             int64_t num_rows, arrow::MemoryPool* pool) {
  const Kind kind = StorageKind(type);
  if (computed != kind) {
    ARROW_ASSIGN_OR_RAISE(auto converted, NewResult(type.width(), num_rows, pool));
    FindCastLoop(computed, kind)(values->data(), converted->mutable_data(), num_rows);
    values = std::move(converted);
  }
  Validity validity;
  if (type.has_bitmap()) {
    ARROW_ASSIGN_OR_RAISE(validity, CombineBitmaps(arguments, num_rows, pool));
    if (type.is_float()) {
      std::vector<Argument> both = {MakeFixedColumn(type, num_rows, values, validity.bitmap, validity.null_count)};
      ARROW_ASSIGN_OR_RAISE(auto numbers, ValidityOf(MakeFixedColumn(type.kind(), num_rows, values), type.kind(), pool));
      both.emplace_back(MakeFixedColumn(type, num_rows, values, numbers.bitmap, numbers.null_count));
      ARROW_ASSIGN_OR_RAISE(validity, CombineBitmaps(both, num_rows, pool));
    }
  }
  return MakeFixedColumn(type, num_rows, std::move(values), std::move(validity.bitmap), validity.null_count);
}

}  // namespace

Result<Column> CallBinary(Operation operation, Kind kind, const std::vector<Argument>& arguments, const std::vector<DType>& types,
                          const DType& result_type, int64_t num_rows, arrow::MemoryPool* pool) {
  Kind computed;
  const BinaryLoop loop = FindBinaryLoop(operation, kind, &computed);
  CASK_CHECK(loop != nullptr);
  LoopInput a, b;
  ARROW_RETURN_NOT_OK(a.Prepare(arguments[0], types[0], kind, num_rows, pool));
  ARROW_RETURN_NOT_OK(b.Prepare(arguments[1], types[1], kind, num_rows, pool));
  const int width = DType(computed).width();
  std::shared_ptr<arrow::Buffer> out;
  if (width == DType(kind).width()) {
    ARROW_ASSIGN_OR_RAISE(out, MakeResult(arguments, width, num_rows, pool));
  } else {
    ARROW_ASSIGN_OR_RAISE(out, NewResult(width, num_rows, pool));
  }
  loop(a.values(), a.stride(), b.values(), b.stride(), out->mutable_data(), num_rows);
  return FinishNumbers(std::move(out), computed, arguments, result_type, num_rows, pool);
}

Result<Column> CallUnary(Operation operation, Kind kind, const std::vector<Argument>& arguments, const std::vector<DType>& types,
                         const DType& result_type, int64_t num_rows, arrow::MemoryPool* pool) {
  Kind computed;
  const UnaryLoop loop = FindUnaryLoop(operation, kind, &computed);
  CASK_CHECK(loop != nullptr);
  ARROW_ASSIGN_OR_RAISE(Column column, AsColumn(arguments[0], types[0], num_rows, pool));
  LoopInput in;
  ARROW_RETURN_NOT_OK(in.Prepare(column, types[0], kind, num_rows, pool));
  ARROW_ASSIGN_OR_RAISE(auto out, NewResult(DType(computed).width(), num_rows, pool));
  loop(in.values(), out->mutable_data(), num_rows);
  return FinishNumbers(std::move(out), computed, arguments, result_type, num_rows, pool);
}

Result<Column> TruthColumn(std::shared_ptr<arrow::Buffer> bytes, const std::vector<Argument>& arguments, const DType& result_type,
                           int64_t num_rows, arrow::MemoryPool* pool) {
  Validity validity;
  if (result_type.has_bitmap()) {
    ARROW_ASSIGN_OR_RAISE(validity, CombineBitmaps(arguments, num_rows, pool));
  }
  return MakeFixedColumn(result_type, num_rows, std::move(bytes), std::move(validity.bitmap), validity.null_count);
}

}  // namespace cask
