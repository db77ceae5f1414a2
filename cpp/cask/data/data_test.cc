#include <arrow/buffer.h>
#include <gtest/gtest.h>

#include "cask/data/batch.h"
#include "cask/data/dtype.h"
#include "cask/data/row_id.h"

namespace cask {
namespace {

TEST(DType, ParsesWhatItPrints) {
  for (const char* name : {"bool", "int8", "int64", "uint16", "float32", "float64", "str", "category", "datetime64[us]", "datetime64[ns, UTC]",
                           "timedelta64[ms]", "Int64", "boolean", "Float32", "string"}) {
    auto type = DType::Parse(name);
    ASSERT_TRUE(type.ok()) << name << ": " << type.status().ToString();
    EXPECT_EQ(type->ToString(), name);
  }
}

TEST(DType, RefusesAnUnknownNameAsNumPyDoes) {
  const Status status = DType::Parse("int65").status();
  EXPECT_EQ(KindOf(status), ErrorKind::kType);
  EXPECT_EQ(status.message(), "data type 'int65' not understood");
}

TEST(DType, LaysOutMissingValuesAsNumPyWhereNumPyHasThem) {
  EXPECT_FALSE(DType(Kind::kFloat64).has_bitmap());
  EXPECT_FALSE(DType::Timestamp(TimeUnit::kMicro).has_bitmap());
  EXPECT_TRUE(DType(Kind::kString).has_bitmap());
  EXPECT_TRUE(DType::Nullable(Kind::kInt64).has_bitmap());
}

TEST(Table, CombinesTheBatchesOfAColumnAndSkipsEmptyOnes) {
  std::vector<int64_t> values = {1, 2, 3};
  Table table;
  table.schema.Add({"x", Kind::kInt64});
  Column column = MakeFixedColumn(Kind::kInt64, 3, arrow::Buffer::Wrap(values));
  table.batches.push_back({0, {EmptyColumn(Kind::kInt64)}});
  table.batches.push_back({3, {column}});
  table.batches.push_back({2, {SliceColumn(column, 1, 2)}});
  auto combined = CombinedColumn(table, 0);
  ASSERT_TRUE(combined.ok());
  ASSERT_EQ((*combined)->length, 5);
  EXPECT_EQ(Values<int64_t>(*combined)[3], 2);
  EXPECT_EQ(table.num_rows(), 5);
  EXPECT_EQ(table.num_bytes(), 24) << "a slice shares the buffer of its column";
}

TEST(RowId, SortsByPartitionThenRow) {
  EXPECT_LT(MakeRowId(0, (int64_t{1} << kRowBits) - 1), MakeRowId(1, 0));
  EXPECT_EQ(PartitionOfRowId(MakeRowId(7, 12)), 7);
  EXPECT_EQ(RowOfRowId(MakeRowId(7, 12)), 12);
}

}  // namespace
}  // namespace cask
