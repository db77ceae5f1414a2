#include "cask/compute/map_partitions_body.h"

#include <arrow/array/array_base.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <gtest/gtest.h>

#include "cask/compute/python_caller.h"
#include "cask/compute/python_table.h"
#include "cask/compute/task_context.h"
#include "cask/data/categories.h"
#include "cask/data/row_id.h"
#include "cask/data/test_columns.h"

namespace cask {
namespace {

using Buffers = std::vector<std::shared_ptr<arrow::Buffer>>;

template <typename T>
Column Fixed(const DType& type, std::vector<T> values, bool second_is_missing = false) {
  const auto n = static_cast<int64_t>(values.size());
  auto validity = second_is_missing ? arrow::Buffer::FromVector(std::vector<uint8_t>{0b101}) : nullptr;
  return MakeFixedColumn(type, n, arrow::Buffer::FromVector(std::move(values)), std::move(validity), second_is_missing ? 1 : 0);
}

DType Levels(bool are_known) {
  return DType::Categorical(std::make_shared<const Categories>(Categories{Kind::kInt64, true, are_known ? test::Texts({"10", "2"}) : nullptr}));
}

Column Codes(const DType& type, std::vector<int32_t> codes) {
  Column column = Fixed<int32_t>(Kind::kInt32, std::move(codes), true);
  column->type = type.arrow_type();
  column->dictionary = test::Texts({"10", "2"});
  return column;
}

// A row id first, then a column of each way to hold values; three rows.
Table Rows(int64_t partition) {
  const DType zoned = DType::Timestamp(TimeUnit::kNano, "Europe/Berlin");
  Table table;
  Batch batch{3, {}};
  const auto add = [&](DType type, Column column) {
    table.schema.Add({std::to_string(table.schema.size()), std::move(type)});
    batch.columns.push_back(std::move(column));
  };
  add(Kind::kInt64, Fixed<int64_t>(Kind::kInt64, {MakeRowId(partition, 0), MakeRowId(partition, 1), MakeRowId(partition, 7)}));
  add(DType::Nullable(Kind::kInt8), Fixed<int8_t>(DType::Nullable(Kind::kInt8), {1, 2, 3}, true));
  add(Kind::kBool, Fixed<uint8_t>(Kind::kBool, {1, 0, 1}));
  add(zoned, Fixed<int64_t>(zoned, {0, kNaT, 5}));
  add(Kind::kString, test::Texts({"a", "", "ü"}));
  add(Levels(true), Codes(Levels(true), {1, 0, 1}));
  add(Levels(false), Codes(Levels(false), {0, 0, 1}));
  table.batches = {batch};
  return table;
}

std::shared_ptr<arrow::Buffer> ResultOf(const Buffers& streams) {
  std::string sizes, bytes;
  for (const auto& stream : streams) {
    const int64_t size = stream->size();
    sizes.append(reinterpret_cast<const char*>(&size), sizeof(size));
    bytes += stream->ToString();
  }
  return arrow::Buffer::FromString(sizes + bytes);
}

// Gives back what it gets, or what it is told to.
class Echo final : public PythonCaller {
 public:
  Result<std::shared_ptr<arrow::Buffer>> Call(const PythonCall& call, const std::function<bool()>&) override {
    head = call.arguments[0]->ToString();
    if (answer) return *answer;
    return ResultOf(Buffers(call.arguments.begin() + 1, call.arguments.end()));
  }

  std::string head;
  std::optional<Result<std::shared_ptr<arrow::Buffer>>> answer;
};

class MapPartitions : public testing::Test {
 protected:
  MapPartitions() { SetPythonCaller(echo_); }
  ~MapPartitions() override { SetPythonCaller(nullptr); }

  static Result<Table> Run(Table rows, bool has_row_ids = true, int64_t partition = 4, int num_passed = 0) {
    Schema given(std::vector<Field>(rows.schema.fields().begin(), rows.schema.fields().end() - num_passed));
    const PartitionFunction function{"clean", {"pickle"}, std::move(given), has_row_ids, has_row_ids};
    const auto body = MakeMapPartitionsBody(function, num_passed, partition - 1, 9, std::make_shared<const OriginLine>(OriginLine{"script.py", 3}));
    TaskContext context(1);
    context.set_inputs({{std::make_shared<const Table>(std::move(rows))}});
    ARROW_ASSIGN_OR_RAISE(auto pieces, body->Run(context));
    return static_cast<const Table&>(*pieces[0]);
  }

