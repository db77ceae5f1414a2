#include "cask/compute/sink_spec.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "cask/base/test_codec.h"

namespace cask {
namespace {

constexpr int64_t kPartitions = 3;

Column Integers(const std::vector<int64_t>& values) {
  return MakeFixedColumn(Kind::kInt64, static_cast<int64_t>(values.size()),
                         arrow::Buffer::FromString(std::string(reinterpret_cast<const char*>(values.data()), values.size() * 8)));
}

Schema Rows() {
  Schema schema;
  schema.Add({"row", Kind::kInt64});
  schema.Add({"x", Kind::kFloat64});
  return schema;
}

CsvSinkSpec Spec(CsvSinkSpec::Index index, const std::string& folder = "/out") {
  CsvSinkSpec spec;
  spec.folder = folder;
  spec.num_partitions = kPartitions;
  spec.index = index;
  spec.header_first_only = true;
  spec.options.float_format = "%.2f";
  spec.options.compression = CsvCompression::kNone;
  spec.options.num_index_columns = index == CsvSinkSpec::Index::kColumns ? 0 : 1;
  spec.options.header_names = index == CsvSinkSpec::Index::kRowIds ? std::vector<std::string>{"b"} : std::vector<std::string>{"a", "b"};
  if (spec.options.num_index_columns > 0) spec.options.index_labels = {"i"};
  if (index == CsvSinkSpec::Index::kRowIds) spec.row_ids = 0;
  if (index != CsvSinkSpec::Index::kColumns) spec.offsets = {0, 10, 20, 30};
  return spec;
}

constexpr CsvSinkSpec::Index kEveryIndex[] = {CsvSinkSpec::Index::kColumns, CsvSinkSpec::Index::kRowIds, CsvSinkSpec::Index::kRange};

Status StatusOf(const CsvSinkSpec& spec) { return MakeSink(spec, Rows(), kPartitions).status(); }

// Runs the task of partition 1.
Status Write(const Sink& sink) {
  TaskContext context(1);
  ARROW_ASSIGN_OR_RAISE(const auto state, sink.Open(context));
  ARROW_RETURN_NOT_OK(state->Consume({2, {Integers({int64_t{1} << 40, -1}), Integers({0, 0})}}).status());
  return state->Finish().status();
}

TEST(SinkSpec, ComesBackFromItsBytes) {
  for (const CsvSinkSpec::Index index : kEveryIndex) {
    const SinkSpecs specs = {std::nullopt, Spec(index)};
    const std::string bytes = ToBytes(specs);
    SinkSpecs decoded;
    ASSERT_TRUE(DecodesTo(bytes, &decoded));
    EXPECT_FALSE(decoded[0].has_value());
    EXPECT_EQ(std::get<CsvSinkSpec>(*decoded[1]).folder, "/out");
    EXPECT_EQ(ToBytes(decoded), bytes);
    EXPECT_TRUE(StatusOf(std::get<CsvSinkSpec>(*decoded[1])).ok()) << StatusOf(std::get<CsvSinkSpec>(*decoded[1]));
    ExpectPrefixesRefused(specs);
    ExpectDamageIsHarmless(specs, 500);
  }
}

TEST(SinkSpec, IsCheckedAgainstTheRows) {
  const auto expect_refused = [](CsvSinkSpec::Index index, const char* what, const std::function<void(CsvSinkSpec&)>& change) {
    CsvSinkSpec spec = Spec(index);
    ASSERT_TRUE(StatusOf(spec).ok()) << StatusOf(spec);
    change(spec);
    EXPECT_EQ(KindOf(StatusOf(spec)), ErrorKind::kValue) << what;
  };
  for (const CsvSinkSpec::Index index : kEveryIndex) {
    expect_refused(index, "other partitions", [](CsvSinkSpec& spec) { spec.num_partitions = kPartitions + 1; });
    expect_refused(index, "no folder", [](CsvSinkSpec& spec) { spec.folder.clear(); });
    expect_refused(index, "a folder that is another for every process", [](CsvSinkSpec& spec) { spec.folder = "out"; });
    expect_refused(index, "names of other columns", [](CsvSinkSpec& spec) { spec.options.header_names.push_back("c"); });
    expect_refused(index, "labels of other columns", [](CsvSinkSpec& spec) { spec.options.index_labels.push_back("j"); });
    expect_refused(index, "an index of too many columns", [](CsvSinkSpec& spec) { spec.options.num_index_columns = 4; });
    expect_refused(index, "an index of less than no columns", [](CsvSinkSpec& spec) { spec.options.num_index_columns = -1; });
    expect_refused(index, "a format of a text", [](CsvSinkSpec& spec) { spec.options.float_format = "%s"; });
  }
  using Index = CsvSinkSpec::Index;
  expect_refused(Index::kColumns, "row ids that are not asked for", [](CsvSinkSpec& spec) { spec.row_ids = 0; });
  expect_refused(Index::kColumns, "offsets that are not asked for", [](CsvSinkSpec& spec) { spec.offsets = {0}; });
  expect_refused(Index::kRowIds, "no row ids", [](CsvSinkSpec& spec) { spec.row_ids = -1; });
  expect_refused(Index::kRowIds, "row ids outside of the rows", [](CsvSinkSpec& spec) { spec.row_ids = 2; });
  expect_refused(Index::kRowIds, "row ids that are fractions", [](CsvSinkSpec& spec) { spec.row_ids = 1; });
  expect_refused(Index::kRange, "too few offsets", [](CsvSinkSpec& spec) { spec.offsets = {0, 10}; });
  expect_refused(Index::kRange, "offsets that descend", [](CsvSinkSpec& spec) { spec.offsets[1] = 40; });
  expect_refused(Index::kRange, "offsets before the first row", [](CsvSinkSpec& spec) { spec.offsets[0] = -1; });
  expect_refused(Index::kRange, "offsets beyond all rows", [](CsvSinkSpec& spec) { spec.offsets.back() = int64_t{1} << 62; });
}

TEST(SinkSpec, WhatIsDamagedAndStillOneHarmsNobody) {
  std::string folder = (std::filesystem::temp_directory_path() / "cask_sink_test_XXXXXX").string();
  folder = mkdtemp(folder.data());
  Random random(CodecTestSeed());
  int num_written = 0;
  for (int round = 0; round < 3000; ++round) {
    CsvSinkSpec spec;
    if (!DecodesTo(Damaged(ToBytes(Spec(kEveryIndex[round % 3])), &random), &spec)) continue;
    spec.folder = folder;
    const auto sink = MakeSink(spec, Rows(), kPartitions);
    if (sink.ok() && Write(**sink).ok()) ++num_written;
  }
  EXPECT_GT(num_written, 0);
  std::filesystem::remove_all(folder);
}

TEST(SinkSpec, AFolderThatIsNotThereIsNamedAndNotMade) {
  const auto sink = MakeSink(Spec(CsvSinkSpec::Index::kRange, "/nowhere/out"), Rows(), kPartitions).ValueOrDie();
  const Status status = Write(*sink);
  EXPECT_EQ(KindOf(status), ErrorKind::kFileNotFound);
  EXPECT_NE(status.message().find("/nowhere/out/1"), std::string::npos) << status;
  EXPECT_FALSE(std::filesystem::exists("/nowhere"));
}

}  // namespace
}  // namespace cask
