#include "cask/compute/column/loop_input.h"

#include <arrow/array/array_base.h>
#include <arrow/array/array_primitive.h>
#include <arrow/array/util.h>
#include <arrow/scalar.h>
#include <arrow/util/bit_util.h>

#include <cmath>

#include "cask/base/check.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

template <typename T>
void StoreAs(const Literal& literal, void* out) {
  T value{};
  if (const auto* boolean = std::get_if<bool>(&literal.value())) value = static_cast<T>(*boolean);
  if (const auto* number = std::get_if<int64_t>(&literal.value())) value = static_cast<T>(*number);
  if (const auto* number = std::get_if<uint64_t>(&literal.value())) value = static_cast<T>(*number);
  if (const auto* number = std::get_if<double>(&literal.value())) value = static_cast<T>(*number);
  if (const auto* ticks = std::get_if<Ticks>(&literal.value())) value = static_cast<T>(ticks->value);
  std::memcpy(out, &value, sizeof(T));
}

bool IsUnshared(const Column& column, int64_t bytes) {
  const auto& buffer = column->buffers[1];
  return column.use_count() == 1 && column->offset == 0 && buffer && buffer.use_count() == 1 && buffer->is_mutable() &&
         buffer->parent() == nullptr && buffer->is_cpu() && buffer->size() >= bytes;
}

}  // namespace

void StoreLiteral(const Literal& literal, Kind kind, void* out) {
  switch (kind) {
    case Kind::kBool: {
      double truth;
      StoreAs<double>(literal, &truth);
      *static_cast<uint8_t*>(out) = truth != 0;
      return;
    }
    case Kind::kInt8: return StoreAs<int8_t>(literal, out);
    case Kind::kInt16: return StoreAs<int16_t>(literal, out);
    case Kind::kInt32: return StoreAs<int32_t>(literal, out);
    case Kind::kInt64: return StoreAs<int64_t>(literal, out);
    case Kind::kUInt8: return StoreAs<uint8_t>(literal, out);
    case Kind::kUInt16: return StoreAs<uint16_t>(literal, out);
    case Kind::kUInt32: return StoreAs<uint32_t>(literal, out);
    case Kind::kUInt64: return StoreAs<uint64_t>(literal, out);
    case Kind::kFloat32: {
      StoreAs<float>(literal, out);
      if (literal.is_missing()) *static_cast<float*>(out) = std::nanf("");
      return;
    }
    default: {
      StoreAs<double>(literal, out);
      if (literal.is_missing()) *static_cast<double*>(out) = std::nan("");
      return;
    }
  }
}

Kind StorageKind(const DType& type) {
  if (type.is_temporal()) return Kind::kInt64;
  return type.kind() == Kind::kObjectBool ? Kind::kBool : type.kind();
}

Status LoopInput::Prepare(const Argument& argument, const DType& type, Kind kind, int64_t num_rows, arrow::MemoryPool* pool) {
  if (const Literal* literal = LiteralOf(argument)) {
    StoreLiteral(*literal, kind, &scalar_);
    values_ = &scalar_;
    stride_ = 0;
    return Status::OK();
  }
  const Column& column = std::get<Column>(argument);
  if (type.kind() == Kind::kNull) {
    ARROW_RETURN_NOT_OK(Prepare(Literal(), type, kind, num_rows, pool));
    return Status::OK();
  }
  CASK_CHECK(type.is_fixed_width());
  values_ = column->buffers[1]->data() + column->offset * type.width();
  const Kind held = StorageKind(type);
  if (held != kind) {
    ARROW_ASSIGN_OR_RAISE(converted_, NewResult(DType(kind).width(), num_rows, pool));
    FindCastLoop(held, kind)(values_, converted_->mutable_data(), num_rows);
    values_ = converted_->data();
  }
  return Status::OK();
}

Result<std::shared_ptr<arrow::Buffer>> NewResult(int width, int64_t num_rows, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer(width * num_rows, pool));
  return std::shared_ptr<arrow::Buffer>(std::move(buffer));
}

Result<std::shared_ptr<arrow::Buffer>> MakeResult(const std::vector<Argument>& arguments, int width, int64_t num_rows, arrow::MemoryPool* pool) {
  for (const Argument& argument : arguments) {
    const auto* column = std::get_if<Column>(&argument);
    if (column == nullptr || (*column)->buffers.size() != 2) continue;
    const auto* fixed = dynamic_cast<const arrow::FixedWidthType*>((*column)->type.get());
    if (fixed != nullptr && fixed->bit_width() == 8 * width && IsUnshared(*column, width * num_rows)) return (*column)->buffers[1];
  }
  return NewResult(width, num_rows, pool);
}

Result<Column> RepeatLiteral(const Literal& literal, const DType& type, int64_t num_rows, arrow::MemoryPool* pool) {
  if (type.kind() == Kind::kNull) return arrow::ArrayData::Make(arrow::null(), num_rows, {nullptr}, num_rows);
  if (type.is_fixed_width() && type.kind() != Kind::kCategory) {
    ARROW_ASSIGN_OR_RAISE(auto values, NewResult(type.width(), num_rows, pool));
    uint64_t one = 0;
    StoreLiteral(literal, StorageKind(type), &one);
    if (literal.is_missing() && type.is_temporal()) std::memcpy(&one, &kNaT, sizeof(one));
    FillValues(&one, type.width(), values->mutable_data(), num_rows);
    Validity validity;
    if (literal.is_missing() && type.has_bitmap()) {
      ARROW_ASSIGN_OR_RAISE(validity.bitmap, arrow::AllocateEmptyBitmap(num_rows, pool));
      validity.null_count = num_rows;
    }
    return MakeFixedColumn(type, num_rows, std::move(values), std::move(validity.bitmap), validity.null_count);
  }
  if (literal.is_missing()) {
    ARROW_ASSIGN_OR_RAISE(auto missing, arrow::MakeArrayOfNull(type.arrow_type(), num_rows, pool));
    return missing->data();
  }
  const auto* text = std::get_if<std::string>(&literal.value());
  if (text == nullptr) return TypeError("{} is no value of a column of type {}", literal.ToString(), type.ToString());
  if (type.kind() == Kind::kCategory) {
    ARROW_ASSIGN_OR_RAISE(auto dictionary, arrow::MakeArrayFromScalar(arrow::LargeStringScalar(*text), 1, pool));
    ARROW_ASSIGN_OR_RAISE(auto codes, NewResult(4, num_rows, pool));
    std::memset(codes->mutable_data(), 0, 4 * num_rows);
    auto column = arrow::ArrayData::Make(type.arrow_type(), num_rows, {nullptr, std::move(codes)}, 0);
    column->dictionary = dictionary->data();
    return column;
  }
  ARROW_ASSIGN_OR_RAISE(auto array, arrow::MakeArrayFromScalar(arrow::LargeStringScalar(*text), num_rows, pool));
  return array->data();
}

Result<Column> AsColumn(const Argument& argument, const DType& type, int64_t num_rows, arrow::MemoryPool* pool) {
  if (const auto* column = std::get_if<Column>(&argument)) return *column;
  return RepeatLiteral(std::get<Literal>(argument), type, num_rows, pool);
}

}  // namespace cask
