// LoopInput: an argument of a call made ready for an inner loop: contiguous values of the loop's kind, or one value for all rows.
// The result of a loop goes where MakeResult says.
#pragma once

#include <memory>
#include <vector>

#include "cask/compute/column/function.h"
#include "cask/compute/column/validity.h"

namespace cask {

/// Neither copied nor moved: `values` may point into it.
class LoopInput {
 public:
  LoopInput() = default;
  LoopInput(const LoopInput&) = delete;
  LoopInput& operator=(const LoopInput&) = delete;

  /// `type` is the argument's; a missing literal becomes NaN, NaT or 0.
  Status Prepare(const Argument& argument, const DType& type, Kind kind, int64_t num_rows, arrow::MemoryPool* pool);

  const void* values() const { return values_; }
  int64_t stride() const { return stride_; }

 private:
  const void* values_ = nullptr;
  int64_t stride_ = 1;
  std::shared_ptr<arrow::Buffer> converted_;
  uint64_t scalar_ = 0;
};

/// Writes a literal as one value of a fixed-width kind.
void StoreLiteral(const Literal& literal, Kind kind, void* out);

/// The kind in which loops see the values of a type: kBool for every truth value, kInt64 for ticks.
Kind StorageKind(const DType& type);

/// A buffer for `num_rows` values of `width` bytes. It is that of an argument nobody else holds, if there is one of that width:
/// a loop may write where it reads.
Result<std::shared_ptr<arrow::Buffer>> MakeResult(const std::vector<Argument>& arguments, int width, int64_t num_rows, arrow::MemoryPool* pool);

/// Always a new buffer.
Result<std::shared_ptr<arrow::Buffer>> NewResult(int width, int64_t num_rows, arrow::MemoryPool* pool);

/// A column whose every value is `literal`, of that type.
Result<Column> RepeatLiteral(const Literal& literal, const DType& type, int64_t num_rows, arrow::MemoryPool* pool);

/// `argument` as a column.
Result<Column> AsColumn(const Argument& argument, const DType& type, int64_t num_rows, arrow::MemoryPool* pool);

/// Whether an argument's type is a literal's, and its value.
inline const Literal* LiteralOf(const Argument& argument) { return std::get_if<Literal>(&argument); }

}  // namespace cask
