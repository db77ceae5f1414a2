// Expected texts are those of pandas.DataFrame.to_csv.
#include "cask/io/csv/writer.h"

#include <arrow/array/data.h>
#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/builder.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "cask/io/csv/format_value.h"

namespace cask {
namespace {

Column Floats(const std::vector<double>& values) {
  return MakeFixedColumn(Kind::kFloat64, static_cast<int64_t>(values.size()),
                         arrow::Buffer::FromString(std::string(reinterpret_cast<const char*>(values.data()), values.size() * 8)));
}

Column Ticks(const DType& type, const std::vector<int64_t>& values) {
  return MakeFixedColumn(type, static_cast<int64_t>(values.size()),
                         arrow::Buffer::FromString(std::string(reinterpret_cast<const char*>(values.data()), values.size() * 8)));
}

Column Texts(const std::vector<std::optional<std::string>>& values) {
  arrow::LargeStringBuilder builder;
  for (const auto& value : values) {
    if (value.has_value()) {
      EXPECT_TRUE(builder.Append(*value).ok());
    } else {
      EXPECT_TRUE(builder.AppendNull().ok());
    }
  }
  return builder.Finish().ValueOrDie()->data();
}

Table OneColumn(const DType& type, const Column& column) {
  Table table;
  table.schema.Add({"a", type});
  table.batches.push_back({column->length, {column}});
  return table;
}

std::string Written(const Table& table, CsvWriteOptions options = {}) {
  options.header = false;
  std::string text;
  const Status status = AppendCsv(table, options, &text);
  return status.ok() ? text : std::string(ExceptionName(KindOf(status))) + ": " + status.message();
}

TEST(CsvWriter, FloatsAreShortest) {
  const Table table = OneColumn(Kind::kFloat64, Floats({1, 0.1, 1e16, 1e-5, 1e-4, 1e15, NAN, INFINITY, -0.0, 5e-324, 123456789.123}));
  EXPECT_EQ(Written(table), "1.0\n0.1\n1e+16\n1e-05\n0.0001\n1000000000000000.0\n\"\"\ninf\n-0.0\n5e-324\n123456789.123\n");
  std::string text;
  AppendFloat(0.1f, &text);
  EXPECT_EQ(text, "0.1");
}

TEST(CsvWriter, FloatOptions) {
  CsvWriteOptions options;
  options.float_format = "%.2f";
  options.decimal = ',';
  options.na_rep = "-";
  EXPECT_EQ(Written(OneColumn(Kind::kFloat64, Floats({1.005, NAN, 2})), options), "\"1,00\"\n-\n\"2,00\"\n");
}

TEST(CsvWriter, FloatFormatsAreOfOneFloat) {
  CsvWriteOptions options;
  for (const char* format : {"", "%f", "%.3f", "%+08.2e", "$%G", "%5.1f%%", "%%%g"}) {
    options.float_format = format;
    EXPECT_TRUE(Validate(options).ok()) << format;
  }
  for (const char* format : {"x", "%", "%%", "%s", "%n", "%d", "%lf", "%*f", "%.*f", "%2$f", "%f%f", "%f %s", "%1000f", "%.1000f", "%.f.%"}) {
    options.float_format = format;
    EXPECT_EQ(KindOf(Validate(options)), ErrorKind::kValue) << format;
  }
  options.float_format = "%.999f";
  EXPECT_EQ(Written(OneColumn(Kind::kFloat64, Floats({1e300})), options).size(), 301u + 1 + 999 + 1);
}

TEST(CsvWriter, QuotesWhatPythonQuotes) {
  const Table table = OneColumn(Kind::kString, Texts({"a,b", "c\"d", "e\nf", " g", "", std::nullopt, "h\ri"}));
  EXPECT_EQ(Written(table), "\"a,b\"\n\"c\"\"d\"\n\"e\nf\"\n g\n\"\"\n\"\"\nh\ri\n");
  CsvWriteOptions options;
  options.quoting = CsvQuoting::kNone;
  EXPECT_EQ(Written(OneColumn(Kind::kString, Texts({"x,y"})), options), "ValueError: need to escape, but no escapechar set");
  options.escape_char = '\\';
  EXPECT_EQ(Written(OneColumn(Kind::kString, Texts({"x,y", "q\"r"})), options), "x\\,y\nq\\\"r\n");
}

TEST(CsvWriter, DatesShowWhatAllOfThemNeed) {
  const DType type = DType::Timestamp(TimeUnit::kMicro);
  constexpr int64_t kDay = 86'400'000'000;
  EXPECT_EQ(Written(OneColumn(type, Ticks(type, {16436 * kDay, kNaT, -kDay}))), "2015-01-01\n\"\"\n1969-12-31\n");
  EXPECT_EQ(Written(OneColumn(type, Ticks(type, {16436 * kDay, 16436 * kDay + 36'000'500'000}))), "2015-01-01 00:00:00.000\n2015-01-01 10:00:00.500\n");
  CsvWriteOptions options;
  options.date_format = "%d.%m.%y %H:%M:%S.%f";
  EXPECT_EQ(Written(OneColumn(type, Ticks(type, {16436 * kDay + 1})), options), "01.01.15 00:00:00.000001\n");
}

TEST(CsvWriter, FilesAppearWhole) {
  const std::string folder = std::filesystem::temp_directory_path() / "cask_writer_test";
  std::filesystem::create_directories(folder);
  const std::string path = folder + "/out.csv";
  ASSERT_TRUE(WriteCsvFile(OneColumn(Kind::kFloat64, Floats({1})), {}, path).ok());
  EXPECT_EQ(std::filesystem::file_size(path), 6u);  // a, 1.0
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()), 1);
  std::filesystem::remove_all(folder);
  EXPECT_EQ(KindOf(WriteCsvFile(OneColumn(Kind::kFloat64, Floats({1})), {}, path)), ErrorKind::kFileNotFound);
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(CsvWriter, SeveralMayWriteOneFileAtOnce) {
  const std::string folder = std::filesystem::temp_directory_path() / "cask_writers_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string path = folder + "/0";
  const Table table = OneColumn(Kind::kFloat64, Floats(std::vector<double>(10'000, 0.5)));
  ASSERT_TRUE(WriteCsvFile(table, {}, path).ok());
  std::atomic<int> num_writing{3};
  std::vector<std::thread> writers;
  for (int i = 0; i < 3; ++i) {
    writers.emplace_back([&] {
      for (int round = 0; round < 30; ++round) EXPECT_TRUE(WriteCsvFile(table, {}, path).ok());
      --num_writing;
    });
  }
  while (num_writing > 0) EXPECT_EQ(std::filesystem::file_size(path), 2u + 10'000 * 4);
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()), 1);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace cask
