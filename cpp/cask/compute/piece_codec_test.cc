#include "cask/compute/piece_codec.h"

#include <arrow/array/array_base.h>
#include <arrow/array/util.h>
#include <arrow/compare.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/options.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>
#include <gtest/gtest.h>

#include "cask/base/test_codec.h"
#include "cask/compute/array/chunk.h"
#include "cask/compute/array/reduce_sink.h"
#include "cask/compute/frame/test_tables.h"
#include "cask/data/categories.h"
#include "cask/data/value_piece.h"

namespace cask {
namespace {

using test::Bools;
using test::CategoryColumn;
using test::Floats;
using test::Ints;
using test::MakeBatch;
using test::Numbers;

std::shared_ptr<arrow::Buffer> AlignedBuffer(std::string_view bytes) {
  std::shared_ptr<arrow::Buffer> buffer = *arrow::AllocateBuffer(static_cast<int64_t>(bytes.size()));
  std::memcpy(buffer->mutable_data(), bytes.data(), bytes.size());
  return buffer;
}

template <typename T>
std::shared_ptr<const T> DecodeAs(std::shared_ptr<arrow::Buffer> bytes) {
  auto piece = DecodePiece(std::move(bytes));
  EXPECT_TRUE(piece.ok()) << piece.status().ToString();
  return piece.ok() ? std::dynamic_pointer_cast<const T>(*piece) : nullptr;
}

std::shared_ptr<arrow::Buffer> Encoded(const Piece& piece) {
  auto bytes = EncodePiece(piece);
  EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
  return bytes.ok() ? *bytes : AlignedBuffer("");
}

bool AreEqual(const Column& a, const Column& b) {
  return arrow::MakeArray(a)->Equals(arrow::MakeArray(b), arrow::EqualOptions::Defaults().nans_equal(true));
}

void ExpectInside(const arrow::ArrayData& column, const arrow::Buffer& bytes) {
  for (const auto& buffer : column.buffers) {
    if (buffer == nullptr || buffer->size() == 0) continue;
    EXPECT_GE(buffer->data(), bytes.data());
    EXPECT_LE(buffer->data() + buffer->size(), bytes.data() + bytes.size());
    EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer->data()) % 8, 0u);
  }
  if (column.dictionary) ExpectInside(*column.dictionary, bytes);
}

void ExpectComesBack(const Table& table) {
  const auto bytes = Encoded(table);
  const auto decoded = DecodeAs<Table>(bytes);
  ASSERT_NE(decoded, nullptr);
  EXPECT_EQ(decoded->schema, table.schema);
  ASSERT_EQ(decoded->batches.size(), table.batches.size());
  for (size_t i = 0; i < table.batches.size(); ++i) {
    const Batch& from = table.batches[i];
    const Batch& to = decoded->batches[i];
    EXPECT_EQ(to.num_rows, from.num_rows);
    ASSERT_EQ(to.columns.size(), from.columns.size());
    for (size_t k = 0; k < from.columns.size(); ++k) {
      EXPECT_TRUE(AreEqual(to.columns[k], from.columns[k])) << "batch " << i << ", column " << k;
      ExpectInside(*to.columns[k], *bytes);
    }
  }
  EXPECT_TRUE(Encoded(*decoded)->Equals(*bytes));
}

Table MakeTable(Schema schema, std::vector<Batch> batches) {
  Table table;
  table.schema = std::move(schema);
  table.batches = std::move(batches);
  return table;
}

DType Categorical(DType values) { return DType::Categorical(std::make_shared<const Categories>(Categories{std::move(values), true, nullptr})); }

