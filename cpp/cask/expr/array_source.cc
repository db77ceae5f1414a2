#include "cask/expr/array_source.h"

#include <arrow/buffer.h>

#include <cmath>
#include <numeric>

#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

bool FitsInteger(Kind kind, int64_t value) {
  switch (kind) {
    case Kind::kInt8: return value >= INT8_MIN && value <= INT8_MAX;
    case Kind::kInt16: return value >= INT16_MIN && value <= INT16_MAX;
    case Kind::kInt32: return value >= INT32_MIN && value <= INT32_MAX;
    case Kind::kUInt8: return value >= 0 && value <= UINT8_MAX;
    case Kind::kUInt16: return value >= 0 && value <= UINT16_MAX;
    case Kind::kUInt32: return value >= 0 && value <= UINT32_MAX;
    case Kind::kUInt64: return value >= 0;
    default: return true;
  }
}

template <typename T>
void CastTo(const T& value, Kind from, Kind to, uint8_t* out) {
  FindCastLoop(from, to)(&value, out, 1);
}

// The bytes of `value` as an element of `kind`.
Result<std::array<uint8_t, 8>> ElementBytes(const Literal& value, Kind kind) {
  alignas(8) std::array<uint8_t, 8> bytes{};
  if (const auto* boolean = std::get_if<bool>(&value.value())) {
    CastTo<uint8_t>(*boolean, Kind::kBool, kind, bytes.data());
  } else if (const auto* integer = std::get_if<int64_t>(&value.value())) {
    if (value.is_weak() && !FitsInteger(kind, *integer)) {
      return OverflowError("Python integer {} out of bounds for {}", *integer, DType(kind).ToString());
    }
    CastTo(*integer, Kind::kInt64, kind, bytes.data());
  } else if (const auto* natural = std::get_if<uint64_t>(&value.value())) {
    if (value.is_weak() && DType(kind).is_integer() && kind != Kind::kUInt64 && *natural > INT64_MAX) {
      return OverflowError("Python integer {} out of bounds for {}", *natural, DType(kind).ToString());
    }
    CastTo(*natural, Kind::kUInt64, kind, bytes.data());
  } else if (const auto* real = std::get_if<double>(&value.value())) {
    if (DType(kind).is_integer() && std::isnan(*real)) return ValueError("cannot convert float NaN to integer");
    CastTo(*real, Kind::kFloat64, kind, bytes.data());
  } else {
    return TypeError("{} cannot be an element of an array; arrays hold bools, integers and floats", value.ToString());
  }
  return bytes;
}

Result<AxisChunks> ChunksOfSizes(int64_t length, const std::vector<int64_t>& sizes, const Shape& shape) {
  const int64_t total = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
  if (total != length || sizes.empty() || *std::min_element(sizes.begin(), sizes.end()) < 0) {
    return ValueError("Chunks do not add up to shape. Got chunks={}, shape={}", FormatShape(sizes), FormatShape(shape));
  }
  return AxisChunks::FromSizes(sizes);
}

}  // namespace

Status CheckArrayKind(const DType& type) {
  if ((type.is_bool() || type.is_numeric()) && !type.nullable()) return Status::OK();
  return TypeError("arrays of {} are not supported; an array holds bool, int8 to int64, uint8 to uint64, float32 or float64", type.ToString());
}

Result<ChunkGrid> MakeChunks(const Shape& shape, std::vector<ChunkRequest> requests, Kind kind) {
  if (requests.size() <= 1 && requests.size() != shape.size()) {
    const ChunkRequest all = requests.empty() ? ChunkRequest{} : requests[0];
    // Several sizes without an axis to each are those of a one-dimensional array.
    if (all.form == ChunkRequest::Form::kSizes) {
      return ValueError("Chunks and shape must be of the same length/dimension. Got chunks=({},), shape={}", FormatShape(all.sizes),
                        FormatShape(shape));
    }
    requests.assign(shape.size(), all);
  }
  if (requests.size() != shape.size()) {
    return ValueError("Chunks and shape must be of the same length/dimension. Got {} chunks, shape={}", requests.size(), FormatShape(shape));
  }
  std::vector<AxisChunks> chosen(shape.size());
  std::vector<const AxisChunks*> fixed(shape.size(), nullptr);
  int64_t limit_bytes = kAutoChunkBytes;
  for (size_t i = 0; i < shape.size(); ++i) {
    const ChunkRequest& request = requests[i];
    if (request.form == ChunkRequest::Form::kAuto) {
      if (request.size > 0) limit_bytes = request.size;
      continue;
    }
    if (request.form == ChunkRequest::Form::kSizes) {
      ARROW_ASSIGN_OR_RAISE(chosen[i], ChunksOfSizes(shape[i], request.sizes, shape));
    } else if (request.form == ChunkRequest::Form::kSize && request.size > 0) {
      chosen[i] = AxisChunks::Regular(shape[i], std::min(request.size, std::max<int64_t>(shape[i], 1)));
    } else if (request.form == ChunkRequest::Form::kSize && !(request.size == 0 && shape[i] == 0)) {
      return ValueError("Chunks must be positive, or -1 for all of an axis. Got {}", request.size);
    } else {
      chosen[i] = AxisChunks::Regular(shape[i], shape[i]);
    }
    fixed[i] = &chosen[i];
  }
  return AutoChunks(shape, fixed, WidthOf(kind), limit_bytes);
}

ArrayExprPtr MakeArrayFromMemory(std::shared_ptr<const ArrayChunk> memory, ChunkGrid grid, Token identity, std::string name) {
  return std::make_shared<ArraySource>(std::move(name), std::move(memory), std::move(grid), identity);
}

Result<ArrayExprPtr> MakeFull(const Literal& value, Kind kind, ChunkGrid grid, std::string name) {
  ARROW_ASSIGN_OR_RAISE(auto bytes, ElementBytes(value, kind));
  auto memory = std::make_shared<ArrayChunk>();
  memory->kind = kind;
  memory->shape = grid.shape();
  memory->strides.assign(memory->shape.size(), 0);
  memory->buffer = arrow::Buffer::FromString(std::string(bytes.begin(), bytes.end()));
  memory->data = memory->buffer->data();
  int64_t number;
  std::memcpy(&number, bytes.data(), sizeof number);
  Tokenizer token("full");
  token.Add(number).Add(static_cast<int64_t>(kind));
  for (int64_t length : memory->shape) token.Add(length);
  return std::make_shared<ArraySource>(std::move(name), std::move(memory), std::move(grid), token.Finish());
}

Result<ArrayExprPtr> MakeScalar(const Literal& value, Kind kind) { return MakeFull(value, kind, ChunkGrid(), "array"); }

ArrayExprPtr MakeGenerated(std::shared_ptr<const Generator> generator, ChunkGrid grid, std::string name) {
  return std::make_shared<ArraySource>(std::move(name), std::move(generator), std::move(grid));
}

ArrayExprPtr MakeHeld(const ArrayExpr& computed, std::vector<std::shared_ptr<const Piece>> chunks) {
  auto held = std::make_shared<const std::vector<std::shared_ptr<const Piece>>>(std::move(chunks));
  return std::make_shared<HeldArray>(std::string(computed.name()), computed.kind(), computed.grid(), std::move(held), computed.token(), computed.origin());
}

}  // namespace cask
