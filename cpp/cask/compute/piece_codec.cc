#include "cask/compute/piece_codec.h"

#include <arrow/buffer.h>
#include <arrow/io/memory.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "cask/base/pool.h"
#include "cask/compute/array/chunk.h"
#include "cask/compute/array/reduce_sink.h"
#include "cask/compute/table_stream.h"
#include "cask/data/type_codec.h"
#include "cask/data/value_piece.h"

namespace cask {
namespace {

using arrow::Buffer;

struct TableHeader {
  Schema schema;
  int64_t num_batches = 0;
};
constexpr auto FieldsOf(std::type_identity<TableHeader>) { return std::tuple(&TableHeader::schema, &TableHeader::num_batches); }

struct ChunkHeader {
  Kind kind = Kind::kFloat64;
  Shape shape;
  std::vector<uint8_t> order;  // MemoryOrder
};
constexpr auto FieldsOf(std::type_identity<ChunkHeader>) { return std::tuple(&ChunkHeader::kind, &ChunkHeader::shape, &ChunkHeader::order); }

struct StateHeader {
  Shape shape;
  std::vector<uint8_t> widths;  // of the elements of each plane
};
constexpr auto FieldsOf(std::type_identity<StateHeader>) { return std::tuple(&StateHeader::shape, &StateHeader::widths); }

struct ValueHeader {};
constexpr auto FieldsOf(std::type_identity<ValueHeader>) { return std::tuple(); }

struct Header {
  std::variant<TableHeader, ChunkHeader, StateHeader, ValueHeader> piece;
  int64_t num_bytes = 0;  // of the values
};
constexpr auto FieldsOf(std::type_identity<Header>) { return std::tuple(&Header::piece, &Header::num_bytes); }

constexpr int kMaxAxes = 64;  // NumPy's

int64_t Aligned(int64_t size) { return (size + kPieceAlignment - 1) / kPieceAlignment * kPieceAlignment; }

// -- To bytes. A buffer for all of it, of which the header is written; where the values go is in `*values`.

Result<std::shared_ptr<Buffer>> BeginPiece(const Header& header, uint8_t** values) {
  Encoder encoder;
  encoder.Add(header);
  const std::string head = encoder.Take();
  const auto size = static_cast<int64_t>(head.size());
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<Buffer> buffer, arrow::AllocateBuffer(Aligned(size) + header.num_bytes, BufferPool()));
  std::memcpy(buffer->mutable_data(), head.data(), head.size());
  std::memset(buffer->mutable_data() + size, 0, static_cast<size_t>(Aligned(size) - size));
  *values = buffer->mutable_data() + Aligned(size);
  return buffer;
}

Result<std::shared_ptr<Buffer>> EncodeTable(const Table& table) {
  arrow::io::MockOutputStream counter;
  ARROW_RETURN_NOT_OK(WriteBatches(table, &counter));
  const Header header{TableHeader{table.schema, static_cast<int64_t>(table.batches.size())}, counter.GetExtentBytesWritten()};
  uint8_t* values;
  ARROW_ASSIGN_OR_RAISE(auto buffer, BeginPiece(header, &values));
  arrow::io::FixedSizeBufferWriter writer(std::make_shared<arrow::MutableBuffer>(values, header.num_bytes));
  ARROW_RETURN_NOT_OK(WriteBatches(table, &writer));
  return buffer;
}

// The axes of a chunk from the outermost in memory to the innermost; none where they lie in their own order. Axes of length 1 come first.
std::vector<uint8_t> MemoryOrder(const ArrayChunk& chunk) {
  std::vector<uint8_t> order(chunk.shape.size());
  std::iota(order.begin(), order.end(), uint8_t{0});
  const auto is_long = [&](uint8_t axis) { return chunk.shape[axis] != 1; };
  const auto first_long = std::stable_partition(order.begin(), order.end(), [&](uint8_t axis) { return !is_long(axis); });
  std::stable_sort(first_long, order.end(), [&](uint8_t a, uint8_t b) { return std::abs(chunk.strides[a]) > std::abs(chunk.strides[b]); });
  const bool is_usual = std::is_sorted(first_long, order.end()) || NumElements(chunk.shape) == 0;
  return is_usual ? std::vector<uint8_t>() : order;
}

// The strides of elements that lie densely, their axes in that order.
std::vector<int64_t> DenseStrides(const Shape& shape, const std::vector<uint8_t>& order, int width) {
  if (order.empty()) return RowMajorStrides(shape, width);
  std::vector<int64_t> strides(shape.size());
  int64_t stride = width;
  for (size_t i = order.size(); i-- > 0;) {
    strides[order[i]] = stride;
    stride *= shape[order[i]];
  }
  return strides;
}

Result<std::shared_ptr<Buffer>> EncodeChunk(const ArrayChunk& chunk) {
  const int width = WidthOf(chunk.kind);
  const ChunkHeader header{chunk.kind, chunk.shape, MemoryOrder(chunk)};
  uint8_t* values;
  ARROW_ASSIGN_OR_RAISE(auto buffer, BeginPiece({header, NumElements(chunk.shape) * width}, &values));
  CopyStrided(chunk.data, chunk.strides, values, DenseStrides(chunk.shape, header.order, width), chunk.shape, width);
  return buffer;
}

Result<std::shared_ptr<Buffer>> EncodeState(const ReductionState& state) {
  const int64_t count = NumElements(state.shape);
  StateHeader header{state.shape, {}};
  int64_t num_bytes = 0;
  for (const auto& plane : state.planes) {
    header.widths.push_back(static_cast<uint8_t>(count == 0 ? 1 : plane->size() / count));
    num_bytes += Aligned(count * header.widths.back());
  }
  uint8_t* values;
  ARROW_ASSIGN_OR_RAISE(auto buffer, BeginPiece({header, num_bytes}, &values));
  for (size_t i = 0; i < state.planes.size(); ++i) {
    const int64_t size = count * header.widths[i];
    if (size > 0) std::memcpy(values, state.planes[i]->data(), static_cast<size_t>(size));
    std::memset(values + size, 0, static_cast<size_t>(Aligned(size) - size));
    values += Aligned(size);
  }
  return buffer;
}

Result<std::shared_ptr<Buffer>> EncodeValue(const ValuePiece& value) {
  uint8_t* values;
  ARROW_ASSIGN_OR_RAISE(auto buffer, BeginPiece({ValueHeader{}, value.bytes->size()}, &values));
  if (value.bytes->size() > 0) std::memcpy(values, value.bytes->data(), static_cast<size_t>(value.bytes->size()));
  return buffer;
}

// -- From bytes. `values` are as many as the header says.

Status Malformed(std::string_view what) { return ValueError("malformed piece: {}", what); }

// How many elements a shape has; nothing if it is none, or if their bytes, or strides between them, are more than can be counted.
std::optional<int64_t> CountElements(const Shape& shape) {
  if (shape.size() > kMaxAxes) return std::nullopt;
  int64_t count = 1;
  int64_t room = INT64_MAX / static_cast<int64_t>(sizeof(int64_t));
  for (int64_t length : shape) {
    if (length < 0 || length > room) return std::nullopt;
    room /= std::max<int64_t>(length, 1);
    count *= length;
  }
  return count;
}

bool IsPermutation(std::vector<uint8_t> order, size_t count) {
  std::sort(order.begin(), order.end());
  for (size_t i = 0; i < order.size(); ++i) {
    if (order[i] != i) return false;
  }
  return order.size() == count;
}

bool AreTruthValues(const Buffer& values) {
  uint8_t largest = 0;
  for (int64_t i = 0; i < values.size(); ++i) largest = std::max(largest, values.data()[i]);
  return largest <= 1;
}

Result<std::shared_ptr<const Piece>> DecodeValues(TableHeader header, const std::shared_ptr<Buffer>& values) {
  auto table = std::make_shared<Table>();
  ARROW_ASSIGN_OR_RAISE(table->batches, ReadBatches(header.schema, header.num_batches, values));
  table->schema = std::move(header.schema);
  return table;
}

Result<std::shared_ptr<const Piece>> DecodeValues(ChunkHeader header, const std::shared_ptr<Buffer>& values) {
  const DType type(header.kind);
  if (!type.is_bool() && !type.is_numeric() && !type.is_temporal()) return Malformed("an array's elements are of no kind that arrays have");
  const auto count = CountElements(header.shape);
  if (!count || *count * type.width() != values->size()) return Malformed("a chunk's shape does not fit its bytes");
  if (type.is_bool() && !AreTruthValues(*values)) return Malformed("a truth value is neither 0 nor 1");
  if (!header.order.empty() && !IsPermutation(header.order, header.shape.size())) return Malformed("a chunk's axes are in no order");
  auto chunk = std::make_shared<ArrayChunk>();
  chunk->kind = header.kind;
  chunk->strides = DenseStrides(header.shape, header.order, type.width());
  chunk->shape = std::move(header.shape);
  chunk->data = values->data();
  chunk->buffer = values;
  if (MemoryOrder(*chunk) != header.order) return Malformed("a chunk's axes are in an order that has other bytes");
  return chunk;
}

Result<std::shared_ptr<const Piece>> DecodeValues(StateHeader header, const std::shared_ptr<Buffer>& values) {
  const auto count = CountElements(header.shape);
  if (!count || header.widths.empty() || header.widths.size() > kMaxPlanes) return Malformed("a reduction's state has no such planes");
  auto state = std::make_shared<ReductionState>();
  int64_t begin = 0;
  for (const uint8_t width : header.widths) {
    if (width != 1 && width != 2 && width != 4 && width != 8) return Malformed("elements of a reduction's state are of no width that there is");
    const int64_t size = *count * width;
    if (size > values->size() - begin || Aligned(size) > values->size() - begin) return Malformed("a reduction's state is larger than its bytes");
    state->planes.push_back(arrow::SliceBuffer(values, begin, size));
    begin += Aligned(size);
  }
  if (begin != values->size()) return Malformed("a reduction's state is smaller than its bytes");
  state->shape = std::move(header.shape);
  return state;
}

Result<std::shared_ptr<const Piece>> DecodeValues(const ValueHeader&, const std::shared_ptr<Buffer>& values) { return std::make_shared<ValuePiece>(values); }

Result<std::shared_ptr<Buffer>> AtAlignedAddress(std::shared_ptr<Buffer> bytes) {
  if (reinterpret_cast<uintptr_t>(bytes->data()) % kPieceAlignment == 0) return bytes;
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<Buffer> copy, arrow::AllocateBuffer(bytes->size(), BufferPool()));
  std::memcpy(copy->mutable_data(), bytes->data(), static_cast<size_t>(bytes->size()));
  return copy;
}

}  // namespace