// A column of every way in which columns are held, three rows in two batches.
Table ExampleTable() {
  const DType time = DType::Timestamp(TimeUnit::kNano, "Europe/Paris");
  const Schema schema({{"none", Kind::kNull},
                       {"bool", Kind::kBool},
                       {"int8", Kind::kInt8},
                       {"int64", DType::Nullable(Kind::kInt64)},
                       {"uint16", DType::ArrowBacked(Kind::kUInt16)},
                       {"float32", Kind::kFloat32},
                       {"float64", Kind::kFloat64},
                       {"time", time},
                       {"text", Kind::kString},
                       {"text2", DType::Nullable(Kind::kString)},
                       {"object", Kind::kObjectBool},
                       {"integers", Kind::kObjectInt},
                       {"category", Categorical(Kind::kInt64)}});
  const Column nothing = (*arrow::MakeArrayOfNull(arrow::null(), 2))->data();
  const DType nullable = DType::Nullable(Kind::kString);
  Batch first = MakeBatch({nothing, Bools({1, 0}), Numbers<int8_t>(Kind::kInt8, {-1, 127}),
                           Numbers<int64_t>(DType::Nullable(Kind::kInt64), {5, 7}, {true, false}),
                           Numbers<uint16_t>(DType::ArrowBacked(Kind::kUInt16), {1, 2}, {false, true}), Numbers<float>(Kind::kFloat32, {1.5f, -0.0f}),
                           Floats({test::kNaN, 2.5}), Numbers<int64_t>(time, {kNaT, 10}), test::Texts({"ab", std::nullopt}),
                           test::Texts({std::nullopt, "c"}, nullable), Numbers<uint8_t>(Kind::kObjectBool, {1, 77}, {true, false}),
                           test::Texts({"123456789012345678901234567890", std::nullopt}, Kind::kObjectInt), CategoryColumn({"10", "2"}, {1, -1})});
  Batch second = SliceBatch(first, 0, 1);
  second.columns[12] = CategoryColumn({"2", "30"}, {1});
  return MakeTable(schema, {std::move(first), std::move(second)});
}

Table RandomTable(Random* random) {
  const Schema schema({{"i", DType::Nullable(Kind::kInt32)}, {"t", Kind::kString}, {"c", Kind::kCategory}, {"x", Kind::kFloat64}});
  Table table = MakeTable(schema, {});
  for (int64_t batches = random->Below(4); batches > 0; --batches) {
    const int64_t n = random->Below(100);
    std::vector<int32_t> numbers, codes;
    std::vector<bool> valid;
    std::vector<std::optional<std::string>> texts;
    std::vector<double> floats;
    std::vector<std::string> categories;
    for (int64_t i = random->Between(1, 5); i > 0; --i) categories.push_back(std::to_string(random->Below(1000)));
    for (int64_t i = 0; i < n; ++i) {
      numbers.push_back(static_cast<int32_t>(random->Next()));
      valid.push_back(random->Percent(80));
      texts.push_back(random->Percent(10) ? std::optional<std::string>() : std::string(static_cast<size_t>(random->Below(20)), 'x'));
      codes.push_back(static_cast<int32_t>(random->Between(-1, static_cast<int64_t>(categories.size()) - 1)));
      floats.push_back(static_cast<double>(random->Below(100)) / 7);
    }
    Batch batch = MakeBatch({Numbers<int32_t>(schema.field(0).type, numbers, valid), test::Texts(texts), CategoryColumn(categories, codes),
                             Floats(floats)});
    const int64_t begin = random->Below(n + 1);
    table.batches.push_back(random->Percent(50) ? SliceBatch(batch, begin, random->Below(n - begin + 1)) : batch);
  }
  return table;
}

std::shared_ptr<ArrayChunk> ExampleChunk(Kind kind, Shape shape) {
  auto chunk = *AllocateChunk(kind, std::move(shape), arrow::default_memory_pool());
  const int64_t size = NumElements(chunk->shape) * WidthOf(kind);
  for (int64_t i = 0; i < size; ++i) chunk->buffer->mutable_data()[i] = static_cast<uint8_t>(kind == Kind::kBool ? i % 2 : i * 37);
  return chunk;
}