  const std::shared_ptr<Echo> echo_ = std::make_shared<Echo>();
};

void ExpectSame(const Table& a, const Table& b) {
  ASSERT_EQ(a.schema, b.schema);
  ASSERT_EQ(a.num_rows(), b.num_rows());
  for (int i = 0; i < a.schema.size(); ++i) {
    const Column one = CombinedColumn(a, i).ValueOrDie(), other = CombinedColumn(b, i).ValueOrDie();
    EXPECT_TRUE(arrow::MakeArray(one)->Equals(arrow::MakeArray(other))) << i;
  }
}

TEST_F(MapPartitions, ColumnsOfEveryTypeGoToPythonAndComeBack) {
  Table rows = Rows(4), known_order = rows;
  // Categories that the data alone knows come in the order of their values: 2, 10.
  Column& unknown = known_order.batches[0].columns[6];
  unknown = Fixed<int32_t>(Kind::kInt32, {1, 0, 0}, true);
  unknown->type = Levels(false).arrow_type();
  unknown->dictionary = test::Texts({"2", "10"});
  const Table result = Run(rows).ValueOrDie();
  ExpectSame(result, known_order);
  EXPECT_EQ(echo_->head, "4\nint64\nInt8\nbool\ndatetime64[ns, Europe/Berlin]\nstr\ncategory\tordered\tint64\ncategory\tordered\tint64");
}

TEST_F(MapPartitions, BatchesBecomeOneAndNoneBecomesAnEmptyOne) {
  Table twice = Rows(4);
  twice.batches.push_back(SliceBatch(twice.batches[0], 1, 2));
  EXPECT_EQ(Run(twice).ValueOrDie().num_rows(), 5);
  Table none = Rows(4);
  none.batches.clear();
  const Table result = Run(none).ValueOrDie();
  EXPECT_EQ(result.num_rows(), 0);
  EXPECT_EQ(result.schema, none.schema);
}

TEST_F(MapPartitions, RowIdsAreCountedWithinThePartition) {
  EXPECT_EQ(Run(Rows(5)).status().message(), "partition 4 has a row of partition 5");
  EXPECT_TRUE(Run(Rows(5), false).ok());
  const Buffers gone = TableForPython(Rows(4)).ValueOrDie();
  echo_->answer = ResultOf(gone);  // row ids of partition 4 are no rows counted from 0
  const Status status = Run(Rows(4)).status();
  EXPECT_EQ(KindOf(status), ErrorKind::kValue);
  EXPECT_EQ(NotesOf(status), std::vector<std::string>{"calling clean on partition 4 of 9, for line script.py:3"});
}

TEST_F(MapPartitions, ColumnsPassByTheFunctionWhereItKeepsTheRows) {
  const Table rows = Rows(4);
  const Table result = Run(rows, true, 4, 3).ValueOrDie();
  EXPECT_EQ(echo_->head, "4\nint64\nInt8\nbool\ndatetime64[ns, Europe/Berlin]");
  ExpectSame(result, rows);
  Table fewer = rows;
  fewer.schema = Schema(std::vector<Field>(rows.schema.fields().begin(), rows.schema.fields().begin() + 4));
  fewer.batches[0].columns.resize(4);
  fewer.batches[0] = SliceBatch(fewer.batches[0], 0, 2);
  echo_->answer = ResultOf(TableForPython(fewer).ValueOrDie());
  EXPECT_NE(Run(rows, false, 4, 3).status().message().find("gives other rows than it gets"), std::string::npos);
  fewer.batches = {rows.batches[0]};
  fewer.batches[0].columns.resize(4);
  fewer.batches[0].columns[0] = Fixed<int64_t>(Kind::kInt64, {1, 2, 3});
  echo_->answer = ResultOf(TableForPython(fewer).ValueOrDie());
  EXPECT_NE(Run(rows, false, 4, 3).status().message().find("gives other rows than it gets"), std::string::npos);
}

TEST_F(MapPartitions, WhatIsNoTableOfTheTypesThatWereToldIsRefused) {
  const Buffers streams = TableForPython(Rows(0)).ValueOrDie();
  const auto whole = ResultOf(streams);
  const std::vector<std::shared_ptr<arrow::Buffer>> wrong = {
      arrow::Buffer::FromString(""),
      ResultOf({streams[0]}),
      ResultOf({streams[1], streams[0], streams[2]}),
      ResultOf({streams[0], streams[1], streams[2], streams[2]}),
      arrow::SliceBuffer(whole, 0, whole->size() - 8),
      arrow::Buffer::FromString(whole->ToString() + "12345678"),
  };
  for (const auto& bytes : wrong) {
    echo_->answer = bytes;
    EXPECT_EQ(KindOf(Run(Rows(0), false, 1).status()), ErrorKind::kValue) << &bytes - wrong.data();
  }
  echo_->answer = whole;
  EXPECT_TRUE(Run(Rows(0), false, 1).ok());
}

TEST_F(MapPartitions, CodesOutsideOfTheCategoriesAreRefused) {
  Buffers streams = TableForPython(Rows(0)).ValueOrDie();
  Table one;
  one.schema = Schema({{"", Kind::kInt64}});
  one.batches = {{1, {Fixed<int64_t>(Kind::kInt64, {10})}}};
  streams[1] = TableForPython(one).ValueOrDie()[0];
  echo_->answer = ResultOf(streams);
  EXPECT_EQ(KindOf(Run(Rows(0), false, 1).status()), ErrorKind::kValue);
}

TEST_F(MapPartitions, WhatTheCallerFailsWithSaysWhereThatWas) {
  echo_->answer = Result<std::shared_ptr<arrow::Buffer>>(PythonError("Unlucky: no", "pickle"));
  const Status status = Run(Rows(4)).status();
  EXPECT_EQ(KindOf(status), ErrorKind::kPython);
  EXPECT_EQ(PayloadOf(status), "pickle");
  EXPECT_EQ(NotesOf(status).size(), 1u);
  SetPythonCaller(nullptr);
  EXPECT_EQ(KindOf(Run(Rows(4)).status()), ErrorKind::kNotImplemented);
}

}  // namespace
}  // namespace cask