Result<std::shared_ptr<Buffer>> EncodePiece(const Piece& piece) {
  if (const auto* table = dynamic_cast<const Table*>(&piece)) return EncodeTable(*table);
  if (const auto* chunk = dynamic_cast<const ArrayChunk*>(&piece)) return EncodeChunk(*chunk);
  if (const auto* state = dynamic_cast<const ReductionState*>(&piece)) return EncodeState(*state);
  if (const auto* value = dynamic_cast<const ValuePiece*>(&piece)) return EncodeValue(*value);
  return NotImplementedError("a piece of a kind that has no bytes");
}

Result<std::shared_ptr<const Piece>> DecodePiece(std::shared_ptr<Buffer> bytes) {
  ARROW_ASSIGN_OR_RAISE(bytes, AtAlignedAddress(std::move(bytes)));
  Decoder decoder{std::string_view(*bytes)};
  Header header;
  if (!decoder.Read(&header)) return Malformed("its header does not decode");
  const int64_t size = bytes->size() - static_cast<int64_t>(decoder.num_left());
  if (header.num_bytes < 0 || Aligned(size) > bytes->size() || header.num_bytes != bytes->size() - Aligned(size)) {
    return Malformed("its values are of another size than its header says");
  }
  const uint8_t* pad = bytes->data() + size;
  if (std::any_of(pad, bytes->data() + Aligned(size), [](uint8_t byte) { return byte != 0; })) return Malformed("its header does not end in zeros");
  const auto values = arrow::SliceBuffer(bytes, Aligned(size), header.num_bytes);
  return std::visit([&](auto& piece) { return DecodeValues(std::move(piece), values); }, header.piece);
}

}  // namespace cask