ReductionState ExampleState(Shape shape, std::vector<int> widths) {
  ReductionState state;
  state.shape = std::move(shape);
  for (int width : widths) state.planes.push_back(arrow::Buffer::FromString(std::string(static_cast<size_t>(NumElements(state.shape) * width), 'p')));
  return state;
}

// -- Reads every value of a piece, which a sanitizer watches.

uint64_t SumOf(const void* data, int64_t size) {
  uint64_t sum = 0;
  for (int64_t i = 0; i < size; ++i) sum += static_cast<const uint8_t*>(data)[i];
  return sum;
}

uint64_t SumOf(const Column& column, const DType& type) {
  uint64_t sum = 0;
  for (int64_t i = 0; i < column->length; ++i) {
    if (type.kind() == Kind::kNull || (column->buffers[0] && !arrow::bit_util::GetBit(column->buffers[0]->data(), column->offset + i))) continue;
    if (type.kind() == Kind::kCategory) {
      const int64_t* offsets = column->dictionary->GetValues<int64_t>(1) + Values<int32_t>(column)[i];
      if (offsets[1] > offsets[0]) sum += SumOf(column->dictionary->buffers[2]->data() + offsets[0], offsets[1] - offsets[0]);
    } else if (type.is_fixed_width()) {
      sum += SumOf(column->buffers[1]->data() + (column->offset + i) * type.width(), type.width());
    } else {
      const int64_t* offsets = column->GetValues<int64_t>(1) + i;
      if (offsets[1] > offsets[0]) sum += SumOf(column->buffers[2]->data() + offsets[0], offsets[1] - offsets[0]);
    }
  }
  return sum;
}

uint64_t SumOf(const Piece& piece) {
  uint64_t sum = 0;
  if (const auto* chunk = dynamic_cast<const ArrayChunk*>(&piece)) return SumOf(chunk->data, NumElements(chunk->shape) * WidthOf(chunk->kind));
  if (const auto* state = dynamic_cast<const ReductionState*>(&piece)) {
    for (const auto& plane : state->planes) sum += SumOf(plane->data(), plane->size());
    return sum;
  }
  const Table& table = dynamic_cast<const Table&>(piece);
  for (const Batch& batch : table.batches) {
    if (batch.num_rows > 1'000'000) continue;  // of missing values only, which take no memory
    for (int i = 0; i < table.schema.size(); ++i) sum += SumOf(batch.columns[i], table.schema.field(i).type);
  }
  return sum;
}

// How many of the damaged messages still decode.
int CountDecoded(const Piece& piece, int rounds) {
  const std::string bytes = Encoded(piece)->ToString();
  Random random(CodecTestSeed());
  int decoded = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto result = DecodePiece(AlignedBuffer(Damaged(bytes, &random)));
    if (!result.ok()) {
      EXPECT_EQ(KindOf(result.status()), ErrorKind::kValue) << result.status().ToString();
      continue;
    }
    ++decoded;
    volatile uint64_t sum = SumOf(**result);
    (void)sum;
  }
  return decoded;
}

TEST(PieceCodec, TablesOfEveryLayoutComeBackInTheMemoryOfTheMessage) {
  const Table table = ExampleTable();
  ExpectComesBack(table);
  ExpectComesBack(MakeTable(table.schema, {}));
  ExpectComesBack(MakeTable(table.schema, {SliceBatch(table.batches[0], 1, 1), SliceBatch(table.batches[0], 1, 0)}));
  for (int i = 0; i < table.schema.size(); ++i) {
    ExpectComesBack(MakeTable(Schema({table.schema.field(i)}), {{0, {EmptyColumn(table.schema.field(i).type)}}}));
  }
}

TEST(PieceCodec, BatchesWithoutColumnsKeepTheirRows) {
  ExpectComesBack(MakeTable(Schema(), {}));
  ExpectComesBack(MakeTable(Schema(), {{7, {}}, {0, {}}, {int64_t{1} << 39, {}}}));
}

