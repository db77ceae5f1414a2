#include "cask/data/check_column.h"

#include <arrow/buffer.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include <functional>

#include "cask/data/test_columns.h"

namespace cask {
namespace {

using test::Texts;

template <typename T>
std::shared_ptr<arrow::Buffer> BufferOf(std::vector<T> values) {
  return arrow::Buffer::FromVector(std::move(values));
}

Column Ints() { return MakeFixedColumn(Kind::kInt64, 2, BufferOf<int64_t>({1, 2})); }

// The codes 0, 1 and a missing one.
Column Codes() {
  Column column = MakeFixedColumn(Kind::kCategory, 3, BufferOf<int32_t>({0, 1, -1}), BufferOf<uint8_t>({0b011}), 1);
  column->dictionary = Texts({"a", "b"});
  return column;
}

using Change = std::function<void(arrow::ArrayData*)>;

bool IsFoundAfter(const Column& column, const DType& type, const Change& change) {
  EXPECT_TRUE(CheckColumn(*column, type).ok());
  const auto copy = column->Copy();
  change(copy.get());
  return KindOf(CheckColumn(*copy, type)) == ErrorKind::kValue && !CheckColumn(*copy, type).ok();
}

Change WithValues(std::shared_ptr<arrow::Buffer> values) {
  return [values = std::move(values)](arrow::ArrayData* column) { column->buffers[1] = values; };
}

TEST(CheckColumn, OffsetsThatLeadOutsideAreFound) {
  const Column texts = Texts({"ab", "c"});
  EXPECT_FALSE(IsFoundAfter(texts, Kind::kString, WithValues(BufferOf<int64_t>({0, 1, 1}))));
  EXPECT_TRUE(IsFoundAfter(texts, Kind::kString, WithValues(BufferOf<int64_t>({0, 2, 1000}))));
  EXPECT_TRUE(IsFoundAfter(texts, Kind::kString, WithValues(BufferOf<int64_t>({0, 3, 2}))));
  EXPECT_TRUE(IsFoundAfter(texts, Kind::kString, WithValues(BufferOf<int64_t>({-1, 2, 3}))));
  EXPECT_TRUE(IsFoundAfter(texts, Kind::kString, WithValues(BufferOf<int64_t>({0, 2}))));
  EXPECT_TRUE(IsFoundAfter(texts, Kind::kString, [](auto* column) { column->buffers[2] = nullptr; }));
}

TEST(CheckColumn, CodesOutsideOfTheDictionaryAreFoundUnlessTheyAreOfMissingValues) {
  EXPECT_FALSE(IsFoundAfter(Codes(), Kind::kCategory, WithValues(BufferOf<int32_t>({0, 1, 99}))));
  EXPECT_TRUE(IsFoundAfter(Codes(), Kind::kCategory, WithValues(BufferOf<int32_t>({0, 2, -1}))));
  EXPECT_TRUE(IsFoundAfter(Codes(), Kind::kCategory, WithValues(BufferOf<int32_t>({-1, 0, 0}))));
  EXPECT_TRUE(IsFoundAfter(Codes(), Kind::kCategory, [](auto* column) { column->dictionary = nullptr; }));
  EXPECT_TRUE(IsFoundAfter(Codes(), Kind::kCategory, [](auto* column) { column->dictionary = Ints(); }));
}

TEST(CheckColumn, LengthsBeyondTheBuffersAreFound) {
  for (const int64_t length : {int64_t{3}, int64_t{-1}, INT64_MAX}) {
    EXPECT_TRUE(IsFoundAfter(Ints(), Kind::kInt64, [=](auto* column) { column->length = length; }));
    EXPECT_TRUE(IsFoundAfter(Ints(), Kind::kInt64, [=](auto* column) { column->offset = length; }));
  }
  EXPECT_TRUE(IsFoundAfter(Codes(), Kind::kCategory, [](auto* column) { column->buffers[0] = BufferOf<uint8_t>({}); }));
  EXPECT_TRUE(IsFoundAfter(Ints(), Kind::kInt64, [](auto* column) { column->buffers.pop_back(); }));
}

TEST(CheckColumn, AWrongNumberOfMissingValuesIsFound) {
  EXPECT_TRUE(IsFoundAfter(Ints(), Kind::kInt64, [](auto* column) { column->null_count = 1; }));
  EXPECT_TRUE(IsFoundAfter(Codes(), Kind::kCategory, [](auto* column) { column->null_count = 0; }));
  EXPECT_FALSE(IsFoundAfter(Codes(), Kind::kCategory, [](auto* column) { column->null_count = arrow::kUnknownNullCount; }));
}

TEST(CheckColumn, AnotherTypeOrAddressOrTruthIsFound) {
  EXPECT_TRUE(IsFoundAfter(Ints(), Kind::kInt64, [](auto* column) { column->type = arrow::uint64(); }));
  EXPECT_TRUE(IsFoundAfter(Ints(), Kind::kInt64, [](auto* column) { column->buffers[1] = arrow::SliceBuffer(BufferOf<int64_t>({1, 2, 3}), 1); }));
  const Column truths = MakeFixedColumn(Kind::kBool, 2, BufferOf<uint8_t>({1, 0}));
  EXPECT_TRUE(IsFoundAfter(truths, Kind::kBool, WithValues(BufferOf<uint8_t>({1, 2}))));
}

TEST(CheckColumn, SlicesAndEmptyColumnsPass) {
  EXPECT_TRUE(CheckColumn(*SliceColumn(Texts({"ab", "c", "d"}), 1, 1), Kind::kString).ok());
  EXPECT_TRUE(CheckColumn(*SliceColumn(Codes(), 1, 2), Kind::kCategory).ok());
  for (const Kind kind : {Kind::kNull, Kind::kBool, Kind::kFloat64, Kind::kString, Kind::kCategory, Kind::kObjectInt}) {
    EXPECT_TRUE(CheckColumn(*EmptyColumn(kind), kind).ok());
  }
}

}  // namespace
}  // namespace cask