TEST(PieceCodec, AColumnMayHaveABitmapThatItsTypeHasNot) {
  ExpectComesBack(MakeTable(Schema({{"x", Kind::kInt64}}), {MakeBatch({Numbers<int64_t>(Kind::kInt64, {1, 2, 3}, {true, false, true})})}));
}

TEST(PieceCodec, RandomTablesOfSlicesComeBack) {
  Random random(CodecTestSeed());
  for (int round = 0; round < 100 && !testing::Test::HasFailure(); ++round) ExpectComesBack(RandomTable(&random));
}

TEST(PieceCodec, ASliceOfALargeColumnIsWrittenAlone) {
  const Column large = Ints(std::vector<int64_t>(100'000, 1));
  const Table table = MakeTable(Schema({{"x", Kind::kInt64}}), {MakeBatch({SliceColumn(large, 50'000, 10)})});
  EXPECT_LT(Encoded(table)->size(), 2000);
}

TEST(PieceCodec, ChunksOfEveryKindAndShapeComeBackContiguous) {
  for (int kind = static_cast<int>(Kind::kBool); kind <= static_cast<int>(Kind::kDuration); ++kind) {
    for (const Shape& shape : std::vector<Shape>{{}, {0}, {5}, {3, 0, 4}, {2, 3, 5}, {1, 100, 1}}) {
      const auto chunk = ExampleChunk(static_cast<Kind>(kind), shape);
      const auto bytes = Encoded(*chunk);
      const auto decoded = DecodeAs<ArrayChunk>(bytes);
      ASSERT_NE(decoded, nullptr);
      EXPECT_EQ(decoded->kind, chunk->kind);
      EXPECT_EQ(decoded->shape, shape);
      EXPECT_EQ(decoded->strides, chunk->strides);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(decoded->data) % kPieceAlignment, 0u);
      EXPECT_EQ(std::memcmp(decoded->data, chunk->data, static_cast<size_t>(NumElements(shape) * WidthOf(chunk->kind))), 0);
      EXPECT_TRUE(Encoded(*decoded)->Equals(*bytes));
    }
  }
}

TEST(PieceCodec, StridedChunksAreWrittenWithoutGapsAndKeepTheOrderOfTheirAxes) {
  ArrayChunk transposed = *ExampleChunk(Kind::kInt32, {3, 4});
  std::swap(transposed.shape[0], transposed.shape[1]);
  std::swap(transposed.strides[0], transposed.strides[1]);
  transposed.data += 2 * transposed.strides[1];
  transposed.strides[1] = -transposed.strides[1];
  const auto bytes = Encoded(transposed);
  const auto decoded = DecodeAs<ArrayChunk>(bytes);
  ASSERT_NE(decoded, nullptr);
  EXPECT_EQ(decoded->strides, (std::vector<int64_t>{4, 16}));
  EXPECT_TRUE(Encoded(*decoded)->Equals(*bytes));
  for (int64_t i = 0; i < 4; ++i) {
    for (int64_t k = 0; k < 3; ++k) {
      const uint8_t* from = transposed.data + i * transposed.strides[0] + k * transposed.strides[1];
      EXPECT_EQ(std::memcmp(decoded->data + i * 4 + k * 16, from, 4), 0);
    }
  }
  ArrayChunk broadcast = *ExampleChunk(Kind::kInt64, {1});
  broadcast.shape = {3};
  broadcast.strides = {0};
  EXPECT_EQ(DecodeAs<ArrayChunk>(Encoded(broadcast))->buffer->size(), 24);
}

TEST(PieceCodec, ChunksComeBackInTheOrderInWhichTheyLay) {
  Random random(CodecTestSeed());
  for (int round = 0; round < 200; ++round) {
    Shape shape;
    for (int64_t axes = random.Below(5); axes > 0; --axes) shape.push_back(random.Between(random.Percent(5) ? 0 : 1, 3));
    ArrayChunk chunk = *ExampleChunk(Kind::kInt16, shape);
    for (size_t i = 0; i + 1 < shape.size(); ++i) {
      const size_t other = i + static_cast<size_t>(random.Below(static_cast<int64_t>(shape.size() - i)));
      std::swap(chunk.shape[i], chunk.shape[other]);
      std::swap(chunk.strides[i], chunk.strides[other]);
    }
    const auto decoded = DecodeAs<ArrayChunk>(Encoded(chunk));
    ASSERT_NE(decoded, nullptr);
    EXPECT_EQ(decoded->shape, chunk.shape);
    for (size_t i = 0; i < shape.size() && NumElements(shape) > 0; ++i) {
      if (chunk.shape[i] > 1) {
        EXPECT_EQ(decoded->strides[i], chunk.strides[i]);
      }
    }
    EXPECT_EQ(std::memcmp(decoded->data, chunk.data, static_cast<size_t>(2 * NumElements(shape))), 0);
  }
}

TEST(PieceCodec, StatesOfReductionsComeBack) {
  for (const ReductionState& state : {ExampleState({}, {8}), ExampleState({1, 7}, {8, 4, 1}), ExampleState({3, 0}, {1, 1})}) {
    const auto bytes = Encoded(state);
    const auto decoded = DecodeAs<ReductionState>(bytes);
    ASSERT_NE(decoded, nullptr);
    EXPECT_EQ(decoded->shape, state.shape);
    ASSERT_EQ(decoded->planes.size(), state.planes.size());
    for (size_t i = 0; i < state.planes.size(); ++i) EXPECT_TRUE(decoded->planes[i]->Equals(*state.planes[i]));
    EXPECT_TRUE(Encoded(*decoded)->Equals(*bytes));
  }
}

TEST(PieceCodec, ValuesOfFunctionsComeBackAsTheirBytes) {
  for (const std::string& text : {std::string(), std::string("\0pickle", 7), std::string(100'000, 'x')}) {
    const auto bytes = Encoded(ValuePiece(arrow::Buffer::FromString(text)));
    const auto decoded = DecodeAs<ValuePiece>(bytes);
    ASSERT_NE(decoded, nullptr);
    EXPECT_EQ(decoded->bytes->ToString(), text);
    EXPECT_EQ(decoded->num_bytes(), static_cast<int64_t>(text.size()));
    EXPECT_TRUE(Encoded(*decoded)->Equals(*bytes));
  }
}

TEST(PieceCodec, BytesThatAreNotAlignedAreCopied) {
  const auto bytes = Encoded(ExampleTable());
  const auto shifted = arrow::SliceBuffer(AlignedBuffer("x" + bytes->ToString()), 1);
  const auto decoded = DecodeAs<Table>(shifted);
  ASSERT_NE(decoded, nullptr);
  EXPECT_TRUE(Encoded(*decoded)->Equals(*bytes));
}

TEST(PieceCodec, WhatIsCutShortOrTooLongIsRefused) {
  for (const auto& bytes : {Encoded(ExampleTable()), Encoded(*ExampleChunk(Kind::kInt16, {70})), Encoded(ExampleState({9}, {8, 2})),
                            Encoded(ValuePiece(arrow::Buffer::FromString("value")))}) {
    for (int64_t size = 0; size < bytes->size(); size += size < 400 || size > bytes->size() - 100 ? 1 : 61) {
      EXPECT_FALSE(DecodePiece(arrow::SliceBuffer(bytes, 0, size)).ok()) << size << " bytes of " << bytes->size();
    }
    EXPECT_FALSE(DecodePiece(AlignedBuffer(bytes->ToString() + std::string(64, '\0'))).ok());
  }
}

TEST(PieceCodec, DamagedMessagesAreRefusedOrAreSafeToRead) {
  EXPECT_GT(CountDecoded(ExampleTable(), 4000), 0);
  Random random(7);
  for (int i = 0; i < 20; ++i) CountDecoded(RandomTable(&random), 100);
  CountDecoded(MakeTable(Schema(), {{7, {}}}), 500);
  EXPECT_GT(CountDecoded(*ExampleChunk(Kind::kInt32, {3, 4}), 1000), 0);
  EXPECT_GT(CountDecoded(ExampleState({1, 7}, {8, 4, 1}), 1000), 0);
}

TEST(PieceCodec, CompressedBatchesAreRefusedBeforeMemoryIsTakenForThem) {
  const Table table = MakeTable(Schema({{"x", Kind::kInt64}}), {MakeBatch({Ints(std::vector<int64_t>(10'000, 1))})});
  arrow::ipc::IpcWriteOptions options;
  options.alignment = 64;
  options.codec = *arrow::util::Codec::Create(arrow::Compression::LZ4_FRAME);
  auto sink = *arrow::io::BufferOutputStream::Create();
  const auto schema = arrow::schema({arrow::field("", arrow::int64())});
  auto writer = *arrow::ipc::MakeStreamWriter(sink, schema, options);
  ASSERT_TRUE(writer->WriteRecordBatch(*arrow::RecordBatch::Make(schema, 10'000, table.batches[0].columns)).ok());
  ASSERT_TRUE(writer->Close().ok());
  const auto stream = *sink->Finish();
  const auto plain = Encoded(table)->ToString();
  std::string header = plain.substr(0, 64);
  const int64_t size = static_cast<int64_t>(plain.size()) - 64;
  const size_t place = header.find(std::string(reinterpret_cast<const char*>(&size), sizeof(size)));
  ASSERT_NE(place, std::string::npos);
  const int64_t compressed = stream->size();
  header.replace(place, sizeof(size), reinterpret_cast<const char*>(&compressed), sizeof(size));
  const Status status = DecodePiece(AlignedBuffer(header + stream->ToString())).status();
  EXPECT_NE(status.message().find("it has to be converted"), std::string::npos) << status.ToString();
}

TEST(PieceCodec, ChunksOfImpossibleShapesAreRefused) {
  const auto chunk = ExampleChunk(Kind::kInt64, {8});
  const int64_t large = int64_t{1} << 32;
  for (const Shape& shape : std::vector<Shape>{{-8, -1}, {int64_t{1} << 61}, {large, large}, {0, INT64_MAX, INT64_MAX}, Shape(65, 1), {7}}) {
    std::string bytes = Encoded(*chunk)->ToString();
    Encoder encoder;
    encoder.Add(uint16_t{1});
    encoder.Add(Kind::kInt64);
    encoder.Add(shape);
    encoder.Add(std::vector<uint8_t>());
    encoder.Add(int64_t{64});
    std::string header = encoder.Take();
    header.resize((header.size() + 63) / 64 * 64);
    EXPECT_FALSE(DecodePiece(AlignedBuffer(header + bytes.substr(64))).ok());
  }
}

TEST(PieceCodec, AxesInNoOrderAreRefused) {
  const auto bytes_of = [](const std::vector<uint8_t>& order) {
    Encoder encoder;
    encoder.Add(uint16_t{1});
    encoder.Add(Kind::kInt64);
    encoder.Add(Shape{2, 4});
    encoder.Add(order);
    encoder.Add(int64_t{64});
    std::string header = encoder.Take();
    header.resize((header.size() + 63) / 64 * 64);
    return AlignedBuffer(header + std::string(64, 'x'));
  };
  EXPECT_TRUE(DecodePiece(bytes_of({})).ok());
  EXPECT_TRUE(DecodePiece(bytes_of({1, 0})).ok());
  for (const std::vector<uint8_t>& order : std::vector<std::vector<uint8_t>>{{0, 1}, {1}, {1, 1}, {1, 2}, {2, 1, 0}}) {
    EXPECT_EQ(KindOf(DecodePiece(bytes_of(order)).status()), ErrorKind::kValue);
  }
}

}  // namespace
}  // namespace cask
